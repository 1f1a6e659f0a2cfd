-- Kept sessions that the wiki knows no more, and nobody there to log in again.
local cjson = require("cjson")
local command = require("spec.cli.command")
local folders = require("spec.folders")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

describe("a kept session that is lost, with nobody there", function()
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
    assert.truthy(result.stdout:find("had ended there", 1, true), result.stdout)
    assert.equal("", run("sessions").stdout)
    result = run("logout", wiki.api)
    assert.equal(0, result.code, result.stderr)
    assert.equal("", result.stdout)
    assert.truthy(result.stderr:find("nothing to end", 1, true), result.stderr)
    result = run("logout", wiki.api, "--account", "Zoe")
    assert.truthy(result.stderr:find("no session of the account Zoe", 1, true), result.stderr)
  end)

  it("says so as JSON, with what to do", function()
    local result = run("whoami", wiki.api, "--json")
    local err = cjson.decode(result.stdout).error
    assert.equal("interaction", err.kind)
    assert.truthy(err.message:find("kept session of Bob has ended on the wiki", 1, true))
    assert.truthy(err.advice:find("--user Bob", 1, true))
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

describe("a kept session of an account with a second factor", function()
  local state, key
  local wiki = shared(wikis.start, { extensions = { "OATHAuth" } })

  lazy_setup(function()
    key = wiki:two_factor("Bob")
  end)

  local function run(...)
    local env = { XDG_STATE_HOME = state, P = wiki.accounts.Bob, KEY = key }
    return command.run({ ... }, { env = env })
  end

  local PASSWORD <const> = { "--user", "Bob", "--password-from", "env:P", "--no-input" }
  local CODE <const> = { "--field-from", "OATHToken=totp:env:KEY" }

  local function with(...)
    local words = { table.unpack(PASSWORD) }
    for _, word in ipairs({ ... }) do
      words[#words + 1] = word
    end
    return table.unpack(words)
  end

  folders.for_each(function(path)
    state = path
  end)

  before_each(function()
    wiki:forget_throttles()
    wiki:forget_used_codes()
    local result = run("login", wiki.api, "--no-remember", with(table.unpack(CODE)))
    assert.equal(0, result.code, result.stderr)
    wiki:forget_sessions()
    wiki:forget_used_codes()
    wiki:mark()
  end)

  local EDIT <const> = { "action=edit", "title=A", "text=b", "--token", "csrf" }

  local function edit(...)
    local words = { table.unpack(EDIT) }
    for _, word in ipairs({ ... }) do
      words[#words + 1] = word
    end
    return run("api", wiki.api, table.unpack(words))
  end

  it("that is lost, with nobody there, is exit 3, and nothing is sent", function()
    local result = edit("--no-input")
    assert.equal(3, result.code, result.stderr)
    assert.equal(0, #wiki:requests({ method = "POST" }))
  end)

  it("that is lost, and only the password can be had, is exit 3 after one try", function()
    local result = edit(with())
    assert.equal(3, result.code, result.stderr)
    assert.truthy(result.stderr:find("OATHToken", 1, true), result.stderr)
    assert.equal(1, #wiki:requests({ action = "clientlogin" }))
    assert.equal(1, #wiki:requests({ method = "POST" }))
  end)

  it("that is lost is begun again where the key of its codes can be had", function()
    local result = edit(with(table.unpack(CODE)))
    assert.equal(0, result.code, result.stderr)
    assert.equal("Bob\n", run("whoami", wiki.api, "--no-input").stdout)
    assert.equal(2, #wiki:requests({ action = "clientlogin" }))
  end)

  it("that is lost in a long run is tried once, however many calls there are", function()
    local mwlogin = require("mwlogin")
    local session <close> = assert(mwlogin.open(wiki.api, { user_agent = "spec" }))
    assert(session:login({
      username = "Bob",
      password = wiki.accounts.Bob,
      answers = { OATHToken = wiki:app_code(key) },
    }))
    wiki:forget_sessions()
    wiki:forget_used_codes()
    wiki:mark()
    for _ = 1, 7 do
      local page = { action = "edit", title = "A", text = "b" }
      local reply, err = session:post(page, { token = "csrf" })
      assert.is_nil(reply)
      assert.equal("interaction", err.kind)
    end
    assert.equal(1, #wiki:requests({ action = "clientlogin" }))
  end)
end)

describe("a session without the bot right", function()
  local state
  local wiki = shared(wikis.start)

  folders.for_block(function(path)
    state = path
  end)

  it("is one error that names the right, and no login", function()
    local function run(...)
      return command.run({ ... }, { env = { XDG_STATE_HOME = state, P = wiki.accounts.Bob } })
    end
    local credentials = { "--user", "Bob", "--password-from", "env:P", "--no-input" }
    assert.equal(0, run("login", wiki.api, table.unpack(credentials)).code)
    wiki:mark()
    local edit = { "action=edit", "title=A", "text=b", "assert=bot", "--token", "csrf" }
    local result = run("api", wiki.api, table.unpack(table.move(credentials, 1, 5, 7, edit)))
    assert.equal(1, result.code)
    assert.truthy(result.stderr:find("bot right", 1, true), result.stderr)
    local _, lines = result.stderr:gsub("mwlogin: ", "")
    assert.equal(1, lines, result.stderr)
    assert.equal(0, #wiki:requests({ action = "clientlogin" }))
    assert.equal(1, #wiki:requests({ method = "POST" }))
  end)
end)
