-- mwlogin cookies WIKI --import FILE: a browser's session becomes a kept one.
local cjson = require("cjson")
local command = require("spec.cli.command")
local folders = require("spec.folders")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

describe("cookies --import", function()
  local state
  local wiki = shared(wikis.start)

  folders.for_each(function(path)
    state = path
  end)

  before_each(function()
    wiki:forget_throttles()
  end)

  local function run(...)
    local environment = { XDG_STATE_HOME = state, P = wiki.accounts.Bob }
    return command.run({ ... }, { env = environment })
  end

  ---A browser's export: this wiki's cookies among others.
  local function export(lines)
    local words = { "--user", "Bob", "--password-from", "env:P", "--no-remember", "--no-input" }
    local result = run("cookies", wiki.api, table.unpack(words))
    assert.equal(0, result.code, result.stderr)
    local path = state .. "/cookies.txt"
    local file = assert(io.open(path, "w"))
    file:write(lines or result.stdout, "bank.example\tFALSE\t/\tTRUE\t0\tsession\tbanksecret\n")
    file:close()
    os.execute("rm -rf " .. state .. "/mwlogin")
    return path
  end

  it("keeps a browser's session: no password, and none of its other cookies", function()
    local path = export()
    wiki:mark()
    local result = run("cookies", wiki.api, "--import", path, "--json", "--no-input")
    assert.equal(0, result.code, result.stderr)
    assert.equal("Bob", cjson.decode(result.stdout).name)
    assert.equal("Bob\n", run("whoami", wiki.api, "--no-input").stdout)
    assert.equal(0, #wiki:requests({ method = "POST" }))
    local pipe <close> = assert(io.popen("cat " .. state .. "/mwlogin/*.json"))
    local text = pipe:read("a")
    assert.truthy(text:find("Bob", 1, true))
    assert.is_nil(text:find("banksecret", 1, true))
  end)

  it("keeps nothing that the wiki does not know", function()
    local path = export()
    wiki:forget_sessions()
    local result = run("cookies", wiki.api, "--import", path, "--no-input")
    assert.equal(1, result.code, result.stderr)
    assert.truthy(result.stderr:find("knows no session with these cookies", 1, true))
    assert.truthy(result.stderr:find("export its cookies again", 1, true))
    assert.equal("", run("sessions").stdout)
  end)

  it("says when a file holds nothing of this wiki, or is none", function()
    local path = export("# Netscape HTTP Cookie File\n")
    wiki:mark()
    local result = run("cookies", wiki.api, "--import", path, "--no-input")
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("no cookie of this wiki", 1, true), result.stderr)
    result = run("cookies", wiki.api, "--import", state .. "/none", "--no-input")
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("No such file", 1, true), result.stderr)
    result = run("cookies", wiki.api, "--import", state, "--no-input")
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("Is a directory", 1, true), result.stderr)
    assert.equal(0, #wiki:requests())
  end)
end)
