-- Kept sessions that the wiki knows no more, and nobody there to log in again.
local cjson = require("cjson")
local command = require("spec.cli.command")
local wikis = require("spec.wiki")

describe("a kept session that is lost, with nobody there", function()
  local wiki, state

  lazy_setup(function()
    wiki = wikis.start()
  end)

  lazy_teardown(function()
    wiki:stop()
  end)

  before_each(function()
    state = command.folder()
    wiki:forget_throttles()
  end)

  after_each(function()
    os.execute("rm -rf " .. state)
  end)

  local function run(...)
    local environment = { XDG_STATE_HOME = state, P = wiki.accounts.Bob }
    local words = { "--no-input", ... }
    table.insert(words, 1, table.remove(words, 2))
    return command.run(words, { env = environment })
  end

  before_each(function()
    local credentials = { "--user", "Bob", "--password-from", "env:P", "--no-remember" }
    local result = command.run(
      { "login", wiki.api, "--no-input", table.unpack(credentials) },
      { env = { XDG_STATE_HOME = state, P = wiki.accounts.Bob } }
    )
    assert.equal(0, result.code, result.stderr)
    wiki:forget_sessions()
    wiki:mark()
  end)

  local function nothing_done()
    assert.equal(0, #wiki:requests({ method = "POST" }))
  end

  it("needs a person: exit 3, and nothing is done as nobody", function()
    local edit = { "api", wiki.api, "action=edit", "title=A", "text=b", "--token", "csrf" }
    for _, words in ipairs({
      edit,
      { "whoami", wiki.api },
      { "token", wiki.api, "csrf" },
      { "exec", wiki.api, "--", "true" },
    }) do
      local arguments = { table.unpack(words) }
      table.insert(arguments, 3, "--no-input")
      local result = command.run(arguments, { env = { XDG_STATE_HOME = state } })
      assert.equal(3, result.code, words[1] .. ": " .. result.stderr)
    end
    nothing_done()
  end)

  it("is forgotten by logout all the same", function()
    local result = run("logout", wiki.api)
    assert.equal(0, result.code, result.stderr)
    assert.equal("", run("sessions").stdout)
  end)

  it("says so as JSON, with what to do", function()
    local result = run("whoami", wiki.api, "--json")
    local err = cjson.decode(result.stdout).error
    assert.equal("interaction", err.kind)
    assert.truthy(err.advice:find("--user", 1, true))
  end)

  it("is logged in to again where a source is given: one login", function()
    local result = command.run(
      { "whoami", wiki.api, "--user", "Bob", "--password-from", "env:P", "--no-input" },
      { env = { XDG_STATE_HOME = state, P = wiki.accounts.Bob } }
    )
    assert.equal(0, result.code, result.stderr)
    assert.equal("Bob\n", result.stdout)
    assert.equal(1, #wiki:requests({ method = "POST" }))
    assert.equal("Bob\n", run("whoami", wiki.api).stdout)
  end)
end)
