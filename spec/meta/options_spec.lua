---lua/mwlogin/meta tells editors of the options, credentials and handlers that really are taken.
package.path = "./?.lua;./?/init.lua;" .. package.path
local lua_comments = require("spec.tools.lua_comments")

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

---The keys of a table that stands in a file.
local function keys_in(path, name)
  local keys = {}
  for line in read(path):match(name .. " <const> = (%b{})"):gmatch("[^\n]+") do
    local key = line:match("^  ([%w_]+) = ")
    if key then
      keys[key] = true
    end
  end
  return keys
end

local function fields_of(path, class)
  local names = {}
  for _, one in ipairs(lua_comments.read(path).classes) do
    if one.name == class then
      for _, field in ipairs(one.fields) do
        assert.is_true(#field.type > 0, field.name)
        names[field.name] = true
      end
    end
  end
  return names
end

describe("the annotations of", function()
  it("open's options are those that it takes", function()
    assert.same(
      keys_in("lua/mwlogin/open_options.lua", "KNOWN"),
      fields_of("lua/mwlogin/meta/options.lua", "mwlogin.OpenOptions")
    )
  end)

  it("login's credentials are those that it takes", function()
    assert.same(
      keys_in("lua/mwlogin/login/credentials.lua", "KNOWN"),
      fields_of("lua/mwlogin/meta/options.lua", "mwlogin.Credentials")
    )
  end)

  it("a handler's configuration are the keys of a schema", function()
    local wanted = {}
    local keys = read("lua/mwlogin/schema.lua"):match("KEYS <const> = (%b{})")
    for key in keys:gmatch("([%w_]+) = ") do
      wanted[key] = true
    end
    assert.same(wanted, fields_of("lua/mwlogin/meta/handler.lua", "mwlogin.HandlerOption"))
  end)

  it("a handler have every key that doc/handlers.md names", function()
    local table_of_keys = read("doc/handlers.md"):match("### The table\n(.-)\n###")
    local have = fields_of("lua/mwlogin/meta/handler.lua", "mwlogin.Handler")
    for _, method in ipairs({ "answer", "redirect", "restart" }) do
      have[method] = true
    end
    local count = 0
    for row in table_of_keys:gmatch("\n| (`[^|]+) |") do
      for key in row:gmatch("`([%w_]+)`") do
        count = count + 1
        assert.is_true(have[key], key)
      end
    end
    assert.is_true(count >= 11)
  end)

  it("a context have every member that a handler really sees", function()
    local context = require("mwlogin.flow.context")
    local have = fields_of("lua/mwlogin/meta/handler.lua", "mwlogin.Context")
    for _, one in ipairs(lua_comments.read("lua/mwlogin/meta/handler.lua").functions) do
      local name = one.name:match("^Context%.(.+)$")
      have[name or ""] = true
    end
    local run = { flow = { session = {}, attempt = 1, previous = {} }, remember = true }
    local made = context.for_responder(run, {}, {})
    for name in pairs(made) do
      assert.is_true(have[name], name)
    end
    assert.is_function(made.show_image)
  end)
end)
