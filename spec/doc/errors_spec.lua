---doc/errors.md is where people look a code up: every code that has advice must be there.
describe("doc/errors.md", function()
  local function read(path)
    local file <close> = assert(io.open(path))
    return file:read("a")
  end

  local page = read("doc/errors.md")

  it("has every code that advice.lua knows", function()
    local found = 0
    local text = read("lua/mwlogin/advice.lua")
    local codes = text:match("BY_CODE <const> = (%b{})")
      .. text:match("BY_STORE_CODE <const> = (%b{})")
    for line in codes:gmatch("[^\n]+") do
      local code = line:match('^  %["(.-)"%] = ') or line:match("^  ([%w_]+) = ")
      if code then
        found = found + 1
        assert.truthy(page:find("`" .. code .. "`", 1, true), code)
      end
    end
    assert.is_true(found > 50)
  end)

  -- What errors are made by: `code = "…"`, and the C module's mwl_failure.
  local function codes_in(list, pattern, skip)
    local found = {}
    local pipe <close> = assert(io.popen("git ls-files " .. list))
    for path in pipe:lines() do
      if not path:find(skip) then
        for code in read(path):gmatch(pattern) do
          found[code] = path
        end
      end
    end
    return found
  end

  it("has every code that the library makes", function()
    local count = 0
    local shape = '\n%s+code = "([%w_-]+)"'
    for code, path in pairs(codes_in("'lua/mwlogin/*.lua'", shape, "testing")) do
      count = count + 1
      assert.truthy(page:find("`" .. code .. "`", 1, true), code .. " of " .. path)
    end
    assert.is_true(count > 60)
  end)

  it("has every code that the C module makes", function()
    local count = 0
    local pattern = 'mwl_failure%(L, "%a+", "([%w_-]+)"'
    for code, path in pairs(codes_in("'csrc/*.c'", pattern, "^$")) do
      count = count + 1
      assert.truthy(page:find("`" .. code .. "`", 1, true), code .. " of " .. path)
    end
    assert.is_true(count > 15)
  end)

  it("has every kind with its exit code", function()
    local exit = require "mwlogin.cli.exit"
    local kinds = read("lua/mwlogin/error.lua"):match("KINDS <const> = (%b{})")
    for kind in kinds:gmatch("(%w+) = true") do
      local code = exit.code { kind = kind }
      assert.truthy(page:find(("| `%s` | %d |"):format(kind, code), 1, true), kind)
    end
  end)
end)
