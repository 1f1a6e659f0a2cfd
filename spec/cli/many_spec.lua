-- mwlogin login with several WIKIs, where nobody can be asked: all at once, told in order.
local cjson = require("cjson")
local command = require("spec.cli.command")
local folders = require("spec.folders")
local shared = require("spec.shared")
local spec_wiki = require("spec.wiki")

describe("mwlogin login with many wikis", function()
  local wiki = shared(spec_wiki.start)

  local function words_for(count, ...)
    local words = { "login" }
    for position = 1, count do
      words[#words + 1] = position % 3 == 0 and "http://127.0.0.1:1/api.php" or wiki.api
    end
    return table.move(
      { "--user", "Alice", "--password-from", "env:P", ... },
      1,
      8,
      #words + 1,
      words
    )
  end

  it("logs in once for an account that is kept, and tells each in the order given", function()
    wiki:mark()
    local result =
      command.run(words_for(9, "--no-input", "--json"), { env = { P = wiki.accounts.Alice } })
    assert.equal(4, result.code, result.stderr)
    local position = 0
    for line in result.stdout:gmatch("[^\n]+") do
      position = position + 1
      local told = cjson.decode(line)
      if position % 3 == 0 then
        assert.equal("network", told.error.kind)
      else
        assert.equal("Alice", told.name, line)
      end
    end
    assert.equal(9, position)
    assert.equal(1, #wiki:requests { action = "clientlogin" })
    assert.is_nil(result.stderr:find("\27", 1, true))
  end)

  it("draws one line on a terminal and takes it away again", function()
    local folder = folders.new()
    local steps = assert(io.open(folder .. "/steps", "w"))
    steps:write("wait 3 of 3 done\n")
    steps:close()
    local gcc = "gcc -O1 spec/core/pty.c -o %s/pty -lutil"
    assert(os.execute(gcc:format(folder)))
    local quoted = {}
    for position, word in ipairs(words_for(3, "--no-input")) do
      quoted[position] = "'" .. word .. "'"
    end
    local pipe <close> = assert(
      io.popen(
        ("TERM=xterm XDG_STATE_HOME=%s P='%s' %s/pty %s/steps scripts/mwlogin %s 2>&1"):format(
          folder,
          wiki.accounts.Alice,
          folder,
          folder,
          table.concat(quoted, " ")
        )
      )
    )
    local shown = pipe:read("a")
    folders.remove(folder)
    assert.truthy(shown:find("\r3 of 3 done, 1 failed, ", 1, true), shown)
    local cleared = shown:find("\r\27[K", 1, true)
    assert.truthy(cleared, shown)
    assert.truthy(shown:find("Logged in to", cleared, true), shown)
  end)
end)
