---The command with kept sessions: login keeps, the others reuse, `sessions` lists, `exec` hands on.
local command = require "spec.cli.command"
local disk = require "spec.store.disk"
local folders = require "spec.folders"
local shared = require "spec.shared"
local wiki = require "spec.wiki"

describe("the command", function()
  local state
  local w = shared(wiki.start)

  folders.for_each(function(path)
    state = path
  end)

  before_each(function()
    w:forget_throttles()
  end)

  local function run(...)
    return command.run({ ... }, { env = { XDG_STATE_HOME = state, P = w.accounts.Bob } })
  end

  local function log_in()
    local result =
      run("login", w.api, "--user", "Bob", "--password-from", "env:P", "--no-input", "--json")
    assert.equal(0, result.code, result.stderr)
    assert.truthy(result.stdout:find('"fresh":true', 1, true))
  end

  it("says at a second login that the first one lasts, and reads no password", function()
    log_in()
    local result =
      run("login", w.api, "--user", "Bob", "--password-from", "env:NOT_SET", "--no-input")
    assert.equal(0, result.code, result.stderr)
    assert.equal(("Still logged in to %s as Bob (clientlogin)\n"):format(w.api), result.stdout)
  end)

  it("sends one request and no POST for whoami after a login", function()
    log_in()
    w:mark()
    local result = run("whoami", w.api, "--json")
    assert.equal(0, result.code)
    assert.truthy(result.stdout:find('"name":"Bob"', 1, true))
    assert.truthy(result.stdout:find('"groups"', 1, true))
    assert.equal(1, #w:requests {})
    assert.equal(0, #w:requests { method = "POST" })
  end)

  it("reads no password again, even when the wiki has forgotten the session", function()
    log_in()
    w:forget_sessions()
    w:mark()
    assert.equal("Bob\n", run("whoami", w.api).stdout)
    assert.equal(0, #w:requests { method = "POST" })
  end)

  it("edits with what is kept", function()
    log_in()
    local result = run("api", w.api, "action=edit", "title=Kept", "text=hi", "--token", "csrf")
    assert.equal(0, result.code, result.stderr)
    assert.truthy(result.stdout:find("Success", 1, true))
    local words = { "action=query", "titles=Kept", "prop=revisions", "rvprop=content" }
    local shown = run("api", w.api, "rvslots=main", table.unpack(words))
    assert.truthy(shown.stdout:find '"content": ?"hi"', shown.stdout)
  end)

  it("makes no change as nobody, unless that is said", function()
    w:mark()
    local words = { "api", w.api, "action=edit", "title=Nobody", "text=hi", "--token", "csrf" }
    local result = run(table.unpack(words))
    assert.equal(3, result.code, result.stdout)
    assert.truthy(result.stderr:find("nobody is logged in", 1, true), result.stderr)
    assert.truthy(result.stderr:find("assert=anon", 1, true), result.stderr)
    assert.equal(0, #w:requests { method = "POST" })
    table.insert(words, 5, "assert=anon")
    result = run(table.unpack(words))
    assert.equal(0, result.code, result.stderr)
    assert.truthy(result.stdout:find("Success", 1, true))
  end)

  it("does nothing as nobody where an account is named that is not kept", function()
    log_in()
    w:mark()
    for _, words in ipairs {
      { "whoami", w.api },
      { "api", w.api, "action=query" },
      { "exec", w.api, "--", "true" },
      { "token", w.api, "csrf" },
      { "cookies", w.api },
    } do
      table.insert(words, 3, "--account")
      table.insert(words, 4, "bob")
      local result = run(table.unpack(words))
      assert.equal(3, result.code, words[1] .. result.stderr)
      assert.truthy(result.stderr:find("no session is kept of the account bob", 1, true))
    end
    assert.equal(0, #w:requests {})
    assert.equal(0, run("logout", w.api, "--account", "bob").code)
  end)

  it("asks which account is meant where several are kept, but not to look", function()
    log_in()
    local other = { "--account", "spare", "--user", "Bob", "--password-from", "env:P" }
    assert.equal(0, run("login", w.api, table.unpack(other)).code)
    local result = run("whoami", w.api)
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("Name one: --account NAME\n", 1, true), result.stderr)
    result = run("login", w.api)
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("a new name keeps this login", 1, true), result.stderr)
    result = run("doctor", w.api)
    assert.equal(0, result.code, result.stderr)
    assert.is_nil(result.stdout:find("this session is", 1, true))
  end)

  it("lists what is kept, never the values", function()
    assert.equal("", run("sessions").stdout)
    log_in()
    local words, objects = run("sessions").stdout, run("sessions", "--json").stdout
    assert.truthy(words:find("Bob (clientlogin)", 1, true))
    assert.truthy(objects:find('"method":"clientlogin"', 1, true))
    local pipe <close> = assert(io.popen("cat " .. state .. "/mwlogin/*.json"))
    for value in pipe:read("a"):gmatch("wikiToken\\t(%x+)") do
      assert.is_nil((words .. objects):find(value, 1, true))
    end
  end)

  it("forgets at logout", function()
    log_in()
    assert.equal(0, run("logout", w.api).code)
    assert.equal("", run("sessions").stdout)
    assert.truthy(run("whoami", w.api).stderr:find("not logged in", 1, true))
  end)

  it("hands the session to another program, and its exit code back", function()
    log_in()
    local result = run(
      "exec",
      w.api,
      "--",
      "sh",
      "-c",
      'curl -sb "$MWLOGIN_COOKIES" "$MWLOGIN_API?action=query&meta=userinfo&format=json"; '
        .. 'echo " $MWLOGIN_USER"; readlink -f "$MWLOGIN_COOKIES" >&2; exit 7'
    )
    assert.equal(7, result.code)
    assert.truthy(result.stdout:find('"name":"Bob"', 1, true), result.stdout)
    assert.truthy(result.stdout:find(" Bob\n", 1, true))
    -- it never had a name on a disk
    assert.truthy(result.stderr:find("memfd", 1, true), result.stderr)
  end)

  it("hands the session to clients that take a line with # in front for a comment", function()
    log_in()
    local client = [[
import http.cookiejar, os, urllib.request
jar = http.cookiejar.MozillaCookieJar(os.environ["MWLOGIN_COOKIES"])
jar.load(ignore_discard=True, ignore_expires=True)
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
address = os.environ["MWLOGIN_API"] + "?action=query&meta=userinfo&format=json"
print(opener.open(address).read().decode())
lines = open(os.environ["MWLOGIN_COOKIES"]).read().splitlines()
print([line for line in lines if line.startswith("#")])]]
    local result = run("exec", w.api, "--", "python3", "-c", client)
    assert.equal(0, result.code, result.stderr)
    assert.truthy(result.stdout:find('"name":"Bob"', 1, true), result.stdout)
    assert.truthy(result.stdout:find("['# Netscape HTTP Cookie File']", 1, true), result.stdout)
    assert.is_nil(run("cookies", w.api).stdout:find("#HttpOnly_", 1, true))
  end)

  for _, signal in ipairs { "TERM", "KILL", "HUP" } do
    it("leaves no cookies behind and no program when exec gets a " .. signal, function()
      log_in()
      local script = [[
        XDG_STATE_HOME=FOLDER env --default-signal=HUP scripts/mwlogin exec WIKI -- sh -c '
          echo $$ >FOLDER/pid; echo $MWLOGIN_COOKIES >FOLDER/path; exec sleep 60' &
        pid=$!
        for i in $(seq 400); do [ -s FOLDER/path ] && break; sleep 0.05; done
        head -c 9 $(cat FOLDER/path)
        kill -SIGNAL $pid; { wait $pid; } 2>/dev/null
        cat $(cat FOLDER/path) 2>&1
        child=$(cat FOLDER/pid)
        for i in $(seq 200); do
          grep -q "^State:.[^Z]" /proc/$child/status 2>/dev/null || { echo ended; break; }
          sleep 0.05
        done]]
      script = script:gsub("FOLDER", state):gsub("WIKI", w.api):gsub("SIGNAL", signal)
      local pipe <close> = assert(io.popen(script))
      local printed = pipe:read("a")
      assert.truthy(printed:find("# Netscap", 1, true), printed)
      assert.truthy(printed:find("No such file", 1, true), printed)
      assert.truthy(printed:find("ended", 1, true), printed)
    end)
  end

  it("says which program is missing", function()
    log_in()
    local result = run("exec", w.api, "--", "no-such-program-anywhere")
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("no-such-program-anywhere", 1, true))
    assert.truthy(result.stderr:find("PATH", 1, true), result.stderr)
  end)

  it("refuses what others can read, with the store's exit code", function()
    log_in()
    os.execute("chmod 644 " .. state .. "/mwlogin/*.json")
    local result = run("whoami", w.api)
    assert.equal(6, result.code)
    assert.truthy(result.stderr:find("is open to other users (chmod 600", 1, true), result.stderr)
  end)

  it("names the file that is damaged or newer, and what to do, and leaves it", function()
    log_in()
    local pipe <close> = assert(io.popen("ls " .. state .. "/mwlogin/*.json"))
    local path = pipe:read "l"
    for text, why in pairs {
      ["{ half"] = "it is damaged",
      [""] = "it is damaged",
      ['{"format":7}'] = "it was written by a newer mwlogin",
    } do
      local file = assert(io.open(path, "w"))
      file:write(text)
      file:close()
      for _, words in ipairs {
        { "whoami", w.api },
        { "sessions" },
        { "logout", w.api },
        { "login", w.api, "--user", "Bob", "--password-from", "env:P", "--no-input" },
      } do
        local result = run(table.unpack(words))
        assert.equal(6, result.code, words[1])
        assert.truthy(
          result.stderr:find(path .. " cannot be used: " .. why, 1, true),
          result.stderr
        )
        assert.truthy(result.stderr:find("remove", 1, true))
      end
      local kept <close> = assert(io.open(path))
      assert.equal(text, kept:read "a")
    end
  end)

  it("says that a login could not be kept, and ends with the store's exit code", function()
    if not disk.is_possible() then
      return pending "this user may mount nothing"
    end
    local line = "mkdir -m 700 FOLDER/mwlogin; dd if=/dev/zero of=FOLDER/filler 2>/dev/null; "
      .. "XDG_STATE_HOME=FOLDER P='%s' scripts/mwlogin login %s --user Bob --password-from env:P "
      .. "--no-input; echo $?"
    line = line:gsub("FOLDER", state):format(w.accounts.Bob, w.api)
    local said = disk.run(state, "size=16k", line)
    local expected = "Logged in as Bob, but the session cannot be kept: "
    assert.truthy(said:find(expected, 1, true), said)
    assert.truthy(said:find("No space left on device", 1, true), said)
    assert.truthy(said:find("\n6$"), said)
  end)
end)
