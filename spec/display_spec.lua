local core = require "mwlogin.core"
local display = require "mwlogin.display"

describe("display.wrap", function()
  it("breaks at blanks and indents what goes on", function()
    assert.equal("one two\n  three\n  four", display.wrap("one two three four", 8, "  "))
  end)

  it("keeps the lines there are, their indentation, and empty ones", function()
    assert.equal("a\n\n  b c\n  d", display.wrap("a\n\n  b c d", 5))
  end)

  it("counts characters, not bytes, and leaves long words whole", function()
    assert.equal("äöü äöü", display.wrap("äöü äöü", 7))
    local address = "https://wiki.example.org/w/index.php?title=A"
    assert.equal("see\n" .. address .. "\nnow", display.wrap("see " .. address .. " now", 20))
  end)
end)

describe("display.columns", function()
  it("is that of the terminal, within bounds", function()
    assert.equal(60, display.columns { columns = 60 })
    assert.equal(80, display.columns { columns = 300 })
    assert.equal(20, display.columns { columns = 3 })
    assert.equal(80, display.columns { columns = 0 })
    assert.equal(80, display.columns(nil))
  end)
end)

describe("what a display has", function()
  ---Asked in a program of its own, whose environment is what is given.
  local function ask(env)
    local words = {
      "lua5.4",
      "-e",
      "local d = require 'mwlogin.display' "
        .. "print(d.can_move(), d.has_colour(), d.has_utf8(), d.plain 'a…–')",
    }
    env.LUA_PATH, env.LUA_CPATH = package.path, package.cpath
    for _, name in ipairs { "TERM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG" } do
      env[name] = env[name] or false
    end
    local process <close> = assert(core.process(words, { stdout = "pipe", env = env }))
    return (process:read(1):gsub("%s+$", ""))
  end

  it("is told by TERM, NO_COLOR and the locale", function()
    assert.equal("false\tfalse\tfalse\ta...-", ask {})
    assert.equal("false\tfalse\ttrue\ta…–", ask { TERM = "dumb", LANG = "de_DE.utf8" })
    assert.equal("true\ttrue\tfalse\ta...-", ask { TERM = "xterm", LC_ALL = "C", LANG = "C.UTF-8" })
    assert.equal(
      "true\tfalse\ttrue\ta…–",
      ask { TERM = "xterm", NO_COLOR = "1", LC_ALL = "C.UTF-8" }
    )
  end)
end)
