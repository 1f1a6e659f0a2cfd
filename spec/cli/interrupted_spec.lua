-- mwlogin login with several WIKIs that is interrupted while one of them does not answer: in the
-- resolver, while it connects, at each request. What was done by then is kept and told, nothing
-- more is sent, and a person sees no traceback.
local cjson = require("cjson")
local command = require("spec.cli.command")
local core = require("mwlogin.core")
local folders = require("spec.folders")
local names = require("spec.faults.names")
local shared = require("spec.shared")
local socket = require("socket")
local staged_wiki = require("spec.core.staged_wiki")

local PASSWORD <const> = ("0123456789abcdef"):rep(2)
local PLACES <const> = { "resolve", "connect", "token", "login", "proof" }
local STAGES <const> = { token = "token", login = "token login", proof = "token login proof" }

describe("mwlogin login with several wikis that is interrupted", function()
  local good, bad = shared(staged_wiki.start), shared(staged_wiki.start)
  local host = shared(names.start)
  local folder, full

  lazy_setup(function()
    host:say({})
    -- whoever connects here waits: the queue of those who are not accepted is full
    full = { socket.bind("127.0.0.1", 0, 0) }
    full.port = select(2, full[1]:getsockname())
    for _ = 1, 3 do
      local client = socket.tcp()
      client:settimeout(0.2)
      client:connect("127.0.0.1", full.port)
      full[#full + 1] = client
    end
  end)

  lazy_teardown(function()
    for _, one in ipairs(full) do
      one:close()
    end
  end)

  folders.for_each(function(path)
    folder = path
  end)

  local function address_of(place)
    if place == "resolve" then
      return "https://nowhere.example.test/api.php"
    elseif place == "connect" then
      return ("http://127.0.0.1:%d/api.php"):format(full.port)
    end
    return bad.api
  end

  -- Until both have come as far as they come, and what one got is kept, or the program has ended.
  local function await(place, process)
    local function have_come()
      local pipe <close> = assert(io.popen("ls " .. folder .. "/mwlogin/*.json 2>/dev/null"))
      return pipe:read("l") and (not STAGES[place] or bad:stages() == STAGES[place])
    end
    for _ = 1, 3000 do
      if have_come() or process:wait(0.01) then
        break
      end
    end
    assert.equal("token login proof", good:stages())
  end

  local function start(place, ...)
    good:answer()
    bad:answer(STAGES[place] and { [place] = { staged_wiki.SILENCE, "{}" } })
    local env = { P = PASSWORD, XDG_STATE_HOME = folder, LUA_PATH = false, LUA_CPATH = false }
    for name, value in pairs(host.env) do
      env[name] = value
    end
    local words =
      { "sh", "-c", 'exec "$@" 2>"$0"', folder .. "/stderr", "scripts/mwlogin", "login" }
    for _, word in ipairs({
      good.api,
      address_of(place),
      "--user",
      "Alice@app",
      "--method",
      "botpassword",
      "--password-from",
      "env:P",
      "--timeout",
      "250",
      "--connect-timeout",
      "250",
      "--no-input",
      ...,
    }) do
      words[#words + 1] = word
    end
    local process = assert(core.process(words, { stdout = "pipe", stdin = "null", env = env }))
    await(place, process)
    return process
  end

  ---@return table how it ended: { exit } or { signal }
  ---@return string stdout
  ---@return string stderr
  local function ended(process)
    local stdout = process:read(1, { timeout = 45 }) or ""
    local how = assert(process:wait(15))
    process:close()
    local file <close> = assert(io.open(folder .. "/stderr"))
    return how, stdout, file:read("a")
  end

  -- What is kept serves, without a password; of the other wiki nothing is.
  local function is_kept()
    good:answer()
    local options = { env = { XDG_STATE_HOME = folder } }
    local result = command.run({ "whoami", good.api, "--no-input" }, options)
    assert.equal(0, result.code, result.stderr)
    assert.equal("proof", good:stages():match("^%S+"))
    local listed = command.run({ "sessions" }, options)
    assert.is_nil(listed.stdout:find(tostring(bad.port), 1, true), listed.stdout)
  end

  for _, place in ipairs(PLACES) do
    it("by Ctrl-C, while one does not answer: " .. place, function()
      local process = start(place, "--json")
      process:kill("INT")
      local how, stdout, stderr = ended(process)
      assert.same({ exit = 130 }, how)
      local lines = {}
      for line in stdout:gmatch("[^\n]+") do
        lines[#lines + 1] = cjson.decode(line)
      end
      assert.equal(2, #lines, stdout)
      assert.same({ good.api, "Alice" }, { lines[1].wiki, lines[1].name })
      assert.same({ address_of(place), "cancelled" }, { lines[2].wiki, lines[2].error.kind })
      assert.truthy(stderr:find("1 of 2 wikis were not done", 1, true), stderr)
      assert.truthy(stderr:find("mwlogin: cancelled\n$"), stderr)
      assert.is_nil((stdout .. stderr):find("traceback", 1, true), stderr)
      assert.is_nil((stdout .. stderr):find(PASSWORD, 1, true))
      if STAGES[place] then
        assert.equal(STAGES[place], bad:stages())
      end
      is_kept()
    end)
  end

  it("tells a person in words what was done", function()
    local process = start("login")
    process:kill("INT")
    local _, stdout = ended(process)
    assert.equal(("Logged in to %s as Alice (botpassword)\n"):format(good.api), stdout)
  end)

  it("is a script of one's own just as well", function()
    good:answer()
    bad:answer({ login = { staged_wiki.SILENCE, "{}" } })
    local script <close> = assert(io.open(folder .. "/script.lua", "w"))
    script:write([[
      local mwlogin = require("mwlogin")
      local store = mwlogin.store.file()
      for _, result in ipairs(mwlogin.gather({ ... }, function(api, pool)
        local wiki <close> = assert(mwlogin.open(api, {
          user_agent = "spec",
          pool = pool,
          store = store,
        }))
        local password = mwlogin.secret.env("P")
        return wiki:login({ username = "Alice@app", password = password, method = "botpassword" })
      end)) do
        print(result.ok)
      end]])
    script:flush()
    local words = { "sh", "-c", 'exec "$@" 2>"$0"', folder .. "/stderr", "scripts/mwlogin", "run" }
    table.move({ folder .. "/script.lua", good.api, bad.api }, 1, 3, #words + 1, words)
    local env = { P = PASSWORD, XDG_STATE_HOME = folder, LUA_PATH = false, LUA_CPATH = false }
    local process = assert(core.process(words, { stdout = "pipe", stdin = "null", env = env }))
    await("login", process)
    process:kill("INT")
    local how, stdout, stderr = ended(process)
    assert.same({ exit = 130 }, how)
    assert.same({ "", "mwlogin: cancelled\n" }, { stdout, stderr })
    is_kept()
  end)

  it("takes its line away from a terminal, which is whole", function()
    good:answer()
    bad:answer({ login = { staged_wiki.SILENCE, "{}" } })
    assert(os.execute(("${CC:-gcc} -O1 spec/core/pty.c -o %s/pty -lutil"):format(folder)))
    local steps = assert(io.open(folder .. "/steps", "w"))
    steps:write("wait 1 of 2 done\nsend \\x03\nwait cancelled\necho\n")
    steps:close()
    local line = "TERM=xterm XDG_STATE_HOME=%s P=%s %s/pty %s/steps scripts/mwlogin login %s %s "
      .. "--user Alice@app --method botpassword --password-from env:P --no-input 2>&1"
    local pipe <close> =
      assert(io.popen(line:format(folder, PASSWORD, folder, folder, good.api, bad.api)))
    local shown = pipe:read("a")
    assert.truthy(shown:find("^echo on\nexit 130\n"), shown)
    local cleared = shown:find("\r\27[K", 1, true)
    assert.truthy(cleared, shown)
    assert.truthy(shown:find("Logged in to " .. good.api, cleared, true), shown)
    assert.truthy(shown:find("1 of 2 wikis were not done", cleared, true), shown)
    is_kept()
  end)

  it("by Ctrl-C twice, ends all the same", function()
    local process = start("login")
    process:kill("INT")
    process:kill("INT")
    local how, stdout, stderr = ended(process)
    assert.is_true(how.exit == 130 or how.signal == 2)
    assert.is_nil((stdout .. stderr):find("traceback", 1, true), stderr)
    is_kept()
  end)

  for number, name in pairs({ [15] = "TERM", [1] = "HUP" }) do
    for _, place in ipairs(PLACES) do
      it(("by SIG%s ends by it, and what was done is kept: %s"):format(name, place), function()
        local process = start(place)
        process:kill(name)
        local how, stdout, stderr = ended(process)
        assert.same({ signal = number }, how)
        assert.equal("", stdout .. stderr)
        is_kept()
      end)
    end
  end
end)
