-- A whole dialogue: answers, handlers, a person; what is sent at each step.
package.path = "./?.lua;" .. package.path
local errors = require("mwlogin.error")
local flow_module = require("mwlogin.flow")
local secret = require("mwlogin.secret")
local S = require("spec.flow.scripted_session")

--- Runs a login of Alice against a script.
local function run(script, options, action)
  script.forms = script.forms or { { requests = { S.password(), S.remember() } } }
  local session = S.new(script)
  local flow = flow_module.new(session, action)
  options = options or {}
  options.username = options.username or "Alice"
  options.password = options.password or "x"
  local step, err = flow:run(options)
  return step, err, session, flow
end

--- Something that is asked each time: gives these values in turn.
---@return function source, fun(): integer count how often it was asked
local function source(...)
  local values, count = { ... }, 0
  return function()
    count = count + 1
    return values[math.min(count, #values)]
  end, function()
    return count
  end
end

local function event(session, name)
  for _, one in ipairs(session.events) do
    if one.event == name then
      return one
    end
  end
end

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

describe("ways to log in", function()
  local button = S.request("BeginAuthenticationRequest:pluggableauthlogin0", {
    { name = "pluggableauthlogin0", type = "button", label = "Log in with Example" },
  }, { required = "primary-required" })
  local both = { { requests = { S.password(), button } } }

  it("the password, when name and password are given", function()
    local step, err, session = run({ forms = both, answers = { S.pass() } })
    assert(step, err)
    assert.is_nil(session.sent[1].pluggableauthlogin0)
  end)

  it("the one an answer names", function()
    local step, err, session = run({ forms = both, answers = { S.pass() } }, {
      answers = { pluggableauthlogin0 = true },
    })
    assert(step, err)
    assert.equal("1", session.sent[1].pluggableauthlogin0)
    assert.is_nil(session.sent[1].username)
    assert.is_nil(session.sent[1].password)
  end)

  it("the one the user's handler names", function()
    local handler = {
      name = "Mine",
      kinds = { "BeginAuthenticationRequest" },
      answer = function()
        return { pluggableauthlogin0 = true }
      end,
    }
    local step, err, session = run({ forms = both, answers = { S.pass() } }, {
      handlers = { handler },
    })
    assert(step, err)
    assert.equal("1", session.sent[1].pluggableauthlogin0)
    assert.is_nil(session.sent[1].password)
  end)

  it("the only one there is", function()
    local session = S.new({ forms = { { requests = { button } } }, answers = { S.pass() } })
    local step, err = flow_module.new(session):run({})
    assert(step, err)
    assert.equal("1", session.sent[1].pluggableauthlogin0)
  end)

  it("are listed when nothing tells which", function()
    local session = S.new({ forms = both, answers = {} })
    local step, err = flow_module.new(session):run({})
    assert.is_nil(step)
    assert.equal("interaction", err.kind)
    assert.equal("which-way", err.code)
    assert.matches("PasswordAuthenticationRequest, BeginAuthenticationRequest", err.message)
    assert.equal(0, #session.sent)
  end)

  it("go on by err.flow", function()
    local session = S.new({ forms = both, answers = { S.pass() } })
    local _, err = flow_module.new(session):run({})
    local step = assert(err.flow:submit({ username = "Alice", password = "x" }))
    assert.equal("PASS", step.status)
  end)

  it("two named at once are an error", function()
    local other = S.request("Other", { { name = "badge", type = "string" } }, {
      required = "primary-required",
    })
    local _, err, session = run({ forms = { { requests = { button, other } } }, answers = {} }, {
      answers = { pluggableauthlogin0 = true, badge = "7" },
    })
    assert.equal("answer", err.kind)
    assert.equal("two-ways", err.code)
    assert.equal(0, #session.sent)
  end)

  it("that would be read along are kept out by loginrequests", function()
    local twin = S.request("Twin\\PasswordAuthenticationRequest2", {
      { name = "username", type = "string" },
      { name = "password", type = "password" },
    }, { required = "primary-required" })
    local step, err, session = run({
      forms = { { requests = { twin, S.password() } } },
      answers = { S.pass() },
    })
    assert(step, err)
    local only = { "MediaWiki\\Auth\\PasswordAuthenticationRequest" }
    assert.same(only, session.sent[1].loginrequests)
  end)
end)

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

describe("naming another second factor", function()
  local function select_request(current)
    return S.request("X\\TwoFactorModuleSelectAuthenticationRequest", {
      {
        name = "newModule",
        type = "select",
        optional = true,
        options = {
          { value = "", label = "stay" },
          { value = "totp", label = "App" },
          { value = "recoverycodes", label = "Codes" },
        },
      },
    }, {
      required = "optional",
      metadata = { currentModule = current, allowedModules = { "totp", "recoverycodes" } },
    })
  end
  local recovery = S.request("X\\RecoveryCodesAuthenticationRequest", {
    { name = "RecoveryCode", type = "string" },
  })

  it("is sent alone", function()
    local code, count = source("1")
    local step, err, session = run({
      answers = {
        S.ui({ S.totp(), select_request("totp") }),
        S.ui({ recovery, select_request("recoverycodes") }),
        S.pass(),
      },
    }, {
      answers = { newModule = "recoverycodes", RecoveryCode = "ABCD", OATHToken = code },
    })
    assert(step, err)
    assert.equal("recoverycodes", session.sent[2].newModule)
    assert.is_nil(session.sent[2].OATHToken)
    assert.equal("ABCD", session.sent[3].RecoveryCode)
    assert.is_nil(session.sent[3].newModule)
    assert.equal(0, count())
  end)

  it("happens by itself where the current one needs a browser", function()
    local webauthn = S.request("X\\WebAuthnAuthenticationRequest", {
      { name = "auth_info", type = "hidden", value = "{}" },
      { name = "credential", type = "hidden", value = "" },
    })
    local step, err, session = run({
      answers = {
        S.ui({ webauthn, select_request("webauthn") }),
        S.ui({ S.totp(), select_request("totp") }),
        S.pass(),
      },
    }, { answers = { OATHToken = "1" } })
    assert(step, err)
    assert.equal("totp", session.sent[2].newModule)
    assert.is_nil(session.sent[2].credential)
    assert.equal("1", session.sent[3].OATHToken)
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

describe("two requests that share a name", function()
  local function clerks(second)
    local list = { S.request("FirstClerk", { { name = "word", type = "string" } }) }
    list[2] = second
      and S.request("SecondClerk", {
        { name = "word", type = "string" },
        { name = "remark", type = "string", optional = true },
      })
    return list
  end

  it("get one value where they agree", function()
    local step, err, session = run({ answers = { S.ui(clerks(true)), S.pass() } }, {
      answers = { word = "both" },
    })
    assert(step, err)
    assert.equal("both", session.sent[2].word)
    assert.equal("", session.sent[2].remark)
    assert.is_nil(session.sent[2].loginrequests)
  end)

  it("are answered one after the other where they differ", function()
    local second = S.ui({ clerks(true)[2] })
    local step, err, session = run({ answers = { S.ui(clerks(true)), second, S.pass() } }, {
      answers = { ["FirstClerk.word"] = "one", ["SecondClerk.word"] = "two" },
    })
    assert(step, err)
    assert.equal("one", session.sent[2].word)
    assert.same({ "FirstClerk" }, session.sent[2].loginrequests)
    assert.is_nil(session.sent[2].remark)
    assert.equal("two", session.sent[3].word)
    assert.equal("", session.sent[3].remark)
  end)
end)
