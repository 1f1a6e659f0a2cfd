-- The machine by hand: what is sent for what is submitted, and what comes back.
package.path = "./?.lua;" .. package.path
local flow_module = require("mwlogin.flow")
local secret = require("mwlogin.secret")
local S = require("spec.flow.scripted_session")

local function begin(script, action, options)
  local session = S.new(script)
  local flow = flow_module.new(session, action, options)
  return flow, session, assert(flow:start())
end

local function password_form(answers, ...)
  return { forms = { { requests = { S.password(), ... } } }, answers = answers }
end

--- A login that has got as far as these UI requests.
local function at_step(requests, answers)
  table.insert(answers, 1, S.ui(requests))
  local flow, session = begin(password_form(answers))
  local step = assert(flow:submit({ username = "Alice", password = "x" }))
  return flow, session, step
end

describe("start", function()
  it("asks for form and token in one request and submits nothing", function()
    local _, session, step = begin(password_form({}))
    assert.equal(1, #session.asked)
    assert.same({ "authmanagerinfo", "tokens" }, session.asked[1].params.meta)
    assert.equal("html", session.asked[1].params.amimessageformat)
    assert.is_true(session.asked[1].options.bare)
    assert.equal(0, #session.sent)
    assert.equal("START", step.status)
    assert.is_false(step.done)
    assert.equal("PasswordAuthenticationRequest", step.requests[1].kind)
  end)

  it("says before any secret is asked that this session cannot log in", function()
    local session = S.new({ forms = { { canauthenticatenow = false, requests = {} } } })
    local step, err = flow_module.new(session):start()
    assert.is_nil(step)
    assert.equal("refused", err.kind)
    assert.equal("userlogin-cannot-login", err.code)
    assert.matches("Log out", err.advice)
  end)

  it("knows a wiki without AuthManager", function()
    local session = S.new({ forms = { {} } })
    function session.request()
      return { query = {}, warnings = { { code = "unrecognizedvalues" } } }
    end
    local _, err = flow_module.new(session):start()
    assert.equal("no-authmanager", err.code)
  end)

  it("refuses to create where the wiki creates none, and to link where it links none", function()
    local form = { cancreateaccounts = false, canlinkaccounts = false, requests = {} }
    local _, err = flow_module.new(S.new({ forms = { form } }), "createaccount"):start()
    assert.equal("refused", err.kind)
    _, err = flow_module.new(S.new({ forms = { form } }), "linkaccount"):start()
    assert.equal("refused", err.kind)
  end)

  it("resumes a pending step, and says when none is pending", function()
    local script = { forms = { { requests = { S.totp() } } }, answers = { S.pass() } }
    local flow, session, step = begin(script, "login", { resume = true })
    assert.equal("login-continue", session.asked[1].params.amirequestsfor)
    assert.equal("UI", step.status)
    assert.equal("PASS", assert(flow:submit({ OATHToken = "1" })).status)
    assert.is_true(session.sent[1].logincontinue)
    local _, err = flow_module
      .new(S.new({ forms = { { requests = {} } } }), "login", {
        resume = true,
      })
      :start()
    assert.equal("refused", err.kind)
    assert.equal("nothing-pending", err.code)
  end)

  it("raises for an unknown action or option, naming the nearest", function()
    assert.has_error(function()
      flow_module.new(S.new({ forms = {} }), "signup")
    end)
    assert.error_matches(function()
      flow_module.new(S.new({ forms = {} }), "login", { return_uri = "x" })
    end, "return_url")
  end)
end)

describe("submit", function()
  it("begins with the return address and the token, and continues with the flag", function()
    local flow, session = at_step({ S.totp() }, { S.pass() })
    assert.equal("t+\\", session.sent[1].logintoken)
    assert.is_string(session.sent[1].loginreturnurl)
    assert.is_nil(session.sent[1].logincontinue)
    assert(flow:submit({ OATHToken = "123456" }))
    assert.is_true(session.sent[2].logincontinue)
    assert.is_nil(session.sent[2].loginreturnurl)
    assert.is_nil(session.sent[2].loginmergerequestfields)
  end)

  it("sends only what the step asks for: nothing of an earlier step", function()
    local flow, session = at_step({ S.totp() }, { S.pass() })
    assert(flow:submit({ OATHToken = "123456" }))
    local expected = { logintoken = "t+\\", logincontinue = true, OATHToken = "123456" }
    assert.same(expected, session.sent[2])
  end)

  it("proves the user after PASS and gives the identity", function()
    local flow, session = begin(password_form({ S.pass("Alice") }))
    local step = assert(flow:submit({ username = "alice", password = "x" }))
    assert.is_true(step.done)
    assert.equal("Alice", session.proved)
    assert.equal("clientlogin", step.identity.method)
  end)

  it("gives FAIL as a step, with plain text", function()
    local flow = begin(password_form({ S.fail("wrongpassword") }))
    local step = assert(flow:submit({ username = "Alice", password = "y" }))
    assert.equal("FAIL", step.status)
    assert.is_true(step.done)
    assert.equal("wrongpassword", step.code)
    assert.equal("No & never", step.message)
  end)

  it("refuses a field nobody asked for, naming what was asked", function()
    local flow, session = begin(password_form({}))
    local step, err = flow:submit({ username = "Alice", pasword = "x" })
    assert.is_nil(step)
    assert.equal("answer", err.kind)
    assert.matches("pasword", err.message)
    assert.matches("username, password", err.advice)
    assert.equal(0, #session.sent)
  end)

  it("finds a required field without answer before sending", function()
    local flow, session = begin(password_form({}))
    local _, err = flow:submit({ username = "Alice" })
    assert.equal("missing-field", err.code)
    assert.same({ "password" }, err.fields)
    _, err = flow:submit({ username = "Alice", password = "" })
    assert.same({ "password" }, err.fields)
    assert.equal(0, #session.sent)
    assert.equal(flow, err.flow)
  end)

  it("can be tried again after such a mistake", function()
    local flow = begin(password_form({ S.pass() }))
    flow:submit({ username = "Alice" })
    assert.equal("PASS", assert(flow:submit({ username = "Alice", password = "x" })).status)
  end)

  it("sends unlisted fields as extra", function()
    local flow, session = begin(password_form({ S.pass() }))
    local extra = { trap = "1", logintoken = "not mine" }
    assert(flow:submit({ username = "Alice", password = "x" }, { extra = extra }))
    assert.equal("1", session.sent[1].trap)
    assert.equal("t+\\", session.sent[1].logintoken)
  end)

  it("takes a field by the kind of its request", function()
    local flow, session = begin(password_form({ S.pass() }))
    assert(flow:submit({
      username = "Alice",
      ["PasswordAuthenticationRequest.password"] = "x",
    }))
    assert.equal("x", session.sent[1].password)
  end)

  it("reads a source, and says when it gives nothing", function()
    local flow, session = begin(password_form({ S.pass() }))
    local source = secret.env("MWLOGIN_NOT_SET")
    local _, err = flow:submit({ username = "Alice", password = source })
    assert.equal("answer", err.kind)
    assert.equal(0, #session.sent)
  end)

  it("protects secret values before they are sent", function()
    local flow, session = at_step({ S.totp() }, { S.pass() })
    assert(flow:submit({ OATHToken = "123456" }))
    assert.same({ "x", "123456" }, session.protected)
  end)

  it("is refused while a browser is away", function()
    local redirect = { status = "REDIRECT", redirecttarget = "https://idp/", requests = {} }
    local flow, session = begin(password_form({ redirect }))
    local step = assert(flow:submit({ username = "Alice", password = "x" }))
    assert.equal("https://idp/", step.redirect_url)
    local _, err = flow:submit({})
    assert.equal("redirect-pending", err.code)
    assert.equal(1, #session.sent)
  end)

  it("is an error when the dialogue is over, and raises before it began", function()
    local flow = begin(password_form({ S.pass() }))
    assert(flow:submit({ username = "Alice", password = "x" }))
    local _, err = flow:submit({})
    assert.equal("over", err.code)
    assert.has_error(function()
      flow_module.new(S.new({ forms = {} })):submit({})
    end)
  end)
end)

describe("a rejected answer", function()
  it("is the same question after a continue, and counted", function()
    local flow, _, step = at_step({ S.totp() }, {
      S.ui({ S.totp() }, "oathauth-login-failed"),
      S.pass(),
    })
    assert.is_false(step.rejected)
    step = assert(flow:submit({ OATHToken = "1" }))
    assert.is_true(step.rejected)
    assert.equal(2, flow.attempt)
    assert.equal("PASS", assert(flow:submit({ OATHToken = "2" })).status)
  end)

  it("is not a new password asked with the id of the first step", function()
    local reset = S.request("MediaWiki\\Auth\\PasswordAuthenticationRequest", {
      { name = "password", type = "password" },
      { name = "retype", type = "password" },
    })
    local flow = begin(password_form({ S.ui({ reset }, "resetpass-expired") }))
    assert.is_false(assert(flow:submit({ username = "A", password = "x" })).rejected)
  end)
end)

describe("errors of the wiki in the middle", function()
  local cases = { badtoken = "lost", internal_api_error_TypeError = "broken" }
  for code, over in pairs(cases) do
    it(code .. " ends the dialogue", function()
      local flow, session = at_step({ S.totp() }, { { kind = "api", code = code, message = "x" } })
      local step, err = flow:submit({ OATHToken = "1" })
      assert.is_nil(step)
      assert.equal(code, err.code)
      assert.equal(over, flow.over)
      assert.matches("start", (err.advice:lower()))
      assert.equal("over", select(2, flow:submit({ OATHToken = "2" })).code)
      assert.equal(2, #session.sent)
    end)
  end

  it("a network error leaves the step as it is", function()
    local flow = at_step({ S.totp() }, { { kind = "network", code = "connect" }, S.pass() })
    local _, err = flow:submit({ OATHToken = "1" })
    assert.equal("network", err.kind)
    assert.equal("PASS", assert(flow:submit({ OATHToken = "2" })).status)
  end)

  it("an unknown status is reported and never continued", function()
    local flow, session = begin(password_form({ { status = "MAYBE\27[2J" } }))
    local step, err = flow:submit({ username = "A", password = "x" })
    assert.is_nil(step)
    assert.equal("protocol", err.kind)
    assert.equal("unknown-status", err.code)
    assert.is_nil(err.message:find("\27", 1, true))
    assert.equal("over", select(2, flow:submit({})).code)
    assert.equal(1, #session.sent)
  end)
end)

describe("a wiki that talks nonsense", function()
  it("is borne: what is no request, field or text is left out", function()
    local form = { requests = { "x", { id = 7 }, { id = "A", fields = { "y", { name = 3 } } } } }
    local flow, _, step = begin({
      forms = { form },
      answers = { { status = "UI", requests = 9, message = { 1 }, messagecode = {} } },
    })
    assert.equal(1, #step.requests)
    assert.same({}, step.requests[1].fields)
    step = assert(flow:submit({}))
    assert.same({}, step.requests)
    assert.is_nil(step.message)
    assert.is_nil(step.code)
  end)

  it("is an error where a REDIRECT leads nowhere", function()
    local session = S.new({
      forms = { { requests = { S.password() } } },
      answers = { { status = "REDIRECT", requests = {} } },
    })
    local step, err = flow_module.new(session):run({ username = "A", password = "x" })
    assert.is_nil(step)
    assert.is_string(err.kind)
  end)
end)

describe("bounds", function()
  it("end a dialogue in which the wiki asks the same for ever", function()
    local flow, session = at_step({ S.totp() }, { always = S.ui({ S.totp() }) })
    local step, err
    repeat
      step, err = flow:submit({ OATHToken = "1" })
    until not step
    assert.equal("too-many-repeats", err.code)
    assert.is_true(#session.sent <= 8)
    assert.equal("over", select(2, flow:submit({ OATHToken = "1" })).code)
  end)

  it("end a dialogue in which the wiki always asks something else", function()
    local script = { forms = { { requests = { S.password() } } }, answers = {} }
    for number = 1, 50 do
      script.answers[number] = S.ui({
        S.request("Step" .. number, { { name = "f", type = "string" } }),
      })
    end
    local flow, session = begin(script)
    local step, err = flow:submit({ username = "A", password = "x" })
    while step do
      step, err = flow:submit({ f = "1" })
    end
    assert.equal("too-many-steps", err.code)
    assert.equal(40, #session.sent)
  end)
end)

describe("a newer start", function()
  it("ends the older dialogue of the Session", function()
    local script = password_form({ S.pass() })
    local session = S.new(script)
    local older, newer = flow_module.new(session), flow_module.new(session)
    assert(older:start())
    assert(newer:start())
    local step, err = older:submit({ username = "A", password = "x" })
    assert.is_nil(step)
    assert.equal("cancelled", err.kind)
    assert.equal("superseded", err.code)
    assert.equal(0, #session.sent)
    assert.equal("PASS", assert(newer:submit({ username = "A", password = "x" })).status)
  end)
end)

describe("returned", function()
  local RETURN = "http://127.0.0.1:9/back"
  local function at_redirect(fields)
    local redirect = { status = "REDIRECT", redirecttarget = "https://idp/?state=s" }
    redirect.requests = { S.request("ReturnRequest", fields) }
    local script = password_form({ redirect, S.pass() })
    local flow, session = begin(script, "login", { return_url = RETURN })
    assert(flow:submit({ username = "A", password = "x" }))
    return flow, session
  end
  local code_and_state = { { name = "code", type = "string" }, { name = "state", type = "string" } }

  it("takes exactly the fields the step names, decoded once", function()
    local flow, session = at_redirect(code_and_state)
    assert(flow:returned(RETURN .. "?code=a%2Bb%2525+c&state=s&iss=idp#x"))
    assert.equal("a+b%25 c", session.sent[2].code)
    assert.equal("s", session.sent[2].state)
    assert.is_nil(session.sent[2].iss)
    assert.is_true(session.sent[2].logincontinue)
    assert.equal(3, #session.protected)
  end)

  it("continues with no fields where none are named", function()
    local flow, session = at_redirect({})
    assert.equal("PASS", assert(flow:returned(RETURN)).status)
    assert.same({ logintoken = "t+\\", logincontinue = true }, session.sent[2])
  end)

  local others = {
    "http://127.0.0.1:9/backdoor?code=a&state=s",
    "http://127.0.0.1:9.evil.org/back?code=a&state=s",
    "https://127.0.0.1:9/back?code=a&state=s",
    "code=a&state=s",
    RETURN .. "?code=a",
    RETURN .. "?code=&state=s",
    RETURN .. "?code=a&code=b&state=s",
  }
  for _, address in ipairs(others) do
    it("refuses " .. address .. " and sends nothing", function()
      local flow, session = at_redirect(code_and_state)
      local step, err = flow:returned(address)
      assert.is_nil(step)
      assert.equal("answer", err.kind)
      assert.equal(1, #session.sent)
      assert.equal("PASS", assert(flow:returned(RETURN .. "?code=a&state=s")).status)
    end)
  end

  it("tells what the provider said", function()
    local flow = at_redirect(code_and_state)
    local _, err = flow:returned(RETURN .. "?error=access_denied&error_description=No+way&state=s")
    assert.equal("refused", err.kind)
    assert.equal("access_denied", err.code)
  end)

  it("is for a REDIRECT only", function()
    local flow = begin(password_form({}))
    assert.equal("no-redirect", select(2, flow:returned("http://127.0.0.1/")).code)
  end)
end)

describe("createaccount and linkaccount", function()
  it("have their own prefix and token", function()
    local form = { forms = { { requests = { S.password() } } }, answers = { S.pass("New") } }
    local flow, session = begin(form, "createaccount")
    assert.equal("createaccount", session.asked[1].params.type)
    local step = assert(flow:submit({ username = "New", password = "x" }))
    assert.equal("c+\\", session.sent[1].createtoken)
    assert.is_string(session.sent[1].createreturnurl)
    assert.equal("New", step.username)
    assert.is_nil(session.proved)
    assert.is_nil(step.identity)
  end)

  it("link passes without a name", function()
    local script = { forms = { { requests = {} } }, answers = { { status = "PASS" } } }
    local flow, session = begin(script, "linkaccount")
    assert.equal("csrf", session.asked[1].params.type)
    assert.equal("PASS", assert(flow:submit({})).status)
    assert.equal("x+\\", session.sent[1].linktoken)
  end)

  it("send preservestate, and need no way to log in when one was kept", function()
    local username = S.request("MediaWiki\\Auth\\UsernameAuthenticationRequest", {
      { name = "username", type = "string" },
    })
    local script = {
      forms = { { hasprimarypreservedstate = true, requests = { S.password(), username } } },
      answers = { S.pass("New") },
    }
    local flow, session = begin(script, "createaccount", { preserve_state = true })
    assert(flow:submit({ username = "New" }))
    assert.is_true(session.sent[1].createpreservestate)
    assert.is_nil(session.sent[1].password)
    assert.equal("New", session.sent[1].username)
  end)
end)
