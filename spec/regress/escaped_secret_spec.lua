-- A secret with a percent sign or a backslash was not found in its escaped forms, and stood in
-- errors and traces.
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

describe("a password that is written differently when it is escaped", function()
  for _, password in ipairs({ "100%25 sure", "50%2/3", "a\\b\\\\c", "trailing\\", "trailing%" }) do
    it("is hidden in what a wiki says of it, in any form: " .. password, function()
      local wiki = testing.wiki({ accounts = { Alice = { password = password } } })
      local json = password:gsub("\\", "\\\\")
      local percent = require("mwlogin.core").encode(password)
      local twice = json:gsub("\\", "\\\\")
      local said = ("%s | %s | %s"):format(json, percent, twice)
      wiki:fault(2, { body = ('{"errors":[{"code":"x","text":"%s"}]}'):format(said) })
      local lines = {}
      local session <close> = assert(mwlogin.open(wiki.api, {
        transport = wiki.transport,
        user_agent = "spec",
        trace = function(event)
          lines[#lines + 1] = require("mwlogin.trace").line(event)
        end,
      }))
      local me, err = session:login({ username = "Alice", password = password })
      assert.is_nil(me)
      assert.equal("*** | *** | ***", err.message)
      local text = table.concat(lines, "\n")
      for _, form in ipairs({ password, percent, json }) do
        assert.is_nil(text:find(form, 1, true))
      end
    end)
  end
end)
