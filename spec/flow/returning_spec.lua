-- Going on after a REDIRECT: what is taken from the address that came back.
package.path = "./?.lua;./?/init.lua;" .. package.path
local by_hand = require("spec.flow.by_hand")
local S = require("spec.flow.scripted_session")

local begin, password_form = by_hand.begin, by_hand.password_form

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
