-- doc/handlers.md: its handlers load, and its scripts run as they stand.
package.path = "./?.lua;./?/init.lua;" .. package.path
local core = require("mwlogin.core")
local handlers = require("mwlogin.handlers")
local testing = require("mwlogin.testing")

--- The examples of the page: name → Lua.
local function examples()
  local found = {}
  local page = assert(io.open("doc/handlers.md")):read("a")
  for text in page:gmatch("```lua\n(.-)```") do
    local name = text:match("^%-%- file: (%S+)") or text:match("^%-%- run: ([^\n]+)")
    found[name or #found + 1] = text
  end
  return found
end

local function keypad_response()
  local digest = core.crypto.hmac("sha256", "k", "4711")
  local hex = digest:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end)
  return hex:sub(1, 8)
end

local WIKIS = {
  ["with colour.lua"] = {
    id = "Acme\\ColourAuthenticationRequest",
    fields = {
      { name = "colour", type = "select", options = { { "red", "Red" }, { "blue", "Blue" } } },
    },
    answer = { colour = "blue" },
  },
  ["with keypad.lua"] = {
    id = "Acme\\KeypadAuthenticationRequest",
    fields = {
      { name = "challenge", type = "hidden", value = "4711" },
      { name = "response", type = "string" },
    },
    answer = { response = keypad_response() },
  },
}
WIKIS.look = WIKIS["with colour.lua"]

describe("doc/handlers.md", function()
  local pages, folder = examples(), nil
  local getenv = os.getenv
  local environment = { WIKI_PASSWORD = "open sesame", KEYPAD_KEY = "k" }

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    for name, text in pairs(pages) do
      if name:find("%.lua$") and not name:find(" ") then
        local file = assert(io.open(folder .. "/" .. name, "w"))
        file:write(text)
        file:close()
      end
    end
    os.getenv = function(name) -- luacheck: ignore 122
      return environment[name] or getenv(name)
    end
  end)

  teardown(function()
    os.getenv = getenv -- luacheck: ignore 122
    os.execute("rm -r " .. folder)
  end)

  --- Runs a script of the page; `./x.lua` is the page's own handler.
  local function run(text, step)
    local wiki = testing.wiki({
      accounts = { Alice = { password = "open sesame" } },
      steps = { step },
    })
    local lines = {}
    local env = setmetatable({
      address = wiki.api,
      options = { transport = wiki.transport, user_agent = "mwlogin-spec/1.0 (spec)" },
      print = function(...)
        lines[#lines + 1] = table.concat({ ... }, " ", 1, select("#", ...) > 0 and 1 or 0)
      end,
    }, { __index = _G })
    text = text:gsub('"%./', '"' .. folder .. "/")
    assert(load(text, "=doc/handlers.md", "t", env))()
    return lines
  end

  it("has its examples", function()
    local names = { "colour.lua", "provider.lua", "newcomers.lua", "odd.lua", "keypad.lua" }
    for _, name in ipairs(names) do
      assert.is_string(pages[name], name)
      local config = name == "keypad.lua" and { key = "k" }
        or name == "provider.lua" and { login = "a", password = "b" }
        or name == "newcomers.lua" and { name = "New" }
        or nil
      local entries, err = handlers.load({ { use = folder .. "/" .. name, config = config } })
      assert(entries, err)
    end
    assert.equal(0, #pages)
  end)

  for name, step in pairs(WIKIS) do
    it("runs: " .. name, function()
      local lines = run(pages[name], step)
      assert.equal(name == "look" and "interaction" or "Alice", lines[1])
    end)
  end

  it("runs: the test of a handler", function()
    assert.same({ "Alice" }, run(pages["test of keypad.lua"]))
  end)

  it("opens the odd door of the real test wiki", function()
    local one <close> = require("spec.wiki").start({
      extensions = { "MwloginTest" },
      settings = "$wgMwloginTest = [ 'Odd' ];",
    })
    local mwlogin = require("mwlogin")
    local agent = "mwlogin-spec/1.0 (spec)"
    local session <close> = assert(mwlogin.open(one.api, { user_agent = agent }))
    local me, err = session:login({
      username = "Alice",
      password = one.accounts.Alice,
      handlers = { folder .. "/odd.lua" },
    })
    assert(me, err)
    assert.equal("Alice", me.name)
  end)

  it("names every built-in handler", function()
    local page = assert(io.open("doc/handlers.md")):read("a")
    for line in io.popen("ls lua/mwlogin/handlers"):lines() do
      local name = line:match("^(.*)%.lua$")
      if name ~= "init" then
        assert.is_truthy(page:find("| `" .. name .. "` |", 1, true), name)
      end
    end
  end)
end)
