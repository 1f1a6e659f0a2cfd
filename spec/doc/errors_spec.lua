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

  -- code → the kinds that the tables with a column of kinds tell
  local known = read("lua/mwlogin/error.lua"):match("KINDS <const> = (%b{})")
  local function is_kind(word)
    return known:find("\n%s+" .. word .. " = true") ~= nil
  end

  local function told_kinds()
    local told = {}
    local function tell(code, kind)
      told[code] = told[code] or {}
      told[code][kind] = true
    end
    for codes, kinds in page:gmatch("\n| (`[^|]+) | ([^|]+) |") do
      for code in codes:gmatch("`([^`]+)`") do
        for kind in kinds:gmatch("`(%a+)`") do
          if is_kind(kind) then
            tell(code, kind)
          end
        end
      end
    end
    local stores = page:match("\n## Codes of kind `store`\n(.-)\n## ")
    for codes in stores:gmatch("\n| (`[^|]+) |") do
      for code in codes:gmatch("`([^`]+)`") do
        tell(code, "store")
      end
    end
    return told
  end

  it("tells each of our own codes with the kinds it has", function()
    local told, count = told_kinds(), 0
    local function holds(kind, code, path)
      -- what is told without kinds is a code of the wiki's
      if told[code] and is_kind(kind) then
        count = count + 1
        assert.is_true(told[code][kind], ("%s is of kind %s in %s"):format(code, kind, path))
      end
    end
    local pipe <close> = assert(io.popen("git ls-files 'lua/mwlogin/*.lua' 'csrc/*.c'"))
    for path in pipe:lines() do
      local text = path:find("testing") and "" or read(path)
      for kind, code in text:gmatch('kind = "(%a+)",%s*code = "([%w_-]+)"') do
        holds(kind, code, path)
      end
      for kind, code in text:gmatch('"(%a+)",%s*"([%w_-]+)",') do
        holds(kind, code, path)
      end
    end
    assert.is_true(count > 100, count)
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
