-- What a wiki may say at any length took a time that grew with the square of it: the id of a
-- request, a label or a message that ends in many dots, a long word in a recorded reply: hours for
-- a megabyte. Here each is long enough for that, in a process that is not waited for as long.
local lua_process = require("spec.lua_process")

describe("a text of great length is gone through once:", function()
  local LONG <const> = "local function long(unit) return unit:rep(2000000 // #unit) end\n"

  local function ends(script)
    local process = lua_process.start(LONG .. script)
    local text = process:read(1, { timeout = 100 })
    process:close()
    assert.equal("done\n", text)
  end

  it("the id of a request", function()
    ends([[
      local authrequest = require("mwlogin.authrequest")
      local list = authrequest.read({ { id = long("a") .. "\\B", fields = {} } })
      print(list[1].kind == "B" and "done")]])
  end)

  it("an error's message, a label", function()
    ends([[
      local plaintext = require("mwlogin.plaintext")
      for _, unit in ipairs({ ".", ":", " .", "a " }) do
        local text = long(unit) .. "x"
        assert(plaintext.without_end(text, "[%s.:]") == text)
      end
      assert(plaintext.without_end("a. :.", "[%s.:]") == "a")
      assert(plaintext.without_end(" .", "[%s.:]") == "")
      print("done")]])
  end)

  it("a date", function()
    ends([[
      local http_date = require("mwlogin.http_date")
      assert(http_date.read(long("1")) == nil)
      assert(http_date.read(long("1 Jan 1")) == nil)
      assert(http_date.read("Tue, 24 Nov 2026 00:00:00 GMT") == 1795478400)
      print("done")]])
  end)

  it("a reply that is recorded", function()
    ends([[
      local redaction = require("mwlogin.testing.transcript.redaction")
      local request = { method = "GET", url = "https://x.example/api.php", headers = {} }
      local function recorded(body, kind)
        local response = { status = 200, headers = { ["content-type"] = kind }, body = body }
        return redaction.of({ { request = request, response = response, at = 0 } })[1].response
      end
      for _, unit in ipairs({ "a", "a.", "https://x", "a@", "?a" }) do
        recorded('{"x":"' .. long(unit) .. '"}', "application/json")
      end
      for _, unit in ipairs({ "<!--", "<script>", "<title", "<input ", "</script" }) do
        recorded(long(unit), "text/html")
      end
      print("done")]])
  end)
end)

describe("a date that cannot be", function()
  local http_date = require("mwlogin.http_date")

  it("is none, and raises nothing", function()
    for _, text in ipairs({
      "Tue, 24 Nov 99999999999 00:00:00 GMT",
      "Tue, 24 Nov 99999999999999999999 00:00:00 GMT",
      "Tue, 99999999999 Nov 2026 00:00:00 GMT",
      "Tue, 24 Nov 2026 99999999999:00:00 GMT",
    }) do
      assert.is_nil(http_date.read(text), text)
    end
  end)
end)
