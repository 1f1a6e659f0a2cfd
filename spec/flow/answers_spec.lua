-- Answers given for a whole login: each goes to the step it belongs to, and to no other.
package.path = "./?.lua;" .. package.path
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")
local scripted_run = require("spec.flow.scripted_run")
local secret = require("mwlogin.secret")

local run, source, event = scripted_run.run, scripted_run.source, scripted_run.event

describe("answers", function()
  it("log in with name and password", function()
    local step, err, session = run({ answers = { S.pass() } })
    assert(step, err)
    assert.equal("Alice", step.identity.name)
    assert.equal("Alice", session.sent[1].username)
    assert.is_nil(session.sent[1].rememberMe)
  end)

  it("tick remember me in START only", function()
    local script = { answers = { S.ui({ S.totp(), S.remember() }), S.pass() } }
    local step, err, session = run(script, {
      remember = true,
      answers = {
        OATHToken = "1",
        rememberMe = function()
          return true
        end,
      },
    })
    assert(step, err)
    assert.equal("1", session.sent[1].rememberMe)
    assert.is_nil(session.sent[2].rememberMe)
  end)

  it("that are plain answer the first step that asks and are then used up", function()
    local one = S.request("One", { { name = "code", type = "string" } })
    local two = S.request("Two", { { name = "code", type = "string" } })
    local step, err, session = run({ answers = { S.ui({ one }), S.ui({ two }) } }, {
      answers = { code = "111" },
    })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.same({ "code" }, err.fields)
    assert.equal("111", session.sent[2].code)
    assert.equal(2, #session.sent)
  end)

  it("that are functions are asked each time, with field and context", function()
    local seen = {}
    local step, err, session = run({
      answers = { S.ui({ S.totp() }), S.ui({ S.totp() }, "oathauth-login-failed"), S.pass() },
    }, {
      answers = {
        OATHToken = function(field, context)
          seen[#seen + 1] = field.name .. context.attempt .. context.step.status
          return "code" .. context.attempt
        end,
      },
    })
    assert(step, err)
    assert.same({ "OATHToken1UI", "OATHToken2UI" }, seen)
    assert.equal("code1", session.sent[2].OATHToken)
    assert.equal("code2", session.sent[3].OATHToken)
  end)

  it("from a source are not sent again once refused", function()
    local code, count = source("123456")
    local step, err, session = run({
      answers = { S.ui({ S.totp() }), S.ui({ S.totp() }, "oathauth-login-failed") },
    }, { answers = { OATHToken = code } })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.matches("refused the answer", err.message)
    assert.equal(2, #session.sent)
    assert.equal(2, count())
  end)

  it("from a source are read only when the step asks", function()
    local code, count = source("123456")
    assert(run({ answers = { S.pass() } }, { answers = { OATHToken = code } }))
    assert.equal(0, count())
  end)

  it("that bind to a kind go before those that bind to a name", function()
    local one = S.request("A\\One", { { name = "code", type = "string" } })
    local two = S.request("B\\Two", { { name = "code", type = "string" } })
    local step, err, session = run({ answers = { S.ui({ one }), S.ui({ two }), S.pass() } }, {
      answers = { code = "loose", ["One.code"] = "tight" },
    })
    assert(step, err)
    assert.equal("tight", session.sent[2].code)
    assert.equal("loose", session.sent[3].code)
  end)

  it("that no step asked for are named in the trace and in a failure's advice", function()
    local step, err, session = run({ answers = { S.fail("login-userblocked") } }, {
      answers = { colour = "red", OATHToken = "1" },
    })
    assert.is_nil(step)
    assert.matches("OATHToken, colour", err.advice)
    assert.same({ "OATHToken", "colour" }, event(session, "answers-unused").names)
    step, err, session = run({ answers = { S.pass() } }, { answers = { colour = "red" } })
    assert(step, err)
    assert.same({ "colour" }, event(session, "answers-unused").names)
  end)

  it("that are empty never answer a required password", function()
    local step, err, session = run({ answers = {} }, { password = secret("") })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.same({ "password" }, err.fields)
    assert.equal(0, #session.sent)
  end)

  it("from a source that fails stop the login before anything is sent", function()
    local _, err, session = run({ answers = {} }, { password = secret.env("MWLOGIN_NOT_SET") })
    assert.equal("answer", err.kind)
    assert.equal("env", err.code)
    assert.equal(0, #session.sent)
  end)

  it("that raise are named", function()
    local _, err = run({ answers = { S.ui({ S.totp() }) } }, {
      answers = {
        OATHToken = function()
          error("no mail")
        end,
      },
    })
    assert.equal("answer", err.kind)
    assert.matches("OATHToken.*no mail", err.message)
  end)
end)

describe("the login's password", function()
  local function reset(required, ...)
    local request = S.request("MediaWiki\\Auth\\PasswordAuthenticationRequest", {
      { name = "password", type = "password", label = "New password:" },
      { name = "retype", type = "password", label = "Retype new password:" },
    }, { required = required })
    return S.ui({ request, ... }, "resetpass-expired")
  end
  local skip = S.request("MediaWiki\\Auth\\ButtonAuthenticationRequest:skipReset", {
    { name = "skipReset", type = "button", label = "Skip" },
  }, { required = "optional" })

  it("never becomes a new password, be it a source", function()
    local password, count = source("x")
    local step, err, session = run({ answers = { reset("required") } }, { password = password })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.same({ "retype" }, err.fields)
    assert.equal(1, #session.sent)
    assert.equal(1, count())
  end)

  it("is not changed where the change can be skipped", function()
    local step, err, session = run({ answers = { reset("optional", skip), S.pass() } })
    assert(step, err)
    assert.equal("1", session.sent[2].skipReset)
    assert.is_nil(session.sent[2].password)
    assert.is_nil(session.sent[2].retype)
  end)

  it("is changed to answers.retype, which fills both fields", function()
    for _, required in ipairs({ "required", "optional" }) do
      local extra = required == "optional" and skip or nil
      local step, err, session = run({ answers = { reset(required, extra), S.pass() } }, {
        answers = { retype = "new one" },
      })
      assert(step, err)
      assert.equal("new one", session.sent[2].password)
      assert.equal("new one", session.sent[2].retype)
      assert.is_nil(session.sent[2].skipReset)
      assert.equal("x", session.sent[1].password)
    end
  end)

  it("is not sent into a RESTART", function()
    local restart = { status = "RESTART", messagecode = "authmanager-authn-no-local-user" }
    restart.requests, restart.canpreservestate = { S.password() }, true
    local step, err, session = run({ answers = { restart } }, { password = source("x") })
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.equal("authmanager-authn-no-local-user", err.code)
    assert.equal(1, #session.sent)
  end)
end)

describe("OpenID's code and the second factor's code", function()
  it("each arrive where they belong", function()
    local redirect = { status = "REDIRECT", redirecttarget = "https://idp/" }
    redirect.requests = {
      S.request("OpenIdConnectResponseAuthenticationRequest", {
        { name = "code", type = "string" },
        { name = "state", type = "string" },
      }),
    }
    local second = S.ui({ S.request("SecondFactor", { { name = "code", type = "string" } }) })
    local visitor = {
      name = "Visitor",
      redirect = function()
        return "http://127.0.0.1:9/back?code=from-idp&state=s"
      end,
    }
    local session = S.new({
      forms = { { requests = { S.password() } } },
      answers = { redirect, second, S.pass() },
    })
    local flow = flow_module.new(session, "login", { return_url = "http://127.0.0.1:9/back" })
    local step, err = flow:run({
      username = "Alice",
      password = "x",
      answers = { code = "424242", state = "never" },
      handlers = { visitor },
    })
    assert(step, err)
    assert.equal("from-idp", session.sent[2].code)
    assert.equal("s", session.sent[2].state)
    assert.equal("424242", session.sent[3].code)
    assert.is_nil(session.sent[3].state)
    assert.same({ "state" }, event(session, "answers-unused").names)
  end)
end)
