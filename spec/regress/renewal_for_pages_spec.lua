-- `fetch` handed a 401 of rest.php back as it was, where an API call under the same bearer would
-- have had the bearer renewed.
package.path = "./?.lua;./?/init.lua;" .. package.path
local json = require "cjson.safe"
local mwlogin = require "mwlogin"
local query = require "mwlogin.query"

local CREDENTIALS <const> = {
  client_id = "client",
  client_secret = "client-secret",
  grant = "client_credentials",
}

describe("a page that refuses a bearer", function()
  local given, good, asked, challenge, token_endpoint

  before_each(function()
    given, good, asked, challenge, token_endpoint = 0, {}, {}, nil, "open"
  end)

  local function answer(status, value, headers)
    local all = { ["Content-Type"] = "application/json" }
    for name, text in pairs(headers or {}) do
      all[name] = text
    end
    return { status = status, headers = all, body = json.encode(value) }
  end

  local function give_token()
    if token_endpoint == "dead" then
      return answer(400, { error = "invalid_grant", message = "No." })
    end
    given = given + 1
    good["Bearer token-" .. given] = token_endpoint == "open"
    return answer(200, {
      token_type = "Bearer",
      expires_in = 3600,
      access_token = "token-" .. given,
    })
  end

  local function page(request)
    asked[#asked + 1] = request
    if not good[request.headers.Authorization] then
      return answer(401, { error = "access_denied" }, { ["WWW-Authenticate"] = challenge })
    end
    return answer(200, { username = "Alice" })
  end

  local function transport(request)
    if request.url:find("/oauth2/access_token", 1, true) then
      return give_token()
    elseif request.url:find("/rest.php/", 1, true) then
      return page(request)
    elseif query.of(request.url).meta == "userinfo" then
      local me = { id = 7, name = "Alice", groups = {}, rights = {} }
      return answer(200, { query = { userinfo = me } })
    end
    return answer(200, { query = { general = { server = "//wiki.example.org" } } })
  end

  local function log_in(credentials)
    local session = assert(mwlogin.open("https://wiki.example.org/w/api.php", {
      user_agent = "spec",
      transport = transport,
    }))
    assert(session:login(credentials or CREDENTIALS))
    return session
  end

  it("gets another one, and is asked again", function()
    local session <close> = log_in()
    good = {}
    local response = assert(session:fetch "rest.php/oauth2/resource/profile")
    assert.same({ 200, 2, 2 }, { response.status, given, #asked })
  end)

  it("gets the same body again, for nothing of it was done", function()
    local session <close> = log_in()
    good = {}
    local response = assert(session:fetch("rest.php/v1/page/A", {
      method = "PUT",
      json = { source = "text" },
    }))
    assert.equal(200, response.status)
    assert.same({ "PUT", "PUT" }, { asked[1].method, asked[2].method })
    assert.equal('{"source":"text"}', asked[2].body)
    assert.equal(asked[1].body, asked[2].body)
  end)

  it("is handed back when the new one is refused as well; no third is asked for", function()
    local session <close> = log_in()
    good, token_endpoint = {}, "odd"
    for _ = 1, 3 do
      local response = assert(session:fetch "rest.php/v1/page/A")
      assert.equal(401, response.status)
    end
    assert.same({ 2, 4 }, { given, #asked })
    assert(session:get { action = "query", meta = "userinfo" })
  end)

  it("is handed back as it is where the page wants another kind of authorization", function()
    local session <close> = log_in()
    good, challenge = {}, 'Basic realm="staff"'
    local response = assert(session:fetch "rest.php/v1/page/A")
    assert.same({ 401, 1, 1 }, { response.status, given, #asked })
  end)

  it("is handed back as it is where nothing can be renewed", function()
    local session <close> = log_in { access_token = "given-by-hand" }
    local response = assert(session:fetch "rest.php/v1/page/A")
    assert.same({ 401, 0, 1 }, { response.status, given, #asked })
  end)

  it("is an error that says so where the wiki gives no other", function()
    local session <close> = log_in()
    good, token_endpoint = {}, "dead"
    local response, err = session:fetch "rest.php/v1/page/A"
    assert.is_nil(response)
    assert.same({ "interaction", "access-ended" }, { err.kind, err.code })
  end)

  it("is asked anonymously by nobody: without a login a 401 is only a 401", function()
    local session <close> = assert(mwlogin.open("https://wiki.example.org/w/api.php", {
      user_agent = "spec",
      transport = transport,
    }))
    local response = assert(session:fetch "rest.php/v1/page/A")
    assert.same({ 401, 0, 1 }, { response.status, given, #asked })
  end)
end)
