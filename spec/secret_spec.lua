-- Secrets and their sources: what is read, when, and what is said when nothing comes.
local core = require("mwlogin.core")
local secret = require("mwlogin.secret")

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Runs Lua in a process of its own, without a terminal; gives what it prints.
local function run(program, before, after)
  local pipe = assert(io.popen(table.concat({
    before or "",
    "LUA_INIT=",
    "LUA_PATH=" .. quoted(package.path),
    "LUA_CPATH=" .. quoted(package.cpath),
    '"$(command -v setsid)" -w "$(command -v lua5.4)" -e', -- `before` may change PATH
    quoted('local secret = require "mwlogin.secret" ' .. program),
    (after or "</dev/null") .. " 2>&1",
  }, " ")))
  local output = pipe:read("a")
  pipe:close()
  return output
end

local SHOW <const> = [[
  local function show(value, err)
    print(value and value:reveal() or err.kind, err and tostring(err))
  end
]]

describe("a secret", function()
  it("is made of a text by a call, and printed as ***", function()
    local value = secret("open sesame")
    assert.is_true(core.is_secret(value))
    assert.equal("open sesame", value:reveal())
    assert.equal("secret: ***", tostring(value))
  end)
end)

local function fails(kind, source)
  local value, err = source:read()
  assert.is_nil(value)
  assert.equal(kind, err.kind)
  assert.is_string(err.advice)
  return err
end

describe("a source", function()
  it("is an environment variable, read each time", function()
    local source = secret.env("PWD") -- which no later program of these specs will miss
    assert.equal(os.getenv("PWD"), source:read():reveal())
    assert.equal("source: env:PWD", tostring(source))
    assert.is_true(secret.is_source(source))
    assert.is_false(secret.is_source(secret("x")))
    assert.is_false(secret.is_source("env:PWD"))
  end)

  it("names the variable that is not set, or empty", function()
    assert.matches(
      "MWLOGIN_NOT_SET is not set",
      fails("answer", secret.env("MWLOGIN_NOT_SET")).message
    )
    local said = run(SHOW .. 'show(secret.env("EMPTY"):read())', "EMPTY=")
    assert.matches("answer.*EMPTY is empty", said)
  end)

  it("is a command's first line", function()
    local source = secret.command({ "printf", "open sesame\\nsecond\\n" })
    assert.equal("open sesame", source:read():reveal())
    local err = fails("answer", secret.command({ "false" }))
    assert.matches("command false", err.message)
    fails("answer", secret.command({ "/no/such/program" }))
    assert.has_error(function()
      secret.command("echo secret")
    end)
    assert.error_matches(function()
      secret.command({ "printf" }, { timeot = 1 })
    end, "secret.command has no option 'timeot'; did you mean 'timeout'")
    assert.error_matches(function()
      secret.command({ "printf" }, { timeout = math.huge })
    end, "secret.command: option 'timeout' must be above 0")
  end)

  it("is the first line of standard input, given to all who ask", function()
    local program = SHOW .. "show(secret.stdin():read()) show(secret.stdin():read())"
    assert.equal("one\t\none\t\n", (run(program, "printf 'one\\ntwo\\n' |", "")):gsub("nil", ""))
    assert.matches("^answer", run(program))
  end)

  it("is asked from a person, and an interaction where there is no terminal", function()
    assert.matches("^interaction\t.*no terminal", run(SHOW .. "show(secret.prompt():read())"))
    assert.is_true(secret.prompt().needs_person)
    assert.is_false(secret.env("PWD").needs_person)
  end)

  it("is a one-time code", function()
    local source = secret.totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    assert.matches("^%d%d%d%d%d%d$", source:read():reveal())
  end)

  describe("of git", function()
    local ASK <const> = 'show(secret.git("https://wiki.example.org/w/api.php"):read())'

    ---@param helper string a shell function's body, run as git's only credential helper
    local function helped_by(helper)
      return "HOME=/nowhere GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.helper "
        .. "GIT_CONFIG_VALUE_0="
        .. quoted(('!f() { test "$1" = get && %s; }; f'):format(helper))
    end

    it("is what its credential helpers know", function()
      local helper = helped_by("cat >/dev/null && echo username=u && echo password=from-git")
      assert.matches("^from%-git\t", run(SHOW .. ASK, helper))
    end)

    it("is that of the user who logs in", function()
      local helper = helped_by("grep -q '^username=Alice$' && echo password=hers")
      local program = 'local it = secret.git("https://wiki.example.org/") it.username = %q '
        .. "show(it:read())"
      assert.matches("^hers\t", run(SHOW .. program:format("Alice"), helper))
      local said = run(SHOW .. program:format("Bob"), helper)
      assert.matches("git knows no password for Bob at https://wiki.example.org", said)
    end)

    it("is asked from nobody: git has neither terminal nor window for it", function()
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write("#!/bin/sh\necho asked\n")
      file:close()
      os.execute("chmod 700 " .. path)
      local env = ("HOME=/nowhere GIT_ASKPASS=%s SSH_ASKPASS=%s"):format(path, path)
      local said = run(SHOW .. ASK, env)
      os.remove(path)
      assert.matches("answer\t.*git knows no password for https://wiki.example.org", said)
    end)

    it("is an error where there is no git", function()
      assert.matches("answer\t.*git is not there", run(SHOW .. ASK, "PATH=/nowhere"))
    end)
  end)
end)

describe("a secret file", function()
  local path

  before_each(function()
    path = os.tmpname()
    os.execute("chmod 600 " .. path)
  end)

  after_each(function()
    os.remove(path)
  end)

  local function write(text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
  end

  it("gives its first line", function()
    for _, ending in ipairs({ "", "\n", "\r\n", "\nsecond\n" }) do
      write("open sesame" .. ending)
      assert.equal("open sesame", secret.file(path):read():reveal())
    end
  end)

  it("keeps blanks: a password is not trimmed", function()
    write(" open  sesame \n")
    assert.equal(" open  sesame ", secret.file(path):read():reveal())
  end)

  it("is refused when others can read it", function()
    write("open sesame\n")
    os.execute("chmod 644 " .. path)
    local err = fails("answer", secret.file(path))
    assert.matches(path, err.message, 1, true)
    assert.matches("chmod 600", err.message)
  end)

  it("is refused when it is empty, missing or a folder", function()
    write("\nsecond")
    assert.matches("empty", fails("answer", secret.file(path)).message)
    assert.equal("Check the path.", fails("answer", secret.file(path .. ".missing")).advice)
    assert.matches("plain file", fails("answer", secret.file("/tmp")).advice)
  end)
end)

describe("what is behind an answer", function()
  it("is a plain value, a source read, or a function called", function()
    assert.equal("plain", secret.resolve("plain"))
    assert.equal(3, secret.resolve(3))
    assert.equal(os.getenv("PWD"), secret.resolve(secret.env("PWD")):reveal())
    assert.equal(
      "made",
      secret.resolve(function()
        return "made"
      end)
    )
    assert.equal(
      os.getenv("PWD"),
      secret
        .resolve(function()
          return secret.env("PWD")
        end)
        :reveal()
    )
    local value, reason = secret.resolve(function()
      return nil, "not today"
    end)
    assert.is_nil(value)
    assert.matches("not today", tostring(reason))
  end)
end)

describe("a credential", function()
  it("that a function does not give is an error that names it", function()
    for _, said in ipairs({ "not today", false }) do
      local value, err = secret.read(function()
        return nil, said or nil
      end, "password")
      assert.is_nil(value)
      assert.equal("answer", err.kind)
      assert.matches("'password' gave nothing", err.message)
      assert.is_true(not said or err.message:find("not today", 1, true) ~= nil)
    end
  end)

  it("that is no text is an error that names it", function()
    local value, err = secret.read(function()
      return 5
    end, "password")
    assert.is_nil(value)
    assert.equal("answer", err.kind)
    assert.matches("'password' gave a number", err.message)
  end)
end)

describe("SOURCE", function()
  local function parsed(text)
    local source, err = secret.parse(text)
    assert(source, err)
    return source
  end

  it("is written env:, file:, cmd:, stdin, prompt, git, totp:", function()
    for text, label in pairs({
      ["env:PWD"] = "env:PWD",
      ["file:/etc/x y"] = "file:/etc/x y",
      ["cmd:pass show wiki"] = "cmd:pass",
      stdin = "stdin",
      prompt = "prompt",
      git = "git",
      ["git:https://wiki.example.org"] = "git",
      ["totp:env:SEED"] = "totp",
    }) do
      assert.equal(label, parsed(text).label)
    end
  end)

  it("splits a command into words, with quotes, and expands nothing", function()
    local source = parsed([[cmd:printf '%s|%s|%s|%s' "a b" 'c "d"' "" $HOME*]])
    assert.equal('a b|c "d"||$HOME*', source:read():reveal())
  end)

  it("that is none is an error that does not repeat it", function()
    for _, text in ipairs({
      "hunter22",
      "hunter22:x",
      "env:",
      "env:not a name hunter22",
      "file:",
      "cmd:",
      "cmd:printf 'hunter22",
      "totp:hunter22",
      "stdin:hunter22",
      "",
    }) do
      local source, err = secret.parse(text)
      assert.is_nil(source, text)
      assert.equal("answer", err.kind)
      assert.is_string(err.advice)
      assert.is_nil(tostring(err):find("hunter22", 1, true))
    end
  end)

  it("with a quote that is not closed says so", function()
    local _, err = secret.parse("cmd:printf 'x")
    assert.matches("quote", err.message)
  end)
end)
