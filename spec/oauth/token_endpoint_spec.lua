---What the token endpoint may answer: the captures of a real wiki's, and whatever else may come.
local core = require "mwlogin.core"
local json = require "mwlogin.json"
local mwlogin = require "mwlogin"
local query = require "mwlogin.query"
local token_endpoint = require "mwlogin.oauth.token_endpoint"

local API <const> = "https://wiki.example.org/w/api.php"

local function capture(name)
  local file = assert(io.open("spec/captures/" .. name .. ".json", "rb"))
  local text = file:read "a"
  file:close()
  return assert(json.decode(text))
end

describe("the token endpoint", function()
  local requests, answer

  local function transport(request)
    requests[#requests + 1] = request
    return answer
  end

  local function open(options)
    local made = { user_agent = "spec", transport = transport, max_wait = 0 }
    for name, value in pairs(options or {}) do
      made[name] = value
    end
    return assert(mwlogin.open(API, made))
  end

  before_each(function()
    requests = {}
  end)

  local function reply(body, status, headers)
    answer = {
      status = status or 200,
      headers = headers or { ["Content-Type"] = "application/json" },
      body = type(body) == "table" and json.encode(body) or body,
    }
  end

  local CLIENT <const> = { client_id = "the-client", client_secret = "the-client's-secret" }

  local function ask(session, params)
    return token_endpoint.ask(session, CLIENT, params or {
      grant_type = "refresh_token",
      refresh_token = core.secret "the-refresh-token",
    })
  end

  it(
    "is asked as RFC 6749, 6 and the captures do: one form, no cookies, no Authorization",
    function()
      reply { token_type = "Bearer", access_token = "abc" }
      local session <close> = open()
      assert(ask(session))
      local request = requests[1]
      assert.equal("POST", request.method)
      assert.equal("https://wiki.example.org/w/rest.php/oauth2/access_token", request.url)
      assert.equal("application/x-www-form-urlencoded", request.headers["Content-Type"])
      assert.is_nil(request.headers.Cookie or request.headers.Authorization)
      assert.same({
        grant_type = "refresh_token",
        refresh_token = "the-refresh-token",
        client_id = "the-client",
        client_secret = "the-client's-secret",
      }, query.read(request.body))
    end
  )

  it("gives what RFC 6749, 5.1 shows", function()
    reply [[{
      "access_token":"2YotnFZFEjr1zCsicMWpAA",
      "token_type":"example",
      "expires_in":3600,
      "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA",
      "example_parameter":"example_value"
    }]]
    local session <close> = open()
    local made, err = ask(session)
    assert.is_nil(made) -- "example" is a type we know nothing about
    assert.equal("token-answer", err.code)
    answer.body = answer.body:gsub('"example",', '"bearer",')
    made = assert(ask(session))
    assert.equal("2YotnFZFEjr1zCsicMWpAA", made.access_token:reveal())
    assert.equal("tGzv3JOkF0XG5Qx2TlKWIA", made.refresh_token:reveal())
    assert.equal(3600, made.expires_in)
  end)

  it("is understood in each capture of a real wiki's", function()
    local good = {
      "oauth2-token",
      "oauth2-refresh",
      "oauth2-client-credentials-owner-only",
    }
    for _, name in ipairs(good) do
      local response = capture(name).response
      reply(response.json, response.status)
      local session <close> = open()
      local made = assert(ask(session))
      assert.equal(response.json.access_token, made.access_token:reveal())
      assert.equal(3600, made.expires_in)
    end
    local bad = {
      ["oauth2-token-badclient"] = { "refused", "invalid_client" },
      ["oauth2-token-badverifier"] = { "refused", "invalid_grant" },
      ["oauth2-token-code-reused"] = { "refused", "invalid_request" },
      ["oauth2-token-nogrant"] = { "refused", "invalid_request" },
      ["oauth2-refresh-reused"] = { "refused", "invalid_request" },
      ["oauth2-token-json-body"] = { "protocol", "token-answer" },
    }
    for name, expected in pairs(bad) do
      local response = capture(name).response
      reply(response.json, response.status)
      local session <close> = open()
      local made, err = ask(session)
      assert.is_nil(made)
      assert.same(expected, { err.kind, err.code }, name)
      assert.equal(response.status, err.status)
      assert.truthy(err.advice, name)
      assert.truthy(response.json.hint == nil or err.message:find(response.json.hint, 1, true))
    end
  end)

  it("is not believed when it says something else than tokens", function()
    local jwt = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"
    local odd = {
      "",
      jwt,
      '"' .. jwt .. '"',
      "<!doctype html><title>Welcome</title>",
      "[]",
      '{"token_type":"Bearer"}',
      '{"token_type":"Bearer","access_token":""}',
      '{"token_type":"Bearer","access_token":7}',
      '{"token_type":"Bearer","access_token":{"a":1}}',
      '{"token_type":"Bearer","access_token":"abc\\r\\nX-Evil: 1"}',
      '{"token_type":"Bearer","access_token":"abc def"}',
      '{"token_type":"Bearer","access_token":"abc\\u00e9"}',
      '{"token_type":"mac","access_token":"abc"}',
      '{"access_token":"abc"}',
      '{"token_type":"Bearer","access_token":"abc"',
    }
    for _, body in ipairs(odd) do
      reply(body)
      local session <close> = open()
      local made, err = ask(session)
      assert.is_nil(made, body)
      assert.same({ "protocol", "token-answer" }, { err.kind, err.code }, body)
    end
  end)

  it("may leave out, or garble, when the token ends", function()
    for _, text in ipairs { "null", '"3600"', "-5", "0", "1e400", "9223372036854775807" } do
      reply(('{"token_type":"Bearer","access_token":"abc","expires_in":%s}'):format(text))
      local session <close> = open()
      local made, err = ask(session)
      assert.is_true(made ~= nil or err.kind == "protocol", text)
      assert.is_nil(made and made.expires_in, text)
    end
  end)

  it("is followed nowhere", function()
    reply("", 307, { Location = "https://evil.example/token" })
    local session <close> = open()
    local made, err = ask(session)
    assert.is_nil(made)
    assert.equal("token-answer", err.code)
    assert.equal(1, #requests)
    assert.is_nil(tostring(err):find("evil", 1, true))
  end)

  it("is on another host only where rest_url says so", function()
    reply { token_type = "Bearer", access_token = "abc" }
    local session <close> = open { rest_url = "https://api.example.net/rest.php" }
    assert(ask(session))
    assert.equal("https://api.example.net/rest.php/oauth2/access_token", requests[1].url)
  end)

  it("shows no secret in an error, though it repeats it", function()
    reply({
      error = "invalid_grant",
      error_description = "the-refresh-token is unknown, and the-client's-secret is, too",
    }, 400)
    local session <close> = open()
    local _, err = ask(session)
    assert.is_nil(tostring(err):find("the-refresh-token", 1, true))
    assert.is_nil(tostring(err):find("the-client's-secret", 1, true))
  end)

  it("is not sent a secret over http beyond loopback", function()
    reply { token_type = "Bearer", access_token = "abc" }
    local session <close> = assert(mwlogin.open("http://wiki.example.org/w/api.php", {
      user_agent = "spec",
      transport = transport,
    }))
    local made, err = ask(session)
    assert.is_nil(made)
    assert.equal("tls", err.kind)
    for _, request in ipairs(requests) do
      assert.is_nil((request.body or ""):find("secret", 1, true))
    end
  end)

  it("tells which troubles pass", function()
    for status, passing in pairs { [500] = true, [502] = true, [503] = true, [429] = true } do
      reply("", status)
      local session <close> = open()
      local _, err = ask(session)
      assert.equal(passing, token_endpoint.is_passing(err))
    end
    reply({ error = "invalid_client" }, 401)
    local session <close> = open()
    local _, err = ask(session)
    assert.is_false(token_endpoint.is_passing(err))
  end)
end)
