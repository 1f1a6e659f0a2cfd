-- The manual page: sound roff that names everything there is.
package.path = "./?.lua;./?/init.lua;" .. package.path
local command = require "spec.cli.command"
local exit = require "mwlogin.cli.exit"
local outline = require "mwlogin.cli.outline"

describe("mwlogin manual", function()
  local page

  setup(function()
    page = os.tmpname()
    local file <close> = assert(io.open(page, "w"))
    file:write(command.run({ "manual" }).stdout)
  end)

  teardown(function()
    os.remove(page)
  end)

  local function read(shell_command)
    local pipe <close> = assert(io.popen(shell_command:format(page)))
    return pipe:read "a"
  end

  it("is taken by man and groff without a warning", function()
    assert.equal("", read "LC_ALL=C.UTF-8 man --warnings=w -l %s 2>&1 >/dev/null")
    assert.equal("", read "groff -ww -man -Tutf8 %s 2>&1 >/dev/null")
  end)

  it("names every subcommand, option, source, exit code", function()
    local text = read "LC_ALL=C.UTF-8 MANWIDTH=300 man -l %s | col -bx"
    assert.truthy(text:find("MWLOGIN(1)", 1, true))
    for _, one in ipairs(outline.read()) do
      assert.truthy(text:find("mwlogin " .. one.name, 1, true), one.name)
      for _, option in ipairs(one.options) do
        assert.truthy(option.flag == "--help" or text:find(option.flag, 1, true), option.flag)
      end
    end
    for _, source in ipairs(outline.WORDS.source) do
      assert.truthy(text:find(source, 1, true), source)
    end
    for _, pair in ipairs(exit.MEANINGS) do
      assert.truthy(text:find(("%d +%s"):format(pair[1], pair[2]:gsub("%p", "%%%0"))), pair[2])
    end
  end)

  it("has hyphens that can be copied into a shell", function()
    local text = read "LC_ALL=C.UTF-8 MANWIDTH=200 man -l %s | col -bx"
    assert.is_nil(text:find("\\u{2010}", 1, true))
    assert.truthy(text:find("--user Alice", 1, true))
  end)
end)
