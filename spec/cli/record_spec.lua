-- mwlogin record and mwlogin replay, as a person uses them for a bug report.
package.path = "./?.lua;./?/init.lua;" .. package.path
local cjson = require "cjson"
local command = require "spec.cli.command"
local folders = require "spec.folders"
local shared = require "spec.shared"
local wikis = require "spec.wiki"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

describe("mwlogin record and replay", function()
  local folder
  local wiki = shared(wikis.start)

  folders.for_block(function(path)
    folder = path
  end)

  before_each(function()
    wiki:forget_throttles()
    wiki:mark()
  end)

  local function record(name, password, ...)
    local path = folder .. "/" .. name
    return path,
      command.run({
        "record",
        wiki.api,
        path,
        "--user",
        "Alice",
        "--password-from",
        "env:P",
        "--no-input",
        ...,
      }, { env = { P = password } })
  end

  it("records a login, ends it, and goes through it again without the wiki", function()
    local path, result = record("login", wiki.accounts.Alice)
    assert.equal(0, result.code, result.stderr)
    assert.equal(("Logged in to %s as Alice (clientlogin)\n"):format(wiki.api), result.stdout)
    assert.truthy(result.stderr:find("5 exchanges are in " .. path, 1, true), result.stderr)
    assert.equal(1, #wiki:requests { action = "logout" })
    local text = read(path)
    assert.is_nil(text:find(wiki.accounts.Alice, 1, true))
    assert.is_nil(text:find("Alice", 1, true))

    wiki:mark()
    local replayed = command.run { "replay", path }
    assert.equal(0, replayed.code, replayed.stderr)
    assert.equal("Logged in as username-1 (clientlogin)\n", replayed.stdout)
    assert.truthy(replayed.stderr:find("all 5 exchanges were asked for", 1, true))
    local told = cjson.decode(command.run({ "replay", "--json", path }).stdout)
    assert.same({ "username-1", "clientlogin", 5 }, { told.name, told.method, told.exchanges })
    assert.equal(0, #wiki:requests())
  end)

  it("prints one object with --json", function()
    local path, result = record("json", wiki.accounts.Alice, "--json")
    local told = cjson.decode(result.stdout)
    assert.equal("Alice", told.name)
    assert.equal(path, told.file)
    assert.equal(5, told.exchanges)
  end)

  it("records a login that fails, and exits as the login does, then and again", function()
    local path, result = record("failed", "not hers & never was")
    assert.equal(1, result.code)
    assert.is_nil(read(path):find("never was", 1, true))
    local replayed = command.run { "replay", path, "--json" }
    assert.equal(1, replayed.code)
    assert.equal("refused", cjson.decode(replayed.stdout).error.kind)
    assert.truthy(
      replayed.stderr:find("Special:PasswordReset", 1, true) or replayed.stderr:find "password"
    )
  end)

  it("keeps no session and uses none", function()
    local env = { P = wiki.accounts.Alice, XDG_STATE_HOME = folder }
    local words = { wiki.api, "--user", "Alice", "--password-from", "env:P", "--no-input" }
    assert.equal(0, command.run({ "login", table.unpack(words) }, { env = env }).code)
    wiki:mark()
    table.insert(words, 2, folder .. "/fresh")
    assert.equal(0, command.run({ "record", table.unpack(words) }, { env = env }).code)
    assert.equal(1, #wiki:requests { action = "clientlogin" })
    local sessions = command.run({ "sessions", "--json" }, { env = env }).stdout
    assert.equal(1, select(2, sessions:gsub("\n", "")))
    local alive = command.run({ "whoami", wiki.api, "--json", "--no-input" }, { env = env })
    assert.equal("Alice", cjson.decode(alive.stdout).name)
  end)

  it("does not write over a file", function()
    local path, result = record("twice", wiki.accounts.Alice)
    assert.equal(0, result.code)
    local before = read(path)
    path, result = record("twice", wiki.accounts.Alice)
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("exists: give the name of a new file", 1, true))
    assert.equal(before, read(path))
  end)

  describe("with a script", function()
    local path

    lazy_setup(function()
      path = record("script", wiki.accounts.Alice)
    end)

    local function script(text)
      local name = folder .. "/script.lua"
      local file <close> = assert(io.open(name, "w"))
      file:write(
        [[
        local mwlogin = require "mwlogin"
        local options = { user_agent = "x", store = mwlogin.store.file() }
        local wiki <close> = assert(mwlogin.open("wiki.example.org", options))
      ]],
        text
      )
      return name
    end

    it("goes through it, arguments and all", function()
      local name = script [[
        print(assert(wiki:login { username = arg[1], password = "x", remember = false }).name)
        assert(wiki:logout())
      ]]
      local result = command.run { "replay", path, name, "Zoe" }
      assert.equal(0, result.code, result.stderr)
      assert.equal("Zoe\n", result.stdout)
    end)

    it("exits 2 when it asks for something else, and says what", function()
      local name = script [[
        print(wiki:get { action = "query", meta = "siteinfo" })
      ]]
      local result = command.run { "replay", path, name }
      assert.equal(2, result.code)
      assert.truthy(result.stderr:find("exchange 1 of 5", 1, true), result.stderr)
      assert.is_nil(result.stderr:find("traceback", 1, true), result.stderr)
    end)

    it("exits 2 when it does not ask for all, and says what is next", function()
      local result = command.run { "replay", path, "--json", (script "") }
      assert.equal(2, result.code)
      assert.truthy(result.stderr:find("--json is for a replay without a script", 1, true))
      result = command.run { "replay", path, (script "") }
      assert.equal(2, result.code)
      assert.truthy(result.stderr:find("5 of 5 exchanges", 1, true), result.stderr)
    end)
  end)

  it("exits 2 for what is no transcript", function()
    local result = command.run { "replay", "README.md" }
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("no transcript", 1, true), result.stderr)
    assert.truthy(result.stderr:find("mwlogin record", 1, true), result.stderr)
  end)
end)
