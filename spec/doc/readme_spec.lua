--- README.md names every page and script there is, doc/command.md every subcommand, source and exit
--- code.
local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

describe("doc/command.md", function()
  local page = read("doc/command.md")

  local function has(text)
    assert.truthy(page:find(text, 1, true), text)
  end

  it("has every subcommand", function()
    local count = 0
    for _, command in ipairs(require("mwlogin.cli").tree()._commands) do
      count = count + 1
      local row = "| `mwlogin " .. command._name
      assert.truthy(page:find(row .. " ", 1, true) or page:find(row .. "`", 1, true), row)
    end
    assert.is_true(count >= 10)
  end)

  it("has every exit code", function()
    local count = 0
    for code in require("mwlogin.cli.exit").HELP:gmatch("\n%s+(%d+) ") do
      count = count + 1
      has(("\n| %s | "):format(code))
    end
    assert.equal(8, count)
  end)

  it("has every source, which is one that is taken", function()
    local secret = require("mwlogin.secret")
    local count = 0
    for source in page:match("\n| SOURCE |.-\n\n"):gmatch("\n| `([^`]+)` |") do
      count = count + 1
      local text = source:gsub("SOURCE", "env:X"):gsub("%f[%u]%u+$", "x")
      assert(secret.parse(text), source)
    end
    assert.equal(7, count)
  end)
end)

describe("README.md", function()
  local page = read("README.md")

  it("has every page and every script", function()
    local pipe <close> = assert(io.popen("ls doc/*.md"))
    for path in pipe:lines() do
      assert.truthy(page:find(("](%s)"):format(path), 1, true), path)
    end
    for _, name in ipairs({ "botpassword", "clientlogin_edit", "two_factor", "text_captcha" }) do
      assert(io.open(("scripts/%s.lua"):format(name))):close()
    end
  end)
end)
