local alice = require("spec.testing.alice")
local capture = require("spec.testing.capture")
local cjson = require("cjson")
local cookie_client = require("spec.testing.cookie_client")

local SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
local BOT_SECRET = "0123456789abcdefghijklmnopqrstuv"

describe("mwlogin.testing: action=login", function()
  local function bot_login(client, name, secret, more)
    local params = { action = "login", lgname = name, lgpassword = secret }
    params.lgtoken = client.token("login")
    for key, value in pairs(more or {}) do
      params[key] = value
    end
    return client.post(params).login
  end

  local function bot_wiki(more)
    more = more or {}
    more.account = { botpasswords = { app = BOT_SECRET }, groups = { "bot" } }
    return alice.wiki(more)
  end

  it("takes a bot password in both spellings, and names the account", function()
    for _, pair in ipairs({ { "Alice@app", BOT_SECRET }, { "Alice", "app@" .. BOT_SECRET } }) do
      local _, client = bot_wiki()
      local answer = bot_login(client, pair[1], pair[2])
      assert.equal("Success", answer.result)
      assert.equal("Alice", answer.lgusername)
      assert.truthy(client.jar.wiki_BPsession)
      assert.equal("Alice", client.whoami().name)
    end
  end)

  it("blocks every later login while the bot session lasts", function()
    local _, client = bot_wiki()
    bot_login(client, "Alice@app", BOT_SECRET)
    assert.equal("Aborted", bot_login(client, "Alice@app", BOT_SECRET).result)
    assert.same(
      capture.read("clientlogin-in-botpassword-session").clientlogin,
      client.start(alice.login({ rememberMe = "1" }))
    )
    local info = client.get({ meta = "authmanagerinfo", amirequestsfor = "login" })
    local expected = capture.read("authmanagerinfo-in-botpassword-session")
    expected.query.authmanagerinfo.requests[1].account = "Alice"
    assert.same(expected, info)
    client.post({ action = "logout", token = client.token("csrf") })
    assert.is_nil(client.jar.wiki_BPsession)
    assert.equal("Success", bot_login(client, "Alice@app", BOT_SECRET).result)
  end)

  it("gives its reason by errorformat", function()
    local _, client = bot_wiki()
    local plain = bot_login(client, "Alice", "nope", { errorformat = "plaintext" })
    assert.same(capture.read("login-wrong-password-plaintext").login, plain)
    assert.same(capture.read("login-wrong-password").login, bot_login(client, "Alice", "nope"))
    for _ = 1, 5 do
      bot_login(client, "Alice", "nope")
    end
    local raw = bot_login(client, "Alice", "open sesame", { errorformat = "raw" })
    assert.same(capture.read("login-throttled-raw").login, raw)
  end)

  it("tells the three faces of a lost session apart", function()
    local _, client = bot_wiki()
    local token = client.token("login")
    local params = { action = "login", lgname = "Alice", lgpassword = "x" }
    capture.assert_same_shape("login-needtoken", client.post(params))
    params.lgtoken = token:gsub("^%x", { a = "b" }):gsub("^(%x)", function(char)
      return char == "0" and "1" or "0"
    end)
    assert.same({ result = "WrongToken" }, client.post(params).login)
    client.jar = {}
    params.lgtoken = token
    assert.same(capture.read("login-sessionlost"), client.post(params))
    assert.truthy(client.jar.wiki_session)
  end)

  it("aborts where a second step is due", function()
    local _, client = alice.wiki({ account = { totp = SECRET } })
    assert.same(
      capture.read("login-2fa-user-aborted").login,
      bot_login(client, "Alice", "open sesame")
    )
  end)

  it("logs a plain account in with a warning, and remembers it", function()
    local _, client = alice.wiki()
    assert.equal("Success", bot_login(client, "Alice", "open sesame").result)
    assert.truthy(client.jar.wikiToken)
    capture.assert_same_shape("login-mainaccount-success", cjson.decode(client.reply.body))
  end)

  it("must be posted, its token not in the address", function()
    local wiki, client = bot_wiki()
    assert.equal(
      "mustbeposted",
      cookie_client.code_of(client.get({ action = "login", lgtoken = "x" }))
    )
    local body = "action=login&lgname=Alice&lgpassword=x&format=json"
    local reply = client.send("POST", wiki.api .. "?lgtoken=x", body)
    assert.equal("mustpostparams", reply.headers["MediaWiki-API-Error"])
  end)
end)
