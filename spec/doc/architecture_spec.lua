--- doc/architecture.md tells what is called, in which order: it is held against a login.
local memory = require("spec.store.memory")
local mwlogin = require("mwlogin")

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

--- The rows of the table below a heading: { file, function }, those of one language.
local function rows(heading, language)
  local page = read("doc/architecture.md")
  local _, from = page:find("\n## " .. heading .. "\n", 1, true)
  local section = page:sub(assert(from, heading), (page:find("\n## ", from, true)))
  local list = {}
  for file, name in section:gmatch("\n| `([^`]+)` | `([^`]+)` |") do
    if file:find("%." .. language .. "$") then
      list[#list + 1] = file .. ":" .. name
    end
  end
  assert(#list > 0, heading)
  return list
end

local sources = {}

--- A function's name is what its file calls it: a tail call has no other.
local function name_at(path, line)
  if not sources[path] then
    sources[path] = {}
    for text in io.lines(path) do
      table.insert(sources[path], text)
    end
  end
  local text = sources[path][line] or ""
  return text:match("function [%w_.:]-([%w_]+)%(") or text:match("^([%w_]+) = function")
end

--- What is called while `act` runs: "file:function", in order.
local function calls_of(act)
  local list = {}
  debug.sethook(function()
    local info = debug.getinfo(2, "S")
    local file = info.short_src:match("lua/mwlogin/(.+)$")
    local name = file and name_at("lua/mwlogin/" .. file, info.linedefined)
    if name then
      list[#list + 1] = file .. ":" .. name
    end
  end, "c")
  local ok, err = pcall(act)
  debug.sethook()
  assert(ok, err)
  return list
end

local function run_command()
  local wiki = mwlogin.testing.wiki({
    accounts = { Alice = { password = "open sesame" } },
    steps = {
      { id = "ColourRequest", fields = { { name = "colour" } }, answer = { colour = "blue" } },
    },
  })
  local open, file = mwlogin.open, mwlogin.store.file
  mwlogin.store.file = memory.new
  mwlogin.open = function(_, options)
    options.transport, options.user_agent = wiki.transport, "architecture_spec"
    return open(wiki.api, options)
  end
  local stdout = io.stdout
  io.stdout = assert(io.open("/dev/null", "w")) -- luacheck: ignore 122
  local main = require("mwlogin.cli").main
  local words = { "login", wiki.api, "--user", "Alice", "--password-from", "cmd:echo open sesame" }
  table.move({ "--field", "colour=blue", "--no-input" }, 1, 3, #words + 1, words)
  local code
  local list = calls_of(function()
    code = main(words)
  end)
  io.stdout = stdout -- luacheck: ignore 122
  mwlogin.open, mwlogin.store.file = open, file
  assert.equal(0, code)
  return list
end

--- That the names occur one after the other, others between them.
local function assert_in_order(names, list)
  local at = 0
  for _, name in ipairs(names) do
    repeat
      at = at + 1
    until list[at] == name or at > #list
    assert(at <= #list, ("%s is not called where the page says"):format(name))
  end
end

describe("doc/architecture.md", function()
  it("tells the way from the command to the wire and back, as it is", function()
    local list = run_command()
    assert_in_order(rows("From `mwlogin login` to the socket", "lua"), list)
    assert_in_order(rows("And back", "lua"), list)
  end)

  it("tells the way from a handler's answer to the body, as it is", function()
    local wiki = mwlogin.testing.wiki({
      accounts = { Alice = { password = "open sesame" } },
      steps = {
        { id = "ColourRequest", fields = { { name = "colour" } }, answer = { colour = "blue" } },
      },
    })
    local options = { transport = wiki.transport, user_agent = "architecture_spec" }
    local session <close> = assert(mwlogin.open(wiki.api, options))
    local colour = {
      name = "Colour",
      kinds = { "ColourRequest" },
      answer = function()
        return { colour = "blue" }
      end,
    }
    local credentials = { username = "Alice", password = "open sesame", handlers = { colour } }
    local list = calls_of(function()
      assert(session:login(credentials))
    end)
    assert_in_order(rows("From a handler's `answer` to the POST body", "lua"), list)
  end)

  it("names functions of C that are there", function()
    for _, heading in ipairs({ "From `mwlogin login` to the socket", "And back" }) do
      for _, row in ipairs(rows(heading, "c")) do
        local path, name = row:match("^(.+):([%w_]+)$")
        assert.truthy(read(path):find("\n[%w_ *]-%f[%w_]" .. name .. "%("), row)
      end
    end
  end)

  it("names files that are there", function()
    for path in read("doc/architecture.md"):gmatch("`([%w_/]+%.lua)`") do
      local full = path:find("^spec/") and path or "lua/mwlogin/" .. path
      assert(io.open(full), path):close()
    end
  end)
end)
