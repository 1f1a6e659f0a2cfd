---OAuth logins against a transport that is as strict as PROTOCOL 9 says: no cookies, each request
---authorized, a nonce once.
local mwlogin = require "mwlogin"
local query = require "mwlogin.query"
local signature = require "mwlogin.oauth.signature"

local API <const> = "https://alias.example.org/w/api.php"
local CANONICAL <const> = "https://wiki.example.org/w/api.php"

local KEYS <const> = {
  consumer_key = "the-consumer-key",
  consumer_secret = "the-consumer-secret",
  access_key = "the-access-key",
  access_secret = "the-access-secret",
}

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

---Whether the header is the signature of this very request under the wiki's own name.
local function is_signed(request, nonces)
  local header = request.headers.Authorization
  if not header or header:sub(1, 6) ~= "OAuth " then
    return false
  end
  local given = {}
  for name, value in header:gmatch '([%w_]+)="([^"]*)"' do
    given[name] = value:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  end
  if nonces[given.oauth_nonce] then
    return false
  end
  nonces[given.oauth_nonce] = true
  local list = {}
  for name, value in pairs(params_of(request)) do
    list[#list + 1] = { name, value }
  end
  local expected = signature.header(
    { method = request.method, url = CANONICAL, params = list },
    KEYS,
    { nonce = given.oauth_nonce, timestamp = given.oauth_timestamp }
  )
  return header == expected
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

describe("OAuth 1 with the four values", function()
  local requests, nonces

  before_each(function()
    requests, nonces = {}, {}
  end)

  local function transport(request)
    requests[#requests + 1] = request
    local params = params_of(request)
    assert.is_true(params.meta == "siteinfo" or request.headers.Cookie == nil)
    if params.meta ~= "siteinfo" and not is_signed(request, nonces) then
      return json(REFUSED)
    end
    return reply_to(params)
  end

  it("signs every request under the name the wiki has for itself", function()
    local session <close> = open(transport)
    local me = assert(session:login(KEYS))
    assert.equal("Alice", me.name)
    assert.equal("oauth1", me.method)
    assert(
      session:post({ action = "edit", title = "A b", text = "1+1=2 & ü~" }, { token = "csrf" })
    )
    assert(session:get { action = "query", meta = "tokens", type = { "csrf", "watch" } })
  end)

  it("asks with assert=user, since some servers drop the header silently", function()
    local session <close> = open(transport)
    assert(session:login(KEYS))
    assert(session:get { action = "query", meta = "tokens" })
    assert.equal("user", params_of(requests[#requests]).assert)
  end)

  it("leaves the cookies of before behind, and keeps none", function()
    local session <close> = open(function(request)
      local reply = transport(request)
      reply.headers["Set-Cookie"] = "wiki_session=x; path=/"
      return reply
    end)
    session:import_cookies { "alias.example.org\tFALSE\t/\tFALSE\t0\twikiUserName\tBob" }
    requests = {}
    assert(session:login(KEYS))
    assert(session:get { action = "query", meta = "tokens" })
    assert.same({}, session:export_cookies())
  end)

  it("says which value is missing, before anything is sent", function()
    local session <close> = open(transport)
    for given, lacking in pairs {
      [{ consumer_key = "a" }] = "consumer_secret",
      [{ method = "oauth1", consumer_secret = "a" }] = "consumer_key",
      [{ consumer_key = "a", consumer_secret = "b", access_key = "c" }] = "access_secret",
      [{ consumer_key = "a", consumer_secret = "b", access_secret = "c" }] = "access_key",
    } do
      local me, err = session:login(given)
      assert.is_nil(me)
      assert.equal("answer", err.kind)
      assert.truthy(err.message:find("needs " .. lacking, 1, true))
    end
    assert.equal(0, #requests)
  end)

  it("names what may be wrong when the signature is refused", function()
    local session <close> = open(transport)
    local wrong = { consumer_secret = "not it" }
    for name, value in pairs(KEYS) do
      wrong[name] = wrong[name] or value
    end
    local me, err = session:login(wrong)
    assert.is_nil(me)
    assert.equal("mwoauth-invalid-authorization", err.code)
    assert.truthy(err.advice:find("Check consumer_secret or access_secret", 1, true))
  end)

  it("forgets at logout, and says that the wiki cannot", function()
    local session <close> = open(transport)
    assert(session:login(KEYS))
    local done, err = session:logout()
    assert.is_nil(done)
    assert.equal("cannotlogout", err.code)
    assert.truthy(err.advice:find("OAuthManageMyGrants", 1, true))
    requests = {}
    session:get { action = "query", meta = "userinfo" }
    assert.is_nil(requests[1].headers.Authorization)
  end)

  it("leaves no secret and no signature in a trace", function()
    local events = {}
    local session <close> = open(transport, {
      trace = function(event)
        events[#events + 1] = require("mwlogin.trace").line(event)
      end,
    })
    assert(session:login(KEYS))
    local text = table.concat(events, "\n")
    for _, value in pairs(KEYS) do
      assert.is_nil(text:find(value, 1, true), value)
    end
    for _, request in ipairs(requests) do
      local signed = (request.headers.Authorization or ""):match 'oauth_signature="([^"]*)"'
      assert.is_nil(signed and text:find(signed, 1, true))
    end
  end)
end)
