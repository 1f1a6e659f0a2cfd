local alice = require("spec.testing.alice")
local capture = require("spec.testing.capture")

describe("mwlogin.testing: the login form", function()
  it("has the shape of the captured one", function()
    local _, client = alice.wiki()
    local reply = client.get({
      meta = "authmanagerinfo|tokens",
      amirequestsfor = "login",
      type = "login",
    })
    assert.same(
      capture.read("authmanagerinfo-login").query.authmanagerinfo,
      reply.query.authmanagerinfo
    )
    capture.assert_same_shape("authmanagerinfo-login", reply)
  end)

  it("lists username before password", function()
    local _, client = alice.wiki()
    client.get({ meta = "authmanagerinfo", amirequestsfor = "login" })
    local body = client.reply.body
    assert.is_true(body:find('"username":', 1, true) < body:find('"password":', 1, true))
  end)

  it("knows formatversion 1 and merged fields", function()
    local _, client = alice.wiki()
    local reply = client.get({
      meta = "authmanagerinfo|tokens",
      type = "login",
      amirequestsfor = "login",
      formatversion = "1",
    })
    capture.assert_same_shape("authmanagerinfo-formatversion1", reply)
    reply = client.get({
      meta = "authmanagerinfo",
      amirequestsfor = "login",
      amimergerequestfields = "1",
      amimessageformat = "none",
    })
    assert.same(capture.read("authmanagerinfo-login-merged"), reply)
  end)

  it("asks a person who is logged in for a new password when told to change it", function()
    local _, client = alice.wiki()
    client.start(alice.LOGIN)
    local expected = capture.read("authmanagerinfo-while-logged-in")
    expected.query.authmanagerinfo.requests[1].account = "Alice"
    local reply = client.get({
      meta = "authmanagerinfo",
      amirequestsfor = "change",
      amisecuritysensitiveoperation = "ChangeCredentials",
    })
    assert.same(expected, reply)
  end)

  it("has only optional fields when two primary providers are merged", function()
    local step = {
      primary = true,
      id = "Other",
      fields = { { name = "mode" } },
      begin = function() end,
    }
    local _, client = alice.wiki({ steps = { step } })
    local reply = client.get({
      meta = "authmanagerinfo",
      amirequestsfor = "login",
      amimergerequestfields = "1",
    })
    assert.is_true(reply.query.authmanagerinfo.fields.password.optional)
  end)

  it("has no rememberMe where the wiki decides", function()
    local _, client = alice.wiki({ remember = "never" })
    local reply = client.get({ meta = "authmanagerinfo", amirequestsfor = "login" })
    assert.same(capture.read("authmanagerinfo-noremember"), reply)
  end)

  it("for an account has both requests with a username", function()
    local _, client =
      alice.wiki({ captcha = { question = "What is the capital of France?", answer = "Paris" } })
    local reply = client.get({ meta = "authmanagerinfo", amirequestsfor = "create" })
    local expected = capture.read("authmanagerinfo-create")
    local requests = reply.query.authmanagerinfo.requests
    requests[1].fields.captchaId.value =
      expected.query.authmanagerinfo.requests[1].fields.captchaId.value
    assert.same(expected, reply)
  end)
end)
