-- Secrets read by C: none of them is a Lua string on its way.
local core = require("mwlogin.core")

local function run(program, input)
  local path = os.tmpname()
  local script <close> = assert(io.open(path, "w"))
  script:write('local core = require("mwlogin.core")\n', program)
  script:flush()
  local line = ("printf %%b '%s' | P='p=1' LUA_PATH='%s' LUA_CPATH='%s' lua5.4 %s 2>&1"):format(
    input or "",
    package.path,
    package.cpath,
    path
  )
  local pipe = assert(io.popen(line))
  local output = pipe:read("a")
  pipe:close()
  os.remove(path)
  return output
end

describe("secret_variable", function()
  it("is the value of a variable, whatever is in it; nil where there is none", function()
    assert.equal(
      "secret: ***\tp=1\tnil\n",
      run('local s = core.secret_variable("P")\nprint(s, s:reveal(), core.secret_variable("P2"))')
    )
  end)
end)

describe("secret_stdin", function()
  it("takes a line and leaves the rest to whoever reads next", function()
    local program = [[
      local first, second = core.secret_stdin(), core.secret_stdin()
      print(first:reveal(), second:reveal(), io.read("a"))
    ]]
    assert.equal("one\t\tthree\nfour\n", run(program, "one\\n\\nthree\\nfour"))
  end)

  it("is empty at the end, and ends at a carriage return", function()
    assert.equal("0\n", run("print(#core.secret_stdin())", ""))
    assert.equal("3\n", run("print(#core.secret_stdin())", "one\\r\\n"))
  end)

  it("refuses a line without end", function()
    local program = "local s, err = core.secret_stdin()\nprint(s, err.kind, err.code)"
    assert.equal("nil\tanswer\tlarge\n", run(program, ("x"):rep(70000)))
  end)
end)

describe("secret_file", function()
  local path

  before_each(function()
    path = os.tmpname()
    assert(os.execute("chmod 600 " .. path))
  end)

  after_each(function()
    os.remove(path)
  end)

  local function holding(text)
    local file <close> = assert(io.open(path, "wb"))
    file:write(text)
    file:flush()
    return core.secret_file(path)
  end

  it("is the first line of a file that nobody else can read", function()
    assert.equal("one", holding("one\ntwo\n"):reveal())
    assert.equal("one", holding("one\r\ntwo\r\n"):reveal())
    assert.equal(" one ", holding(" one "):reveal())
    assert.equal("", holding(""):reveal())
  end)

  it("refuses what others can read, links and what is not there", function()
    assert(os.execute("chmod 640 " .. path))
    local _, err = core.secret_file(path)
    assert.equal("store", err.kind)
    assert.equal("unsafe", err.code)
    assert(os.execute("chmod 600 " .. path))
    local link = path .. ".link"
    assert(os.execute(("ln -s %s %s"):format(path, link)))
    _, err = core.secret_file(link)
    os.remove(link)
    assert.equal("unsafe", err.code)
    _, err = core.secret_file(path .. ".gone")
    assert.equal("missing", err.code)
    assert.has_error(function()
      core.secret_file("")
    end)
    assert.has_error(function()
      core.secret_file(path .. "\0x")
    end)
  end)

  it("refuses a line of more than 64 KiB", function()
    local _, err = holding(("x"):rep(70000))
    assert.equal("large", err.code)
  end)
end)

describe("a secret taken apart", function()
  local function parts(text, ...)
    local shown = {}
    for position, piece in ipairs(core.secret(text):split(...)) do
      assert.is_true(core.is_secret(piece))
      shown[position] = piece:reveal()
    end
    return shown
  end

  it("has the pieces between the separators", function()
    assert.same({ "a", "b", "", "c" }, parts("a&b&&c", "&"))
    assert.same({ "", "" }, parts("://", "://"))
    assert.same({ "ab" }, parts("ab", "="))
    assert.same({ "" }, parts("", "="))
  end)

  it("keeps the rest in the last of as many as were asked for", function()
    assert.same({ "a", "b=c" }, parts("a=b=c", "=", 2))
    assert.same({ "a=b=c" }, parts("a=b=c", "=", 1))
  end)

  it("cannot be at nothing", function()
    assert.has_error(function()
      core.secret("ab"):split("")
    end)
  end)
end)

describe("crypto.unpercent", function()
  it("undoes percent-encoding once and leaves the rest", function()
    for text, expected in pairs({
      ["a%3Db%3d"] = "a=b=",
      ["%2541"] = "%41",
      ["100%"] = "100%",
      ["%4"] = "%4",
      ["%zz%4g"] = "%zz%4g",
      ["a+b"] = "a+b",
      [""] = "",
    }) do
      assert.equal(expected, core.crypto.unpercent(core.secret(text)):reveal())
    end
  end)
end)

describe("a variable that is withheld", function()
  it("is in no program that is started, unless it is given", function()
    assert.equal(
      "p=1\n-\nx\np=1\n",
      run([[
        local show = { "sh", "-c", "echo ${P--}" }
        print(core.first_line(show):reveal())
        core.withhold("P")
        print(core.first_line(show):reveal())
        print(core.first_line(show, { env = { P = "x" } }):reveal())
        print(os.getenv("P"))
      ]])
    )
  end)
end)
