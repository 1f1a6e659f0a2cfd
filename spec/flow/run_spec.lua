-- A dialogue that is lost, refused or throttled on its way.
package.path = "./?.lua;" .. package.path
local S = require("spec.flow.scripted_session")
local scripted_run = require("spec.flow.scripted_run")

local run, source = scripted_run.run, scripted_run.source

describe("a lost session in the middle", function()
  local lost = { kind = "api", code = "badtoken", message = "Invalid CSRF token." }

  it("begins afresh once and asks one-time values anew", function()
    local code = source("111111", "222222")
    local step, err, session = run({
      answers = { S.ui({ S.totp() }), lost, S.ui({ S.totp() }), S.pass() },
    }, { answers = { OATHToken = code } })
    assert(step, err)
    assert.equal(2, #session.asked)
    assert.equal("111111", session.sent[2].OATHToken)
    assert.equal("Alice", session.sent[3].username)
    assert.equal("222222", session.sent[4].OATHToken)
  end)

  it("does not resend a plain one-time value", function()
    local _, err, session = run({
      answers = { S.ui({ S.totp() }), lost, S.ui({ S.totp() }) },
    }, { answers = { OATHToken = "111111" } })
    assert.equal("interaction", err.kind)
    assert.same({ "OATHToken" }, err.fields)
    assert.equal(3, #session.sent)
  end)

  it("shows as FAIL too: not in progress", function()
    local step, err = run({
      answers = { S.ui({ S.totp() }), S.fail("authmanager-authn-not-in-progress"), S.pass() },
    }, { answers = { OATHToken = source("1", "2") } })
    assert(step, err)
  end)

  it("is begun afresh no second time", function()
    local _, err, session = run({ answers = { lost, lost } })
    assert.equal("badtoken", err.code)
    assert.equal(2, #session.sent)
  end)
end)

describe("FAIL", function()
  it("is an error, and nothing is tried again", function()
    local step, err, session = run({ answers = { S.fail("wrongpassword") } })
    assert.is_nil(step)
    assert.equal("refused", err.kind)
    assert.equal("wrongpassword", err.code)
    assert.equal(1, #session.sent)
  end)

  it("that is a throttle says so", function()
    local _, err = run({ answers = { S.fail("login-throttled") } })
    assert.equal("throttled", err.kind)
  end)

  it("that in truth wants a captcha is looked into", function()
    local captcha = S.request("CaptchaAuthenticationRequest", {
      { name = "captchaWord", type = "string" },
    })
    local forms = { { requests = { S.password() } }, { requests = { captcha, S.password() } } }
    local _, err, session = run({ forms = forms, answers = { S.fail("wrongpassword") } })
    assert.is_true(err.captcha)
    assert.matches("captcha", err.advice)
    assert.equal(2, #session.asked)
    assert.equal(1, #session.sent)
  end)
end)

describe("a throttled code", function()
  it("is not followed by another code", function()
    local code = source("1", "2", "3")
    local _, err, session = run({
      answers = { S.ui({ S.totp() }), S.ui({ S.totp() }, "oathauth-throttled") },
    }, { answers = { OATHToken = code } })
    assert.equal("throttled", err.kind)
    assert.equal(2, #session.sent)
  end)
end)
