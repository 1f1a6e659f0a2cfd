-- A Max-Age near the largest number there is overflowed when the time of day was added to it. Found
-- by spec/fuzz/fuzz_cookie_lines.c.
local core = require("mwlogin.core")

describe("a cookie that lasts longer than numbers go", function()
  for _, age in ipairs({ "9223372036854775807", "9223372036854775806", "99999999999999999999" }) do
    it("is kept: Max-Age=" .. age, function()
      local pool <close> = core.pool()
      local session = assert(pool:session("https://wiki.example/w/api.php", {
        transport = function()
          local cookie = "a=1; path=/; Max-Age=" .. age
          return { status = 200, headers = { ["Set-Cookie"] = cookie }, body = "{}" }
        end,
      }))
      assert(session:call("GET", {}))
      local lines = session:cookies()
      assert.is_true(#lines <= 1)
      for _, line in ipairs(lines) do
        assert.equal("253402300799", line:match("^[^\t]*\t[^\t]*\t[^\t]*\t[^\t]*\t(%d+)\t"))
      end
      assert.is_true(age:sub(1, 5) == "99999" or #lines == 1)
    end)
  end
end)
