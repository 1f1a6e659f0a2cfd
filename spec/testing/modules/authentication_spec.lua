local alice = require("spec.testing.alice")
local capture = require("spec.testing.capture")
local cjson = require("cjson")
local cookie_client = require("spec.testing.cookie_client")

local SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
local PASSWORD_ID = "MediaWiki\\Auth\\PasswordAuthenticationRequest"

describe("mwlogin.testing: clientlogin", function()
  it("passes with the right password, and sets the cookies of a login", function()
    local _, client = alice.wiki()
    local answer = client.start(alice.LOGIN)
    assert.same({ status = "PASS", username = "Alice" }, answer)
    assert.equal(3, #client.cookies)
    assert.truthy(client.cookies[2]:find("^wikiUserID=%d+; expires=.* GMT; Max%-Age=2592000;"))
    assert.is_nil(client.jar.wikiToken)
    assert.equal("Alice", client.whoami().name)
  end)

  it("keeps a Token cookie only when told to remember", function()
    local _, client = alice.wiki()
    client.start(alice.login({ rememberMe = "1" }))
    assert.truthy(client.jar.wikiToken)
    assert.truthy(client.cookies[4]:find("Max-Age=15552000", 1, true))
  end)

  it("replaces the session at PASS, and kills every token", function()
    local _, client = alice.wiki()
    local token = client.token("login")
    local before = client.jar.wiki_session
    client.start(alice.LOGIN)
    assert.not_equal(before, client.jar.wiki_session)
    local params = alice.login({ action = "clientlogin", logintoken = token })
    params.loginreturnurl = "http://example.org/"
    local reply = client.post(params)
    capture.assert_same_shape("clientlogin-stale-login-token", reply)
    assert.equal("badtoken", client.reply.headers["MediaWiki-API-Error"])
  end)

  it("answers FAIL to a wrong password and to an unknown user alike", function()
    local _, client = alice.wiki()
    for _, values in ipairs({
      alice.login({ password = "no" }),
      alice.login({ username = "Nobody" }),
    }) do
      local answer = client.start(values)
      assert.same(capture.read("clientlogin-fail-wrongpassword").clientlogin, answer)
    end
  end)

  it("speaks in four message formats", function()
    local _, client = alice.wiki()
    local wrong = alice.login({ password = "no" })
    local raw = client.start(wrong, { loginmessageformat = "raw" })
    assert.same(capture.read("clientlogin-fail-raw").clientlogin, raw)
    local none = client.start(wrong, { loginmessageformat = "none" })
    assert.same(capture.read("clientlogin-fail-none").clientlogin, none)
    assert.equal("string", type(client.start(wrong, { loginmessageformat = "html" }).message))
  end)

  it("drops the password request without a word when a field is missing or empty", function()
    local _, client = alice.wiki()
    local missing = client.start({ username = "Alice" })
    assert.same(capture.read("clientlogin-fail-missing-field").clientlogin, missing)
    local empty = client.start(alice.login({ password = "" }))
    assert.equal("authmanager-authn-no-primary", empty.messagecode)
  end)

  it("takes a flag for true whatever its value", function()
    local _, client = alice.wiki()
    local token = client.token("login")
    local params = alice.login({ action = "clientlogin", logintoken = token, logincontinue = "0" })
    local reply = client.post(params)
    assert.same(capture.read("clientlogin-continue0").clientlogin, reply.clientlogin)
    local warning = "Unrecognized parameters: password, username."
    assert.equal(warning, reply.warnings.main.warnings)
  end)

  it("wants a token, an address, and secrets in the body", function()
    local wiki, client = alice.wiki()
    local reply =
      client.post(alice.login({ action = "clientlogin", loginreturnurl = "http://e.org/" }))
    capture.assert_same_shape("clientlogin-missing-token", reply)
    local token = client.token("login")
    reply = client.post(alice.login({ action = "clientlogin", logintoken = token }))
    capture.assert_same_shape("clientlogin-missing-returnurl", reply)
    reply =
      client.post({ action = "clientlogin", logintoken = token, loginreturnurl = "/relative" })
    assert.equal("badurl_loginreturnurl", cookie_client.code_of(reply))
    reply = client.get(alice.login({ action = "clientlogin", logintoken = token }))
    assert.equal("mustpostparams", cookie_client.code_of(reply))
    local body = cookie_client.form({
      action = "clientlogin",
      logintoken = token,
      loginreturnurl = "http://e.org/",
      username = "Alice",
      format = "json",
    })
    local answer = client.send("POST", wiki.api .. "?password=x", body)
    assert.equal("mustpostparams", answer.headers["MediaWiki-API-Error"])
  end)

  it("does not find a token whose plus sign became a blank", function()
    local wiki, client = alice.wiki()
    local token = client.token("login")
    local body = "action=clientlogin&format=json&loginreturnurl=http%3A%2F%2Fe.org%2F&logintoken="
    local answer = client.send("POST", wiki.api, body .. token)
    assert.equal("badtoken", answer.headers["MediaWiki-API-Error"])
    answer = client.send("POST", wiki.api, body .. cookie_client.encode(token))
    assert.is_nil(answer.headers["MediaWiki-API-Error"])
  end)

  it("knows nobody without the session cookie", function()
    local _, client = alice.wiki({ account = { totp = SECRET } })
    assert.equal("UI", client.start(alice.LOGIN).status)
    local token = client.token("login")
    client.jar = {}
    local reply = client.post({
      action = "clientlogin",
      logincontinue = "1",
      logintoken = token,
      OATHToken = "1",
    })
    capture.assert_same_shape("clientlogin-session-lost", reply)
    assert.same(
      capture.read("clientlogin-session-lost-fresh-token").clientlogin,
      client.continue({ OATHToken = "1" })
    )
  end)

  it("reads only the requests that loginrequests names", function()
    local step = {
      primary = true,
      id = "Other",
      fields = { { name = "mode" } },
      begin = function()
        return { status = "FAIL", message = "other was read" }
      end,
    }
    local _, client = alice.wiki({ steps = { step } })
    local both = alice.login({ mode = "x" })
    assert.equal("other_was_read", client.start(both).messagecode)
    assert.equal("PASS", client.start(both, { loginrequests = PASSWORD_ID }).status)
  end)

  it("switches the user when somebody is logged in", function()
    local _, client = alice.wiki()
    client.start(alice.LOGIN)
    assert.equal("PASS", client.start({ username = "bob", password = "bobs own" }).status)
    assert.equal("Bob", client.whoami().name)
  end)

  it("refuses the right password after five wrong ones, until the window is over", function()
    local wiki, client = alice.wiki()
    for _ = 1, 5 do
      client.start(alice.login({ password = "no" }))
    end
    local answer = client.start(alice.LOGIN, { loginmessageformat = "raw" })
    assert.same(capture.read("clientlogin-throttled-raw").clientlogin, answer)
    assert.same(capture.read("clientlogin-throttled").clientlogin, client.start(alice.LOGIN))
    wiki:advance(301)
    assert.equal("PASS", client.start(alice.LOGIN).status)
  end)

  it("warns of a parameter no field is called", function()
    local _, client = alice.wiki()
    client.start(alice.login({ passwort = "x" }))
    local warnings = cjson.decode(client.reply.body).warnings
    assert.equal("Unrecognized parameter: passwort.", warnings.main.warnings)
  end)
end)
