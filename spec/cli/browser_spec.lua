local command = require("spec.cli.command")
local shared = require("spec.shared")
local stand = require("spec.redirect.stand")
local wikis = require("spec.wiki")

describe("mwlogin login --browser", function()
  local wiki = shared(wikis.start, { extensions = { "MwloginTest" } })

  lazy_setup(function()
    wiki:set("$wgMwloginTest = [ 'Code' ];")
  end)

  lazy_teardown(function()
    stand.remove_programs()
  end)

  local function login(values, ...)
    local file = os.tmpname()
    local out = assert(io.open(file, "wb"))
    out:write(values)
    out:close()
    local browser = stand.program(('exec lua5.4 spec/respond/filler.lua %s "$1"'):format(file))
    local result = command.run({ "login", wiki.api, "--browser", ... }, {
      env = { BROWSER = browser },
    })
    os.remove(file)
    return result
  end

  it("asks all that the wiki asks on pages of its own, step after step", function()
    local password = wiki.accounts.Alice
    local result = login(("Username=Alice\nPassword=%s\nCode=817420\n"):format(password))
    assert.equal(0, result.code, result.stderr)
    assert.equal(("Logged in to %s as Alice (clientlogin)\n"):format(wiki.api), result.stdout)
    assert.is_nil((result.stdout .. result.stderr):find(password, 1, true))
  end)

  it("fails as a login does when the answers are wrong", function()
    local result = login("Username=Alice\nPassword=not hers\n")
    assert.equal(1, result.code)
    assert.truthy(result.stderr:find("Incorrect username or password", 1, true))
  end)

  it("says that no browser can be opened", function()
    local result = command.run({ "login", wiki.api, "--browser" }, {
      env = { MWLOGIN_NO_BROWSER = "1" },
    })
    assert.equal(3, result.code)
    assert.truthy(result.stderr:find("MWLOGIN_NO_BROWSER", 1, true))
  end)
end)
