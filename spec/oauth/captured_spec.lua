---OAuth 2 as a real wiki's captures have it, one after the other: a grant, a renewal because the
---access token is an old one, refusals.
local json = require "mwlogin.json"
local mwlogin = require "mwlogin"
local query = require "mwlogin.query"

local API <const> = "http://127.0.0.1:8923/api.php"
local BACK <const> = "http://127.0.0.1:8929/cb"

local function captured(name)
  local file <close> = assert(io.open("spec/captures/" .. name .. ".json", "rb"))
  return assert(json.decode(file:read "a"))
end

local function answer(name)
  local response = captured(name).response
  local headers = {}
  for header, value in pairs(response.headers) do
    headers[header] = value
  end
  return {
    status = response.status,
    headers = headers,
    body = response.json and json.encode(response.json) or response.text,
  }
end

describe("a captured OAuth 2", function()
  local answers, requests

  ---Each request takes the next capture; what it must have been is looked at afterwards.
  local function open()
    requests = {}
    return assert(mwlogin.open(API, {
      user_agent = "spec",
      max_wait = 0,
      transport = function(request)
        requests[#requests + 1] = request
        return answer(assert(table.remove(answers, 1), "one request too many: " .. request.url))
      end,
    }))
  end

  local function log_in(session)
    return session:login {
      client_id = "f9bac8154bdc92d70c94da76c7aba5c3",
      client_secret = "df4892adcacf0e62fc1cd9528673f2b94d84eb2d",
      redirect_uri = BACK,
      redirect = function(step)
        -- the address the wiki sent the browser to, with our state in the place of its own
        local location = captured("oauth2-authorize-callback").response.headers.Location
        local state = query.of(step.redirect_url).state
        return (location:gsub("state=xyz", "state=" .. state))
      end,
    }
  end

  it("grant is asked for as the wiki took it", function()
    answers = { "oauth2-token", "oauth2-app-userinfo" }
    local session <close> = open()
    assert.equal("Alice", assert(log_in(session)).name)
    local there, here = captured("oauth2-token").request, query.read(requests[1].body)
    local theirs = query.read(there.body)
    for _, name in ipairs { "grant_type", "code", "redirect_uri", "client_id", "client_secret" } do
      assert.equal(theirs[name], here[name], name)
    end
    assert.equal(there.line:match "^%u+ (%S+)", requests[1].url:match "8923(.*)")
    assert.equal(
      captured("oauth2-app-userinfo").request.headers.Authorization,
      requests[2].headers.Authorization
    )
  end)

  it("token that is an old one is renewed, once", function()
    answers = { "oauth2-token", "oauth2-app-userinfo" }
    local session <close> = open()
    assert(log_in(session))
    answers = { "oauth2-old-access-after-refresh", "oauth2-refresh", "oauth2-app-userinfo" }
    assert(session:get { action = "query", meta = "userinfo" })
    local sent = query.read(requests[4].body)
    assert.equal("refresh_token", sent.grant_type)
    assert.equal(captured("oauth2-token").response.json.refresh_token, sent.refresh_token)
    assert.equal(
      "Bearer " .. captured("oauth2-refresh").response.json.access_token,
      requests[5].headers.Authorization
    )
  end)

  it("refresh token that was used ends it", function()
    answers = { "oauth2-token", "oauth2-app-userinfo" }
    local session <close> = open()
    assert(log_in(session))
    answers = { "oauth2-old-access-after-refresh", "oauth2-refresh-reused" }
    local reply, err = session:get { action = "query" }
    assert.is_nil(reply)
    assert.same({ "interaction", "access-ended" }, { err.kind, err.code })
    assert.truthy(err.message:find("Token has been revoked", 1, true))
    reply, err = session:get { action = "query" } -- and nothing is sent any more
    assert.is_nil(reply)
    assert.equal("access-ended", err.code)
  end)

  it("bearer that is none, or was tampered with, is refused and not asked about again", function()
    for _, name in ipairs { "oauth2-bad-bearer", "oauth2-tampered-bearer" } do
      answers = { name }
      local session <close> = open()
      local me, err = session:login { access_token = "abc.def.ghi" }
      assert.is_nil(me)
      assert.equal("mwoauth-invalid-authorization", err.code)
      assert.truthy(err.message:find("Invalid access token", 1, true))
    end
  end)

  it("client of its own gets a token by its secret", function()
    answers = { "oauth2-client-credentials-owner-only", "oauth2-owner-only-userinfo" }
    local session <close> = open()
    assert.equal(
      "Admin",
      assert(session:login {
        client_id = "3ec784ec2bd026c256866adff0f4e3f0",
        client_secret = "45b91fae77292cc497e162f28342ebd1759da375",
        grant = "client_credentials",
      }).name
    )
    local theirs = query.read(captured("oauth2-client-credentials-owner-only").request.body)
    assert.same(theirs, query.read(requests[1].body))
  end)

  it("page that is no API says so, and is handed back", function()
    answers = { "oauth2-owner-only-userinfo", "oauth2-index-not-api" }
    local session <close> = open()
    assert(session:login { access_token = "token" })
    local page = assert(session:fetch "/index.php?title=Special:Version")
    assert.equal(400, page.status)
  end)
end)
