-- Completions, by the shells themselves.
package.path = "./?.lua;./?/init.lua;" .. package.path
local command = require "spec.cli.command"
local folders = require "spec.folders"
local outline = require "mwlogin.cli.outline"

local function run(script, shell, env)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(script)
  file:close()
  local words = { "env" }
  for name, value in pairs(env or {}) do
    words[#words + 1] = ("%s='%s'"):format(name, value)
  end
  local pipe = assert(io.popen(("%s %s %s 2>&1"):format(table.concat(words, " "), shell, path)))
  local output = pipe:read "a"
  local ended = pipe:close()
  os.remove(path)
  assert(ended, output)
  return output
end

local function is_there(shell)
  return (os.execute(("command -v %s >/dev/null"):format(shell)))
end

---What a shell offers, as a set.
local function set(output)
  local offered = {}
  for line in output:gmatch "[^\n]+" do
    offered[line] = true
  end
  return offered
end

describe("completion for bash", function()
  local script, state

  setup(function()
    script = command.run({ "completion", "bash" }).stdout
    state = folders.new()
    assert(os.execute(("mkdir -p '%s/mwlogin' '%s/bin'"):format(state, state)))
    local pipe <close> = assert(io.popen "pwd")
    local root = pipe:read "l"
    local file = assert(io.open(state .. "/bin/mwlogin", "w"))
    file:write(("#!/bin/sh\nexec '%s/scripts/mwlogin' \"$@\"\n"):format(root))
    file:close()
    file = assert(io.open(state .. "/mwlogin/config.lua", "w"))
    file:write 'return { work = { url = "https://wiki.example.org" } }\n'
    file:close()
    assert(os.execute(("chmod 700 '%s/bin/mwlogin'"):format(state)))
    assert(os.execute(("chmod go-w '%s/mwlogin' '%s/mwlogin/config.lua'"):format(state, state)))
  end)

  teardown(function()
    folders.remove(state)
  end)

  ---The words so far, the last one begun; what bash would offer for it.
  local function offers(...)
    local words = {}
    for position, word in ipairs { "mwlogin", ... } do
      words[position] = "'" .. word .. "'"
    end
    return set(
      run(
        script
          .. ("COMP_WORDS=(%s)\nCOMP_CWORD=%d\n"):format(table.concat(words, " "), #words - 1)
          .. "_mwlogin\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n",
        "bash --norc",
        { XDG_STATE_HOME = state, XDG_CONFIG_HOME = state, PATH = state .. "/bin:/usr/bin:/bin" }
      )
    )
  end

  it("knows the subcommands", function()
    local all = offers ""
    for _, one in ipairs(outline.read()) do
      assert.is_true(all[one.name], one.name)
    end
    assert.same({ login = true, logout = true }, offers "log")
  end)

  it("knows each option of each subcommand", function()
    for _, one in ipairs(outline.read()) do
      local all = offers(one.name, "--")
      for _, option in ipairs(one.options) do
        assert.is_true(all[option.flag], one.name .. " " .. option.flag)
      end
    end
    assert.same({ ["--password-from"] = true }, offers("login", "--pas"))
  end)

  it("offers what an option takes", function()
    assert.same({ clientlogin = true }, offers("login", "--method", "cl"))
    local sources = offers("login", "--password-from", "")
    assert.is_true(sources["env:"] and sources["stdin"] and sources["totp:"])
    assert.is_true(offers("login", "--ca-file", "README")["README.md"])
    assert.is_nil(next(offers("login", "--user", "A")))
  end)

  it("offers profiles and kept wikis where a WIKI stands", function()
    assert.is_true(offers("login", "w")["work"])
    assert.is_true(offers("api", "--json", "")["work"])
    assert.is_true(offers("api", "--user", "Alice", "")["work"])
  end)

  it("offers files, token types, shells where they stand", function()
    assert.is_true(offers("run", "scri")["scripts"])
    assert.is_true(offers("replay", "README")["README.md"])
    assert.is_true(offers("record", "work", "README")["README.md"])
    assert.same({ csrf = true }, offers("token", "work", "cs"))
    assert.same({ fish = true }, offers("completion", "f"))
    assert.same({ logout = true }, offers("help", "logo"))
  end)
end)

describe("completion for zsh and fish", function()
  it("names each subcommand and option", function()
    for _, shell in ipairs { "zsh", "fish" } do
      local script = command.run({ "completion", shell }).stdout
      for _, one in ipairs(outline.read()) do
        assert.truthy(script:find(one.name, 1, true))
        for _, option in ipairs(one.options) do
          local flag = shell == "fish" and "-l " .. option.flag:sub(3) or option.flag
          assert.truthy(script:find(flag, 1, true), shell .. flag)
        end
      end
    end
  end)

  it("completes in zsh, as it is typed", function()
    assert.is_true(is_there "zsh", "apt-get install zsh (.ci/packages)")
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(command.run({ "completion", "zsh" }).stdout)
    file:close()
    local output = run(("script=%s\n"):format(path) .. [==[
      zmodload zsh/zpty
      zpty -b z zsh -f -i
      seen=""
      until_seen() {
        local line i
        for ((i = 0; i < 200; i++)); do
          while zpty -r -t z line; do seen+=$line; done
          [[ $seen == *$1* ]] && { print -r -- "seen $1"; seen=""; return }
          sleep 0.1
        done
        print -r -- "not seen: $1 in $seen"
        exit
      }
      zpty -w z "PROMPT=; unsetopt beep; stty -echo; autoload -Uz compinit; compinit -u -D"
      zpty -w z "source $script; setopt no_list_ambiguous; print re''ady"
      until_seen ready
      zpty -n -w z $'mwlogin log\t\t'
      until_seen "end the session on the wiki"
      zpty -n -w z $'\x15mwlogin login --pass\t'
      until_seen "--password-from"
      zpty -n -w z $'\x15mwlogin login --method cl\t'
      until_seen "clientlogin"
      zpty -d z
    ]==], "zsh -f")
    os.remove(path)
    assert.equal(
      "seen ready\nseen end the session on the wiki\nseen --password-from\nseen clientlogin\n",
      output
    )
  end)

  it("completes in fish", function()
    assert.is_true(is_there "fish", "apt-get install fish (.ci/packages)")
    local script = command.run({ "completion", "fish" }).stdout
    local function offers(line)
      return set((run(script .. ("\ncomplete -C '%s'\n"):format(line), "fish --no-config")))
    end
    local subcommands = offers "mwlogin log"
    assert.is_true(subcommands["login\tlog in to one wiki or several and say as whom"])
    local options = offers "mwlogin login --pass"
    assert.is_true(options["--password-from\twhere its password is read"])
    local methods = next(offers "mwlogin login --method cl")
    assert.matches("^clientlogin\t", methods)
  end)
end)

describe("mwlogin completion", function()
  it("offers kept wikis and profiles, and nothing where there are none", function()
    local wiki <close> = require("spec.wiki").start()
    local folder = folders.new()
    local env = { XDG_STATE_HOME = folder, XDG_CONFIG_HOME = folder, P = wiki.accounts.Alice }
    assert.equal("", command.run({ "completion", "wikis" }, { env = env }).stdout)
    local login = { "login", wiki.api, "--user", "Alice", "--password-from", "env:P", "--no-input" }
    assert.equal(0, command.run(login, { env = env }).code)
    assert.equal(wiki.api .. "\n", command.run({ "completion", "wikis" }, { env = env }).stdout)
    local entry = assert(io.popen("ls " .. folder .. "/mwlogin/*.json")):read "l"
    assert(os.execute("echo damaged > '" .. entry .. "'"))
    local result = command.run({ "completion", "wikis" }, { env = env })
    assert.same({ 0, "" }, { result.code, result.stdout .. result.stderr })
    folders.remove(folder)
  end)

  it("refuses a shell it does not know", function()
    local result = command.run { "completion", "tcsh" }
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("there are bash, zsh and fish", 1, true))
  end)
end)
