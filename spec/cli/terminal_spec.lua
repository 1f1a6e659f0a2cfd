-- The command at a terminal: every prompt there is, at 40 columns, without colour, without UTF-8,
-- and Ctrl-C at each of them. spec/core/pty.c is the person, tmux another.
package.path = "./?.lua;./?/init.lua;" .. package.path
local folders = require "spec.folders"
local shared = require "spec.shared"
local wikis = require "spec.wiki"

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

---What is asked, in this order, and what a person types.
local PROMPTS <const> = {
  { "CAPTCHA: ", "Paris" },
  { "Username: ", "Alice" },
  { "Password: ", "%PASSWORD%" },
  { "Note [preset]: ", "" },
  { "Nickname (optional): ", "" },
  { "Passphrase: ", "hush" },
  { "Number [2]: ", "3" },
  { "Numbers, with blanks between (optional): ", "1 3" },
  { "I agree [y/N]: ", "y" },
  { "Express [y/N]: ", "n" },
}

describe("mwlogin login at a terminal", function()
  local folder
  local wiki = shared(wikis.start, {
    extensions = { "ConfirmEdit/QuestyCaptcha", "MwloginTest" },
    settings = "$wgCaptchaBadLoginAttempts = 0;",
  })

  folders.for_block(function(path)
    folder = path
  end)

  lazy_setup(function()
    assert(os.execute("cc -O1 -o " .. folder .. "/pty spec/core/pty.c -lutil"))
    wiki:set "$wgMwloginTest = [ 'AllFields' ];"
  end)

  before_each(function()
    wiki:forget_throttles()
    os.execute("rm -rf " .. folder .. "/mwlogin")
  end)

  local function play(steps, arguments, env, program)
    local path = folder .. "/steps"
    local file = assert(io.open(path, "w"))
    file:write(table.concat(steps, "\n"), "\n")
    file:close()
    local words = { "env", "-u", "LUA_PATH", "-u", "LUA_CPATH", "XDG_STATE_HOME=" .. folder }
    for name, value in pairs(env or {}) do
      words[#words + 1] = quoted(name .. "=" .. value)
    end
    table.move({ folder .. "/pty", path, program or "scripts/mwlogin" }, 1, 3, #words + 1, words)
    for _, word in ipairs(arguments) do
      words[#words + 1] = quoted(word)
    end
    local pipe <close> = assert(io.popen(table.concat(words, " ") .. " 2>&1"))
    return (pipe:read("a"):gsub("\r\n", "\n"))
  end

  ---Answers the first `count` prompts.
  local function answers(count)
    local steps = {}
    for position = 1, count do
      local prompt, answer = PROMPTS[position][1], PROMPTS[position][2]
      answer = answer:gsub("%%PASSWORD%%", function()
        return wiki.accounts.Alice
      end)
      steps[#steps + 1] = "wait " .. prompt
      steps[#steps + 1] = "send " .. answer .. "\\r"
    end
    return steps
  end

  local function plays(env)
    os.execute("rm -rf " .. folder .. "/mwlogin")
    local steps = answers(#PROMPTS)
    return play(steps, { "login", wiki.api }, env)
  end

  it("asks what the wiki asks, and is in", function()
    local output = plays {}
    assert.truthy(output:find("exit 0", 1, true), output)
    assert.truthy(output:find("as Alice (clientlogin)", 1, true), output)
    assert.is_nil(output:find(wiki.accounts.Alice, 1, true), output)
    assert.is_nil(output:find("hush", 1, true), output)
  end)

  for position, pair in ipairs(PROMPTS) do
    it(("gives the terminal back at Ctrl-C: %s"):format(pair[1]), function()
      local steps = answers(position - 1)
      steps[#steps + 1] = "wait " .. pair[1]
      steps[#steps + 1] = "send half an ans\\x03"
      steps[#steps + 1] = "wait interrupted"
      steps[#steps + 1] = "echo"
      local output = play(steps, { "login", wiki.api })
      assert.truthy(output:find("exit 130", 1, true), output)
      assert.truthy(output:find("echo on", 1, true), output)
      assert.is_nil(output:find("traceback", 1, true), output)
    end)
  end

  it("gives it back at Ctrl-C while it asks for a bot password, or for a source", function()
    for _, arguments in ipairs {
      { "login", wiki.api, "--user", "Alice@app" },
      { "login", wiki.api, "--user", "Alice", "--password-from", "prompt" },
      { "api", wiki.api, "action=query", "--access-token-from", "prompt" },
    } do
      local output =
        play({ "wait : ", "echo", "send abc\\x03", "wait interrupted", "echo" }, arguments)
      assert.truthy(output:find("exit 130", 1, true), output)
      assert.truthy(output:find("^echo off\necho on\n"), output)
    end
  end)

  it("is cancelled by Ctrl-C while the wiki does not answer", function()
    local program, server = folder .. "/beside-a-silent-wiki", folder .. "/silent-wiki.lua"
    local file = assert(io.open(server, "w"))
    file:write [[
      local wiki = assert(require("socket").bind("127.0.0.1", 0))
      local file = assert(io.open(arg[1] .. ".new", "w"))
      file:write((select(2, wiki:getsockname())))
      file:close()
      os.rename(arg[1] .. ".new", arg[1])
      local client = wiki:accept()
      client:receive "*l"
      print "by now it waits"
      client:receive "*a"
    ]]
    file:close()
    file = assert(io.open(program, "w"))
    file:write(([[#!/bin/sh
      lua5.4 %s %s/port &
      for i in $(seq 300); do [ -f %s/port ] && break; sleep 0.1; done
      exec scripts/mwlogin "$1" "http://127.0.0.1:$(cat %s/port)/api.php"
    ]]):format(server, folder, folder, folder))
    file:close()
    assert(os.execute("chmod 700 " .. program))
    local steps = { "wait by now it waits", "send \\x03", "wait cancelled", "echo" }
    local output = play(steps, { "whoami" }, {}, program)
    assert.truthy(output:find("exit 130", 1, true), output)
    assert.truthy(output:find("echo on", 1, true), output)
  end)

  it("writes nothing that a dumb terminal cannot show", function()
    for _, env in ipairs { { TERM = "dumb" }, { NO_COLOR = "1" }, { TERM = "" } } do
      local output = plays(env)
      assert.truthy(output:find("exit 0", 1, true), output)
      assert.is_nil(output:find("\27", 1, true), output)
    end
  end)

  it("shows ASCII where the locale is C, and takes other keys all the same", function()
    local output = plays { LC_ALL = "C" }
    assert.truthy(output:find("exit 0", 1, true), output)
    assert.is_nil(output:find "[\128-\255]", output)
    os.execute("rm -rf " .. folder .. "/mwlogin")
    output = play({
      "wait CAPTCHA: ",
      "send Paris\\r",
      "wait Username: ",
      "send J\\xc3\\xb6\\b\\b\\bAlice\\r",
      "wait Password: ",
      "send x\\r",
    }, { "login", wiki.api }, { LC_ALL = "C" })
    assert.truthy(output:find("exit 1", 1, true), output)
  end)

  it("breaks its lines at blanks on 40 columns", function()
    local narrow = folder .. "/narrow"
    local file = assert(io.open(narrow, "w"))
    file:write '#!/bin/sh\nstty cols 40 rows 24\nexec scripts/mwlogin "$@"\n'
    file:close()
    assert(os.execute("chmod 700 " .. narrow))
    local output = play(answers(#PROMPTS), { "login", wiki.api }, {}, narrow)
    assert.truthy(output:find("exit 0", 1, true), output)
    for line in output:gmatch "[^\n]+" do
      local is_ours = not line:find("http", 1, true)
      assert.is_true(not is_ours or utf8.len(line) <= 40 + #"blanks between (optional): 1 3", line)
    end
    assert.truthy(output:find("To protect the wiki against automated\npassword", 1, true), output)
    local nowhere = { "login", "http://127.0.0.1:1/api.php", "--no-input" }
    local refused = play({}, nowhere, {}, narrow)
    for line in refused:gmatch "[^\n]+" do
      assert.is_true(utf8.len(line) <= 40 or not line:find "%S%s+%S", line)
    end
  end)

  it("draws a picture with ASCII and without colour where there is no more", function()
    local showing <close> = wikis.start {
      extensions = { "ConfirmEdit/FancyCaptcha" },
      settings = "$wgCaptchaBadLoginAttempts = 0;",
    }
    local steps = { "wait CAPTCHA: ", "send \\x03", "wait interrupted" }
    local plain = play(steps, { "login", showing.api }, { LC_ALL = "C", TERM = "dumb" })
    assert.truthy(plain:find("exit 130", 1, true), plain)
    assert.is_nil(plain:find "[\128-\255\27]", plain)
    assert.truthy(select(2, plain:gsub("\n", "")) > 8, plain)
    local drawn = play(steps, { "login", showing.api }, { LC_ALL = "C.UTF-8", TERM = "xterm" })
    assert.truthy(drawn:find "[\128-\255]", drawn)
    local path = plain:match "The picture is in (%S+)"
    assert.is_nil(io.open(path), "the picture is gone with the login")
  end)
end)

describe("mwlogin in a tmux of 40 columns", function()
  local folder, tmux
  local wiki = shared(wikis.start)

  lazy_setup(function()
    folder = folders.new()
    tmux = ("env -u TMUX XDG_STATE_HOME=%s tmux -S %s/socket -f /dev/null "):format(folder, folder)
  end)

  lazy_teardown(function()
    os.execute(tmux .. "kill-server 2>/dev/null")
    folders.remove(folder)
  end)

  local function screen()
    local pipe <close> = assert(io.popen(tmux .. "capture-pane -p"))
    return pipe:read "a"
  end

  local function wait_for(text)
    local shown
    for _ = 1, 200 do
      shown = screen()
      if shown:find(text, 1, true) then
        return shown
      end
      os.execute "sleep 0.1"
    end
    error("never shown: " .. text .. "\n" .. shown, 2)
  end

  local function keys(...)
    local words = {}
    for position, key in ipairs { ... } do
      words[position] = quoted(key)
    end
    assert(os.execute(tmux .. "send-keys " .. table.concat(words, " ")))
  end

  it("logs in, hides the password, and leaves the shell as it was", function()
    assert(os.execute(tmux .. "new-session -d -x 40 -y 30 'PS1=ready: sh'"))
    wait_for "ready:"
    keys("scripts/mwlogin login " .. wiki.api, "Enter")
    wait_for "Username:"
    keys("Alicf", "BSpace", "e", "Enter")
    wait_for "Password:"
    keys("-l", wiki.accounts.Alice)
    keys "Enter"
    local shown = wait_for "(clientlogin)"
    assert.is_nil(shown:gsub("\n", ""):find(wiki.accounts.Alice, 1, true), shown)
    keys("clear", "Enter")
    keys("stty -a | grep -o ' echo '; echo en''ded", "Enter")
    assert.truthy(wait_for("ended"):find(" echo", 1, true))
  end)

  it("goes on where it was after Ctrl-Z", function()
    keys("clear; scripts/mwlogin login --account nobody " .. wiki.api, "Enter")
    wait_for "Username:"
    keys "C-z"
    wait_for "topped"
    keys("clear; fg", "Enter")
    keys("Alice", "Enter")
    wait_for "Password:"
    keys "C-c"
    wait_for "interrupted"
  end)
end)
