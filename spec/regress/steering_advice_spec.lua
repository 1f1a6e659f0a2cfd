-- A message of ours was rid of what steers a screen, an advice was not: it may name fields that a
-- wiki asks for, types of its tokens, or the user it tells of.
local errors = require("mwlogin.error")
local mwlogin = require("mwlogin")

describe("an advice", function()
  local STEERING <const> = "[\0-\8\11-\31\127]"

  local function open(body)
    return assert(mwlogin.open("https://wiki.example.org/w/api.php", {
      user_agent = "spec",
      transport = function()
        return { status = 200, headers = {}, body = body }
      end,
    }))
  end

  local function assert_harmless(err)
    assert.is_nil(tostring(err):find(STEERING), ("%q"):format(tostring(err)))
    assert.is_nil(tostring(err):find("\u{202e}", 1, true))
    assert.is_nil(err.advice:find(STEERING), ("%q"):format(err.advice))
  end

  it("names a wiki's fields without what steers a screen", function()
    local session <close> = open([[{"query":{"tokens":{"logintoken":"a+\\"},"authmanagerinfo":{
      "requests":[{"id":"A","required":"required",
      "fields":{"na\u001b[2J\u202eme":{"type":"string"}}}]}}}]])
    local flow = session:flow("login")
    assert(flow:start())
    local step, err = flow:submit({ other = "x" })
    assert.is_nil(step)
    assert.matches("It asks for: na", err.advice)
    assert_harmless(err)
  end)

  it("names a wiki's tokens so", function()
    local session <close> = open([[{"query":{"tokens":{}},"paraminfo":{"modules":[
      {"parameters":[{"name":"type","type":["csr\u001b"]}]}]}}]])
    local token, err = session:token("csrf")
    assert.is_nil(token)
    assert.matches("Did you mean", err.advice)
    assert_harmless(err)
  end)

  it("that is given later is shown so, too", function()
    local err = errors.new({ kind = "api", code = "odd", message = "No" })
    err.advice = "Ask \27[31mAlice\nor Bob."
    assert.equal("No. Ask [31mAlice or Bob.", tostring(err))
  end)
end)
