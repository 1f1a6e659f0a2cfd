-- What a person is asked, and what a script learns where nobody can be asked.
package.path = "./?.lua;" .. package.path
local errors = require("mwlogin.error")
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")
local scripted_run = require("spec.flow.scripted_run")

local run = scripted_run.run

describe("a person", function()
  it("is asked only for what is still missing", function()
    local captcha = S.request("CaptchaAuthenticationRequest", {
      { name = "captchaId", type = "hidden", value = "77" },
      { name = "captchaInfo", type = "null", value = "Capital of France?" },
      { name = "captchaWord", type = "string" },
    }, { metadata = { type = "question" } })
    local asked
    local step, err, session = run({
      forms = { { requests = { captcha, S.password() } } },
      answers = { S.pass() },
    }, {
      respond = function(shown, context)
        asked = shown
        assert.equal("START", context.step.status)
        return { captchaWord = "Paris" }
      end,
    })
    assert(step, err)
    assert.equal(1, #asked.requests)
    assert.equal(2, #asked.requests[1].fields)
    assert.equal("Capital of France?", asked.requests[1].fields.captchaInfo.value)
    assert.equal("77", session.sent[1].captchaId)
    assert.equal("Paris", session.sent[1].captchaWord)
  end)

  it("is not asked when nothing is missing", function()
    local step = run({ answers = { S.pass() } }, {
      respond = function()
        error("asked")
      end,
    })
    assert.equal("PASS", step.status)
  end)

  it("chooses among ways to log in; blanks for the others are no answers", function()
    local button = S.request("Begin:b", { { name = "b", type = "button" } }, {
      required = "primary-required",
    })
    local session = S.new({
      forms = { { requests = { S.password(), button, S.remember() } } },
      answers = { S.pass() },
    })
    local step, err = flow_module.new(session):run({
      respond = function(shown)
        assert.equal(2, #shown.requests)
        return { username = "", password = "", b = true }
      end,
    })
    assert(step, err)
    assert.equal("1", session.sent[1].b)
    assert.is_nil(session.sent[1].username)
  end)

  it("who gives up ends the login", function()
    local _, err = run({ answers = { S.ui({ S.totp() }) } }, {
      respond = function()
        return nil, errors.new({ kind = "cancelled", code = "eof", message = "no more" })
      end,
    })
    assert.equal("cancelled", err.kind)
    _, err = run({ answers = { S.ui({ S.totp() }) } }, {
      respond = function() end,
    })
    assert.equal("cancelled", err.kind)
  end)

  it("who gives an unknown field is told what was asked", function()
    local _, err, session = run({ answers = { S.ui({ S.totp() }) } }, {
      respond = function()
        return { token = "1" }
      end,
    })
    assert.equal("answer", err.kind)
    assert.matches("OATHToken", err.advice)
    assert.equal(1, #session.sent)
  end)

  it("answers a RESTART where no handler decides", function()
    local restart = { status = "RESTART", messagecode = "authmanager-authn-no-local-user" }
    restart.requests, restart.canpreservestate = { S.password() }, true
    local step, err, session = run({ answers = { restart, S.pass("Bob") } }, {
      respond = function(shown)
        assert.equal("RESTART", shown.status)
        return { username = "Bob", password = "y" }
      end,
    })
    assert(step, err)
    assert.equal("Bob", session.sent[2].username)
    assert.is_true(session.sent[2].logincontinue)
  end)
end)

describe("an interaction error", function()
  it("goes on by hand, with what was already found for its step", function()
    local captcha = S.request("CaptchaAuthenticationRequest", {
      { name = "captchaId", type = "hidden", value = "77" },
      { name = "captchaWord", type = "string" },
    })
    local _, err, session = run({
      forms = { { requests = { captcha, S.password() } } },
      answers = { S.ui({ S.totp() }), S.pass() },
    })
    assert.equal("interaction", err.kind)
    assert.same({ "captchaWord" }, err.fields)
    local step = assert(err.flow:submit({ captchaWord = "w" }))
    assert.equal("Alice", session.sent[1].username)
    assert.equal("77", session.sent[1].captchaId)
    assert.equal("UI", step.status)
    assert.equal("PASS", assert(err.flow:submit({ OATHToken = "1" })).status)
    local expected = { logintoken = "t+\\", logincontinue = true, OATHToken = "1" }
    assert.same(expected, session.sent[2])
  end)
end)

describe("a challenge that only a browser can answer", function()
  it("is explained: a security key", function()
    local webauthn = S.request("X\\WebAuthnAuthenticationRequest", {
      { name = "auth_info", type = "hidden", value = "{}" },
      { name = "credential", type = "hidden", value = "" },
    })
    local _, err, session = run({ answers = { S.ui({ webauthn }) } })
    assert.equal("interaction", err.kind)
    assert.equal("webauthn", err.code)
    assert.equal(1, #session.sent)
    assert.is_truthy(err.flow)
  end)
end)
