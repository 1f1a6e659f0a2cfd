-- mwlogin run: a script gets its arguments, and its end is the command's.
package.path = "./?.lua;./?/init.lua;" .. package.path
local command = require "spec.cli.command"
local folders = require "spec.folders"

describe("mwlogin run", function()
  local folder

  folders.for_block(function(path)
    folder = path
  end)

  local function run(text, ...)
    local path = folder .. "/script.lua"
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
    return command.run { "run", path, ... }, path
  end

  it("hands on what follows the script, options too, as `arg` and `...`", function()
    local result, path = run(
      "print(arg[0], #arg, ...) return ... == '--json' and 0 or 9",
      "--json",
      "",
      "-x",
      "--",
      "a b"
    )
    assert.equal(path .. "\t5\t--json\t\t-x\t--\ta b\n", result.stdout)
    assert.equal(0, result.code)
  end)

  it("ends with the whole number that the script returns, else with 0", function()
    for text, code in pairs {
      ["return 7"] = 7,
      ["return 'seven'"] = 0,
      ["return 1.5"] = 0,
      [""] = 0,
      ["os.exit(5)"] = 5,
    } do
      assert.equal(code, run(text).code, text)
    end
  end)

  it("takes no number for success that is none, and says so", function()
    for _, number in ipairs { 256, 300, -1 } do
      local result = run("return " .. number)
      assert.equal(2, result.code)
      assert.truthy(result.stderr:find(("returned %d"):format(number), 1, true), result.stderr)
    end
  end)

  it("tells an error that is returned as one that is raised", function()
    local result = run 'return mwlogin.open("http://127.0.0.1:1", { user_agent = "spec" })'
    assert.equal(4, result.code)
    assert.truthy(result.stderr:find("does not accept a connection", 1, true), result.stderr)
    local path
    result, path = run "return nil, 'no luck'"
    assert.same({ 2, ("mwlogin: %s: no luck\n"):format(path) }, { result.code, result.stderr })
    result = run "error {}"
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("it raised a table, which is no text", 1, true))
  end)

  it("has mwlogin on the script's path, and what lies beside the one who runs it", function()
    local result = run 'print(require("mwlogin")._VERSION, require("spec.cli.command") ~= nil)'
    assert.equal(require("mwlogin")._VERSION .. "\ttrue\n", result.stdout, result.stderr)
  end)

  it("tells a raised error with its place, once, and not where our own code stood", function()
    local result, path = run "local function inner()\n  error 'boom'\nend\ninner()\n"
    assert.equal(2, result.code)
    local place = path:gsub("%p", "%%%0") .. ":2: boom"
    assert.equal(1, select(2, result.stderr:gsub(place, "")))
    assert.is_nil(result.stderr:find("mwlogin/cli", 1, true), result.stderr)
    assert.truthy(result.stderr:find("'inner'", 1, true), result.stderr)
    assert.equal("", result.stdout)
    result, path = run "assert(..., 'usage: script.lua WIKI')"
    assert.equal(("mwlogin: %s:1: usage: script.lua WIKI\n"):format(path), result.stderr)
  end)

  it("exits as the kind of a library's error says, with its advice", function()
    local result = run [[
      local mwlogin = require "mwlogin"
      assert(assert(mwlogin.open("http://127.0.0.1:1/api.php", { user_agent = "x" })):whoami())
    ]]
    assert.equal(4, result.code, result.stderr)
    assert.is_nil(result.stderr:find("traceback", 1, true), result.stderr)
    assert.equal(
      2,
      run("error(setmetatable({}, { __tostring = function() return 'odd' end }))").code
    )
    assert.equal(2, run("error()").code)
  end)

  it("exits 2 for what is no script", function()
    local result, path = run "this is no Lua"
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find(path .. ":1:", 1, true), result.stderr)
    assert.equal(2, run("\27Lua not to be loaded").code)
  end)
end)
