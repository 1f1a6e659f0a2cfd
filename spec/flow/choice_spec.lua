-- Which requests of a step are answered.
package.path = "./?.lua;" .. package.path
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")
local scripted_run = require("spec.flow.scripted_run")

local run, source = scripted_run.run, scripted_run.source

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

  it("are answered one after the other where the wiki goes on showing both", function()
    local both = { S.ui(clerks(true)), S.ui(clerks(true)), S.pass() }
    local step, err, session = run({ answers = both }, {
      answers = { ["FirstClerk.word"] = "one", ["SecondClerk.word"] = "two" },
    })
    assert(step, err)
    assert.same({ "FirstClerk" }, session.sent[2].loginrequests)
    assert.equal("two", session.sent[3].word)
    assert.same({ "SecondClerk" }, session.sent[3].loginrequests)
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
