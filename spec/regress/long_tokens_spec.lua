-- A wiki that gives hundreds of tokens of a great length, and then an error of one letter again and
-- again, held its client up for as many minutes: each was looked for at each letter.
local lua_process = require("spec.lua_process")

describe("tokens of a great length", function()
  it("are not looked for in what a wiki says", function()
    local process = lua_process.start([[
      local json = require("mwlogin.json")
      local mwlogin = require("mwlogin")
      local tokens = {}
      for number = 1, 200 do
        tokens[("t%dtoken"):format(number)] = ("a"):rep(60000) .. number
      end
      local replies = {
        json.encode({ query = { tokens = tokens } }),
        json.encode({ errors = { { code = "odd", text = ("a"):rep(64000) } } }),
      }
      local session = assert(mwlogin.open("https://wiki.example.org/w/api.php", {
        user_agent = "spec",
        transport = function()
          return { status = 200, headers = {}, body = table.remove(replies, 1) }
        end,
      }))
      assert(session:get({ action = "query", meta = "tokens" }))
      local reply, err = session:get({ action = "query" })
      print(reply == nil and err.code)]])
    local text = process:read(1, { timeout = 100 })
    process:close()
    assert.equal("odd\n", text)
  end)
end)
