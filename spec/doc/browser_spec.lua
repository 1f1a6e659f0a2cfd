---doc/errors.md and doc/browser.md say what the ways through a browser say and read.
describe("the pages about browsers", function()
  local function read(path)
    local file <close> = assert(io.open(path))
    return file:read("a")
  end

  local function sources()
    local pipe <close> = assert(
      io.popen(
        "ls lua/mwlogin/redirect/*.lua lua/mwlogin/listener.lua lua/mwlogin/respond/browser.lua"
      )
    )
    local texts = {}
    for path in pipe:lines() do
      texts[#texts + 1] = read(path)
    end
    return table.concat(texts)
  end

  it("have every code", function()
    local page, count = read("doc/errors.md"), 0
    local text = sources()
    for _, pattern in ipairs({
      'code = "([a-z_]+)"',
      'trouble%(%s*"([a-z_]+)"',
      'refused%(%s*"([a-z_]+)"',
      'unavailable%(%s*"([a-z_]+)"',
    }) do
      for code in text:gmatch(pattern) do
        count = count + 1
        assert.truthy(page:find("`" .. code .. "`", 1, true), code)
      end
    end
    assert.is_true(count > 30)
  end)

  it("have every variable of the environment", function()
    local page, count = read("doc/browser.md"), 0
    for name in sources():gmatch('variable%("([A-Z_]+)"%)') do
      if not name:find("DISPLAY", 1, true) then
        count = count + 1
        assert.truthy(page:find("`" .. name .. "`", 1, true), name)
      end
    end
    assert.is_true(count >= 4)
  end)
end)
