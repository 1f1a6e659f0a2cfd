-- Everything the command writes, starts and leaves behind, in every flow, looked through for what
-- it was given: output, traces, kept files, temporary files, the arguments and environment of the
-- programs it starts, crash messages.
local counts = require("spec.security.counts")
local folders = require "spec.folders"
local memory = require("spec.security.memory")
local shared = require "spec.shared"
local wikis = require("spec.wiki")

local ROW <const> = "runs of the command whose every trace was looked through for secrets"
local WRONG <const> = "not the password of anybody 99"

local function quoted(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

local function read_all(command)
  local pipe = assert(io.popen(command))
  local output = pipe:read("a")
  local good, _, code = pipe:close()
  return output, good and 0 or code
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
  file:flush()
  os.execute("chmod 600 " .. path)
end

-- A program on the PATH: notes how it was started, then does what it should.
local PROBE <const> = [[#!/bin/sh
{ tr '\0' '\n' </proc/$PPID/cmdline; tr '\0' '\n' </proc/$$/cmdline; /usr/bin/env; } >>"$PROBE_LOG"
%s
]]

describe("the command", function()
  local totp, folder
  local wiki = shared(wikis.start, { extensions = { "OATHAuth" } })

  lazy_setup(function()
    totp = wiki:two_factor("Alice")
  end)

  before_each(function()
    wiki:forget_used_codes()
    wiki:forget_throttles()
    folder = folders.new()
    for _, name in ipairs({ "tmp", "home", "state", "config", "given", "bin" }) do
      assert(os.execute(("mkdir -m 700 %s/%s"):format(folder, name)))
    end
    write(folder .. "/given/alice", wiki.accounts.Alice .. "\n")
    write(folder .. "/given/bob", wiki.accounts.Bob .. "\n")
    write(folder .. "/given/wrong", WRONG .. "\n")
    write(folder .. "/given/bot", wiki.botpassword.password .. "\n")
    write(folder .. "/given/totp", totp .. "\n")
    write(folder .. "/bin/show", PROBE:format('cat "$1"'))
    write(folder .. "/bin/report", PROBE:format(""))
    os.execute(("chmod 700 %s/bin/*"):format(folder))
  end)

  after_each(function()
    folders.remove(folder)
  end)

  -- Runs it and gives back all that can be seen of it: output, trace, what is left in its folders,
  -- and how the programs it starts were started.
  local function everything(line, variables)
    local words = { "env -u LUA_PATH -u LUA_CPATH" }
    for name, value in pairs(variables or {}) do
      words[#words + 1] = name .. "=" .. quoted(value)
    end
    local places = (
      "HOME=%s/home TMPDIR=%s/tmp XDG_STATE_HOME=%s/state XDG_CONFIG_HOME=%s/config "
      .. "PROBE_LOG=%s/probe PATH=%s/bin:$PATH"
    ):gsub("%%s", folder)
    words[#words + 1] = places
    words[#words + 1] = "scripts/mwlogin"
    words[#words + 1] =
      line:gsub("GIVEN", folder .. "/given"):gsub("WIKI", wiki.api):gsub("HOME", folder .. "/home")
    local output, code = read_all(table.concat(words, " ") .. " 2>&1 </dev/null")
    local left = read_all(
      (
        "cd %s && cat probe trace 2>/dev/null; find tmp home state config -type f "
        .. "-printf '%%p %%m\\n' -exec cat {} +"
      ):format(folder)
    )
    return output .. "\n" .. left, code, output
  end

  local function secrets()
    return {
      password = wiki.accounts.Alice,
      ["other password"] = wiki.accounts.Bob,
      ["wrong password"] = WRONG,
      ["bot password"] = wiki.botpassword.password,
      totp = totp,
    }
  end

  local function assert_no_secret(text)
    for name, secret in pairs(secrets()) do
      for form, bytes in pairs(memory.forms(secret)) do
        assert.is_nil(text:find(bytes, 1, true), ("%s, %s, in:\n%s"):format(name, form, text))
      end
    end
  end

  local OUTPUT <const> = " --no-input --trace=TRACE"
  local ALICE <const> = " --user Alice --password-from file:GIVEN/alice "
    .. "--field-from OATHToken=totp:file:GIVEN/totp"
  local RUNS <const> = {
    { "login WIKI" .. ALICE, 0 },
    { "login WIKI --json" .. ALICE, 0 },
    {
      "login WIKI --user Alice --password-from cmd:'show GIVEN/alice' "
        .. "--field-from OATHToken=totp:cmd:'show GIVEN/totp'",
      0,
    },
    { "login WIKI --json --user Alice --password-from env:P --field-from OATHToken=totp:env:T", 0 },
    { "login WIKI --json --user Alice --password-from file:GIVEN/alice", 3 },
    {
      "login WIKI --user Alice --password-from file:GIVEN/alice "
        .. "--field-from OATHToken=file:GIVEN/totp",
      3,
    },
    { "login WIKI --json --user Bob --password-from file:GIVEN/wrong", 1 },
    { "login WIKI --user Bob --password-from env:W", 1 },
    { "login WIKI --user Bob --password-from file:GIVEN/bob --method botpassword", 0 },
    { "login WIKI --user Alice@app --password-from file:GIVEN/bot", 0 },
    { "login WIKI --json --user Alice@app --password-from cmd:'show GIVEN/bot'", 0 },
    { "login WIKI --user Alice@app --password-from file:GIVEN/wrong", nil },
    { "login WIKI --no-remember --user Bob --password-from file:GIVEN/bob", 0 },
    { "whoami WIKI --json --user Bob --password-from file:GIVEN/bob", 0 },
    { "api WIKI action=query meta=userinfo --user Bob --password-from file:GIVEN/bob", 0 },
    { "api WIKI action=nonsense --user Bob --password-from file:GIVEN/bob", 1 },
    { "token WIKI csrf --user Bob --password-from file:GIVEN/bob", 0 },
    { "cookies WIKI --user Bob --password-from file:GIVEN/bob", 0 },
    { "doctor WIKI --user Bob --password-from file:GIVEN/bob", nil },
    { "logout WIKI --user Bob --password-from file:GIVEN/bob", 0 },
    { "exec --user Bob --password-from env:B WIKI -- report", 0 },
    { "exec --user Bob --password-from cmd:'show GIVEN/bob' WIKI -- report", 0 },
    { "record WIKI HOME/record.json" .. ALICE, 0 },
    { "record WIKI HOME/record.json --user Alice@app --password-from file:GIVEN/bot", 0 },
    { "record WIKI HOME/record.json --user Bob --password-from file:GIVEN/wrong", 1 },
    { "login http://127.0.0.1:1/api.php --user Bob --password-from file:GIVEN/bob", 4 },
    { "login WIKI --password-from file:GIVEN/bob", nil },
  }

  for _, case in ipairs(RUNS) do
    local line, expected = case[1], case[2]
    it("shows no secret: mwlogin " .. line, function()
      local trace = line:find(" %-%- ") and "" or OUTPUT:gsub("TRACE", folder .. "/trace")
      local text, code, output = everything(line .. trace, {
        P = line:find("env:P") and wiki.accounts.Alice or nil,
        T = line:find("env:T") and totp or nil,
        W = line:find("env:W") and WRONG or nil,
        B = line:find("env:B") and wiki.accounts.Bob or nil,
      })
      if expected then
        assert.equal(expected, code, output)
      end
      assert_no_secret(text)
      local started = line:find("show ") or line:find("report")
      assert.equal(started ~= nil, text:find("PROBE_LOG=", 1, true) ~= nil)
      assert.is_nil(output:find("stack traceback", 1, true), output)
      counts.record(ROW, 1, 0)
    end)
  end

  it("leaves nothing in temporary folders, and what it keeps is closed to others", function()
    everything("login WIKI" .. ALICE)
    assert.equal("", (read_all(("find %s/tmp %s/home -mindepth 1"):format(folder, folder))))
    assert.equal("", (read_all(("find %s/state -perm /077"):format(folder))))
    counts.record(ROW, 1, 0)
  end)

  -- Programs of people's own break; what they were given must not be in the message.
  local CRASHES <const> = {
    ["a handler that raises"] = [[
      handlers = { { name = "X", version = "1", kinds = { "TOTPAuthenticationRequest" },
        answer = function() error("no answer for " .. seen) end } },]],
    ["a handler that gives an error"] = [[
      handlers = { { name = "X", version = "1", kinds = { "TOTPAuthenticationRequest" },
        answer = function() return nil, "no answer for " .. seen end } },]],
    ["a handler that raises a table"] = [[
      handlers = { { name = "X", version = "1", kinds = { "TOTPAuthenticationRequest" },
        answer = function() error({ seen }) end } },]],
    ["a handler that answers another field"] = [[
      handlers = { { name = "X", version = "1", kinds = { "TOTPAuthenticationRequest" },
        answer = function() return { [seen] = seen } end } },]],
    ["an answer that raises"] = [[
      answers = { OATHToken = function() error("no answer for " .. seen) end },]],
    ["a responder that gives an error"] = [[
      respond = function() return nil, "no answer for " .. seen end,]],
    ["a password of the wrong type"] = [[password = { seen },]],
    ["an option of another name"] = [[passwort = seen,]],
  }

  for name, credentials in pairs(CRASHES) do
    it("shows no secret in the message about " .. name, function()
      write(
        folder .. "/crash.lua",
        ([[
        local mwlogin = require "mwlogin"
        local path = ...
        local lines = {}
        local wiki = assert(mwlogin.open(%q, { user_agent = "spec", trace = path .. "/trace" }))
        local seen = assert(io.open(path .. "/given/alice")):read("l")
        local me, err = wiki:login {
          username = "Alice",
          password = mwlogin.secret.file(path .. "/given/alice"),
          %s
        }
        assert(not me)
        io.stderr:write(tostring(err), "\n", err .. "", "\n")
        for key, value in pairs(err) do
          io.stderr:write(key, "=", tostring(value), "\n")
        end
        error(err)]]):format(wiki.api, credentials)
      )
      local text, code = everything(("run %s/crash.lua %s"):format(folder, folder))
      assert.is_true(code ~= 0)
      assert_no_secret(text)
      counts.record(ROW, 1, 0)
    end)
  end
end)
