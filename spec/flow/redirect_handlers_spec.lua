-- Handlers that go where the wiki sends the browser.
package.path = "./?.lua;" .. package.path
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")

describe("handlers of redirects", function()
  local RETURN = "http://127.0.0.1:9/back"
  local redirect = { status = "REDIRECT", redirecttarget = "https://idp.example.org/" }
  redirect.requests = { S.request("Back", { { name = "code", type = "string" } }) }

  local function with(fn)
    local session = S.new({
      forms = { { requests = { S.password() } } },
      answers = { redirect, S.pass() },
    })
    local flow = flow_module.new(session, "login", { return_url = RETURN })
    local step, err = flow:run({
      username = "Alice",
      password = "x",
      handlers = { { name = "Walk", redirect = fn } },
    })
    return step, err, session
  end

  it("give the address that came back", function()
    local step, err, session = with(function(_, step, context)
      assert(context.session and step.redirect_url == "https://idp.example.org/")
      return RETURN .. "?code=c"
    end)
    assert(step, err)
    assert.equal("c", session.sent[2].code)
  end)

  it("that give another address are refused, and nothing is sent", function()
    local _, err, session = with(function()
      return "https://evil.example.org/?code=c"
    end)
    assert.equal("foreign-address", err.code)
    assert.equal(1, #session.sent)
  end)

  it("that give something else are named", function()
    local _, err = with(function()
      return { code = "c" }
    end)
    assert.equal("handler", err.kind)
    assert.matches("'Walk'", err.message)
  end)
end)
