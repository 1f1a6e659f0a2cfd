---doc/reference.md is where people look an option up: each that there is must be there, no other,
---and its default must be the one that holds.
local mwlogin = require "mwlogin"

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

local page = read "doc/reference.md"

---What stands below a heading.
local function section(heading)
  local _, from = page:find("\n## " .. heading .. "\n", 1, true)
  return page:sub(assert(from, heading), (page:find("\n## ", from, true)))
end

---The names in the first column of the tables there.
local function rows(heading)
  local found = {}
  for cell in section(heading):gmatch "\n| (`[^|]+`) |" do
    for name in cell:gmatch "`([^`]+)`" do
      found[name] = true
    end
  end
  return found
end

---The names of a table of options, as the library's file has them.
local function options_in(path, name)
  local found = {}
  local list = read(path):match(name .. " <const> = (%b{})")
  for option in list:gmatch "([%w_]+) = " do
    found[option] = true
  end
  assert(next(found), path)
  return found
end

describe("doc/reference.md", function()
  it("has the options of open and login, and no others", function()
    local open = options_in("lua/mwlogin/open_options.lua", "KNOWN")
    assert.same(open, rows "Options of open")
    assert.same(options_in("lua/mwlogin/login/credentials.lua", "KNOWN"), rows "Options of login")
  end)

  it("names the options of the dialogue, of many at once and of a pool", function()
    for path, heading in pairs {
      ["lua/mwlogin/flow/run.lua"] = "The dialogue by hand",
      ["lua/mwlogin/flow.lua"] = "The dialogue by hand",
      ["lua/mwlogin/gather.lua"] = "mwlogin",
      ["lua/mwlogin/session/fetching.lua"] = "The Session",
    } do
      for option in pairs(options_in(path, "OPTIONS")) do
        -- `on_pass` is how login is told by its own dialogue
        if option ~= "on_pass" then
          local words = section(heading)
          assert.truthy(words:find("`" .. option .. "[` (=]"), option .. " of " .. path)
        end
      end
    end
    for option in read("csrc/pool_lua.c"):match("known%[%] = (%b{})"):gmatch '"(%w+)"' do
      assert.truthy(section("mwlogin"):find("`" .. option .. "`", 1, true), option)
    end
  end)

  it("has the defaults that hold", function()
    local words = section "Options of open"
    local core, wait = read "csrc/session.c", read "lua/mwlogin/session/request.lua"
    for option, default in pairs {
      timeout = core:match "DEFAULT_TIMEOUT (%d+)",
      connect_timeout = core:match "DEFAULT_CONNECT_TIMEOUT (%d+)",
      max_wait = wait:match "DEFAULT_MAX_WAIT <const> = (%d+)",
      max_response = core:match "DEFAULT_MAX_RESPONSE %((%d+)[.0]* %* 1024 %* 1024%)" .. " MiB",
    } do
      local told = words:match("\n| `" .. option .. "` | [^|]+ | ([^|]+) |")
      assert.equal(default, told, option)
    end
    local pool = read "csrc/pool_lua.c"
    for option, name in pairs { per_host = "DEFAULT_PER_HOST", in_flight = "DEFAULT_IN_ALL" } do
      local told = section("mwlogin"):match("`" .. option .. "` %((%d+)%)")
      assert.equal(pool:match(name .. " (%d+)"), told, option)
    end
  end)

  it("names methods that a Session and a dialogue have", function()
    local wiki = mwlogin.testing.wiki {}
    local session <close> =
      assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" }))
    local objects = { wiki = session, flow = session:flow() }
    local count = 0
    for object, method in page:gmatch "| `(%a+):([%w_]+)%(" do
      count = count + 1
      assert.is_function(objects[object][method], method)
    end
    assert.is_true(count >= 14)
    for name in page:gmatch "| `mwlogin%.([%w_.]+)" do
      local value = mwlogin
      for part in name:gmatch "[%w_]+" do
        value = value[part]
      end
      assert.truthy(value, name)
    end
  end)
end)
