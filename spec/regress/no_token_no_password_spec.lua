-- A reply without a login token (a stale one, from a proxy) was taken for that of an old wiki, and
-- the password sent twice: to be given a token, and with it. Found by spec/faults/flows_spec.lua.
local conversation = require("spec.hostile.conversation")
local mwlogin = require("mwlogin")

local function log_in(token_reply)
  local talk = conversation.new({ token = token_reply })
  local session = assert(mwlogin.open("https://wiki.example.org/w/api.php", {
    transport = talk.transport,
    user_agent = "spec",
  }))
  local me, err = session:login({ username = "Alice@app", password = ("a"):rep(32) })
  return me, err, talk.asked
end

describe("a reply without a login token", function()
  it("ends the login before the password is sent", function()
    local me, err, asked = log_in('{"query":{"userinfo":{"id":7,"name":"Alice"}}}')
    assert.is_nil(me)
    assert.equal("no_token", err.code)
    assert.same({ "token" }, asked)
  end)

  it("is an old wiki's when it warns that it does not know such tokens", function()
    local me, _, asked = log_in(
      '{"warnings":{"query":{"warnings":"Unrecognized value for parameter \'meta\': tokens"}}}'
    )
    assert.equal("Alice", me.name)
    assert.same({ "token", "login", "userinfo" }, asked)
  end)
end)
