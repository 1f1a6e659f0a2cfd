-- The machine by hand: what is sent for what is submitted.
package.path = "./?.lua;./?/init.lua;" .. package.path
local by_hand = require("spec.flow.by_hand")
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")
local secret = require("mwlogin.secret")

local begin, password_form, at_step = by_hand.begin, by_hand.password_form, by_hand.at_step

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
    assert.error_matches(function()
      flow_module.new(S.new({ forms = {} })):submit({}, { extr = {} })
    end, "flow:submit has no option 'extr'; did you mean 'extra'")
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
