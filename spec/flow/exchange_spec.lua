-- What comes back for an answer: refused, lost, broken, endless, or nonsense.
package.path = "./?.lua;./?/init.lua;" .. package.path
local by_hand = require("spec.flow.by_hand")
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")

local begin, password_form, at_step = by_hand.begin, by_hand.password_form, by_hand.at_step

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

  it("an unknown status that asks something can be answered", function()
    local asked = { status = "MAYBE", requests = { S.totp() } }
    local flow, session = begin(password_form({ asked, S.pass() }))
    local step = assert(flow:submit({ username = "A", password = "x" }))
    assert.equal("MAYBE", step.status)
    assert.is_false(step.done)
    assert.equal("PASS", assert(flow:submit({ OATHToken = "1" })).status)
    assert.equal("1", session.sent[2].OATHToken)
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
