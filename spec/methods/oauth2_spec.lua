---OAuth 2 against a transport that is as strict as the real extension: no cookies, a bearer with
---each request, tokens from the token endpoint alone.
local core = require "mwlogin.core"
local mwlogin = require "mwlogin"
local query = require "mwlogin.query"

local API <const> = "https://alias.example.org/w/api.php"

local function json(text)
  return { status = 200, headers = { ["Content-Type"] = "application/json" }, body = text }
end

local REFUSED <const> = '{"errors":[{"code":"mwoauth-invalid-authorization","text":"The '
  .. 'authorization headers in your request are not valid: Invalid signature"}]}'

local function params_of(request)
  local params = query.of(request.url)
  for name, value in pairs(query.read(request.body or "")) do
    params[name] = value
  end
  return params
end

local function reply_to(params)
  if params.meta == "siteinfo" then
    return json '{"query":{"general":{"server":"//wiki.example.org","sitename":"W"}}}'
  elseif params.meta == "userinfo" then
    return json '{"query":{"userinfo":{"id":7,"name":"Alice","groups":["*"],"rights":["read"]}}}'
  elseif params.meta == "tokens" then
    return json '{"query":{"tokens":{"csrftoken":"0123456789abcdef0123456789abcdef65a1b2c3+\\\\"}}}'
  elseif params.action == "logout" then
    return json '{"errors":[{"code":"cannotlogout","text":"Cannot log out with this session."}]}'
  end
  return json '{"edit":{"result":"Success"}}'
end

local function open(transport, options)
  local made = { user_agent = "oauth_spec", transport = transport }
  for name, value in pairs(options or {}) do
    made[name] = value
  end
  return assert(mwlogin.open(API, made))
end

describe("OAuth 2", function()
  local requests, tokens

  before_each(function()
    requests, tokens = {}, 0
  end)

  local function transport(request)
    requests[#requests + 1] = request
    assert.is_nil(request.headers.Cookie)
    if request.url:find("/oauth2/access_token", 1, true) then
      local params = params_of(request)
      if params.client_secret ~= "client-secret" then
        return {
          status = 401,
          headers = { ["Content-Type"] = "application/json" },
          body = '{"error":"invalid_client","message":"Client authentication failed"}',
        }
      end
      tokens = tokens + 1
      return json(
        ('{"token_type":"Bearer","expires_in":%s,"access_token":"bearer-number-%d"}'):format(
          tokens == 1 and "0.001" or "3600",
          tokens
        )
      )
    end
    local header = request.headers.Authorization
    if header ~= "Bearer the-access-token" and header ~= "Bearer bearer-number-" .. tokens then
      return json(REFUSED)
    end
    return reply_to(params_of(request))
  end

  it("takes a bearer, and gives it to the wiki alone", function()
    local session <close> = open(transport)
    local me = assert(session:login { access_token = "the-access-token" })
    assert.equal("Alice", me.name)
    assert.equal("oauth2", me.method)
    assert(session:post({ action = "edit", title = "A" }, { token = "csrf" }))
    for _, request in ipairs(requests) do
      assert.equal("https://alias.example.org", assert(core.address(request.url)).origin)
    end
  end)

  it("does not go together with http_auth, and says so before anything is sent", function()
    local session <close> = open(transport, {
      http_auth = { username = "guest", password = "door" },
    })
    local me, err = session:login { access_token = "the-access-token" }
    assert.is_nil(me)
    assert.same({ "answer", "http_auth" }, { err.kind, err.code })
    assert.equal(0, #requests)
  end)

  it("gives it to no other origin, wherever a page leads", function()
    local session <close> = open(function(request)
      if request.url:find("/leads", 1, true) then
        requests[#requests + 1] = request
        local there = { ["Location"] = "https://evil.example/w/api.php" }
        return { status = 302, headers = there, body = "" }
      end
      return transport(request)
    end)
    assert(session:login { access_token = "the-access-token" })
    local response = assert(session:fetch "/leads")
    assert.equal("https://evil.example/w/api.php", response.location)
    local page, err = session:fetch "https://evil.example/w/rest.php"
    assert.is_nil(page)
    assert.equal("origin", err.code)
    for _, request in ipairs(requests) do
      assert.equal("https://alias.example.org", assert(core.address(request.url)).origin)
    end
  end)

  it("does not mix with a login by cookies in one Session (T36, I22)", function()
    local session <close> = open(function(request)
      assert.is_nil(request.headers.Authorization and request.headers.Cookie)
      requests[#requests + 1] = request
      local bare = { method = request.method, url = request.url, body = request.body }
      bare.headers = { Authorization = request.headers.Authorization }
      local reply = transport(bare)
      reply.headers["Set-Cookie"] = "wiki_session=x; path=/"
      return reply
    end)
    session:import_cookies { "alias.example.org\tFALSE\t/\tFALSE\t0\twikiUserName\tBob" }
    assert(session:login { access_token = "the-access-token" })
    assert(session:get { action = "query", meta = "tokens" })
    assert.same({}, session:export_cookies())
    local step, err = session:flow("login"):start()
    assert.is_nil(step)
    assert.equal("userlogin-cannot-login", err.code)
    requests = {}
    session:login { username = "Alice", password = "no such thing" }
    assert.is_true(#requests > 0)
    for _, request in ipairs(requests) do
      assert.is_nil(request.headers.Authorization)
    end
  end)

  it("refuses a bearer with a line break, before anything is sent", function()
    local session <close> = open(transport)
    local me, err = session:login { access_token = "abc\ndef" }
    assert.is_nil(me)
    assert.equal("answer", err.kind)
    assert.equal(0, #requests)
  end)

  it("gets a bearer by client_credentials and renews it before it ends", function()
    local session <close> = open(transport)
    assert(session:login {
      client_id = "client",
      client_secret = "client-secret",
      grant = "client_credentials",
    })
    session.pool:sleep(0.01) -- longer than the first one lives
    assert(session:get { action = "query", meta = "tokens" })
    assert.equal(2, tokens)
    assert(session:get { action = "query", meta = "tokens" })
    assert.equal(2, tokens)
  end)

  it("says why the wiki gives no token", function()
    local session <close> = open(transport)
    local me, err = session:login {
      client_id = "client",
      client_secret = "wrong secret",
      grant = "client_credentials",
    }
    assert.is_nil(me)
    assert.equal("refused", err.kind)
    assert.equal("invalid_client", err.code)
    assert.truthy(err.advice:find("client_secret", 1, true))
  end)

  it("says what is missing, before anything is sent", function()
    local session <close> = open(transport)
    local me, err = session:login { method = "oauth2" }
    assert.is_nil(me)
    assert.equal("answer", err.kind)
    assert.truthy(err.advice:find("access_token", 1, true))
    assert.equal(0, #requests)
  end)

  it("leaves no token in a trace", function()
    local events = {}
    local session <close> = open(transport, {
      trace = function(event)
        events[#events + 1] = require("mwlogin.trace").line(event)
      end,
    })
    assert(session:login {
      client_id = "client",
      client_secret = "client-secret",
      grant = "client_credentials",
    })
    local text = table.concat(events, "\n")
    assert.is_nil(text:find("client-secret", 1, true))
    assert.is_nil(text:find("bearer-number", 1, true))
  end)
end)
