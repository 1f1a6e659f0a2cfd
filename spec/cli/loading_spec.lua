-- What a subcommand does not need is not loaded: each module is compiled anew by each process.
local command = require "spec.cli.command"
local folders = require "spec.folders"
local shared = require "spec.shared"
local wiki = require "spec.wiki"

-- What each subcommand for a wiki with a kept session has in common.
local COMMON <const> = [[
cjson
mwlogin
mwlogin.cli
mwlogin.cli.answers
mwlogin.cli.arguments
mwlogin.cli.connect
mwlogin.cli.credentials
mwlogin.cli.exit
mwlogin.cli.options
mwlogin.cli.output
mwlogin.cli.person
mwlogin.core
mwlogin.discover
mwlogin.error
mwlogin.json
mwlogin.late_modules
mwlogin.login
mwlogin.login.account
mwlogin.login.again
mwlogin.login.credentials
mwlogin.login.earlier
mwlogin.login.kept
mwlogin.login.kept_tokens
mwlogin.login.method
mwlogin.open_options
mwlogin.options
mwlogin.plaintext
mwlogin.secret.fresh
mwlogin.session
mwlogin.session.calls
mwlogin.session.flight
mwlogin.session.user
mwlogin.session.wire
mwlogin.store
mwlogin.store.entry
mwlogin.store.file
mwlogin.tracer
mwlogin.version]]

local function list_of(text)
  local names = {}
  for name in text:gmatch "%S+" do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function with(...)
  return list_of(COMMON .. "\n" .. table.concat({ ... }, "\n"))
end

describe("the command loads no more than it needs", function()
  local state
  local w = shared(wiki.start)

  folders.for_block(function(path)
    state = path
  end)

  lazy_setup(function()
    local script <close> = assert(io.open(state .. "/loaded.lua", "w"))
    script:write [[
      local exit = os.exit
      function os.exit(...)
        local file <close> = assert(io.open(os.getenv "LOADED", "w"))
        for name in pairs(package.loaded) do
          if name:find "^mwlogin" or name == "argparse" or name == "cjson" then
            file:write(name, "\n")
          end
        end
        file:close()
        exit(...)
      end
    ]]
  end)

  local function loaded_by(...)
    local names = state .. "/names"
    local result = command.run({ ... }, {
      env = {
        XDG_STATE_HOME = state,
        P = w.accounts.Bob,
        LOADED = names,
        LUA_INIT = "@" .. state .. "/loaded.lua",
      },
    })
    assert.equal(0, result.code, result.stderr)
    local file <close> = assert(io.open(names))
    return list_of(file:read "a")
  end

  lazy_setup(function()
    w:forget_throttles()
    loaded_by("login", w.api, "--user", "Bob", "--password-from", "env:P", "--no-input")
  end)

  it("for its version", function()
    local names = { "mwlogin.cli", "mwlogin.cli.exit", "mwlogin.version" }
    assert.same(names, loaded_by "--version")
  end)

  it("for whoami", function()
    local names = with("mwlogin.cli.whoami", "mwlogin.cli.json_text")
    assert.same(names, loaded_by("whoami", w.api, "--json", "--no-input"))
  end)

  it("for whoami in words", function()
    local names = with("mwlogin.cli.whoami", "mwlogin.display")
    assert.same(names, loaded_by("whoami", w.api, "--no-input"))
  end)

  it("for a login that finds its session kept", function()
    local names = with("mwlogin.cli.login")
    assert.same(names, loaded_by("login", w.api, "--user", "Bob", "--no-input"))
  end)

  it("for exec", function()
    local names = with("mwlogin.cli.exec", "mwlogin.cli.netscape")
    assert.same(names, loaded_by("exec", w.api, "--no-input", "--", "true"))
  end)

  it("for a list of what is kept", function()
    local names = list_of [[
      cjson
      mwlogin.cli
      mwlogin.cli.arguments
      mwlogin.cli.exit
      mwlogin.cli.options
      mwlogin.cli.output
      mwlogin.cli.sessions
      mwlogin.core
      mwlogin.error
      mwlogin.json
      mwlogin.late_modules
      mwlogin.options
      mwlogin.plaintext
      mwlogin.store
      mwlogin.store.entry
      mwlogin.store.file
      mwlogin.store.lasting
    ]]
    assert.same(names, loaded_by "sessions")
  end)
end)
