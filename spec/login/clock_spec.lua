-- Clocks that are wrong, or are set while a program runs: what is kept stays, no lock is held for
-- ever, no one-time code is given twice.
local command = require("spec.cli.command")
local folders = require("spec.folders")
local lua_process = require("spec.lua_process")
local redis_server = require("spec.store.redis_server")
local shared = require("spec.shared")
local store = require("mwlogin.store")
local wikis = require("spec.wiki")

local HOUR <const>, DAY <const> = 3600, 86400

describe("a clock that", function()
  local folder, clock, preload
  local wiki = shared(wikis.start)

  lazy_setup(function()
    preload = os.tmpname() .. ".so"
    local source = "spec/login/shifted_clock.c"
    assert(os.execute(("${CC:-gcc} -shared -fPIC -o %s %s"):format(preload, source)))
  end)

  lazy_teardown(function()
    os.remove(preload)
  end)

  folders.for_each(function(path)
    folder = path
  end)

  before_each(function()
    clock = folder .. "/clock"
    wiki:forget_throttles()
  end)

  local function set(seconds)
    local file <close> = assert(io.open(clock, "w"))
    file:write(("%d"):format(seconds))
  end

  local function run(...)
    return command.run({ ... }, {
      env = {
        XDG_STATE_HOME = folder,
        P = wiki.accounts.Bob,
        LD_PRELOAD = preload,
        MWLOGIN_CLOCK = clock,
      },
    })
  end

  local function log_in()
    local result = run("login", wiki.api, "--user", "Bob", "--password-from", "env:P", "--no-input")
    assert.equal(0, result.code, result.stderr)
    wiki:mark()
  end

  local function is_kept()
    wiki:forget_sessions()
    local result = run("whoami", wiki.api, "--no-input")
    assert.equal("Bob\n", result.stdout, result.stderr)
    assert.equal(0, #wiki:requests({ method = "POST" }))
  end

  it("was right when a session was kept, and is set back, does not matter", function()
    log_in()
    set(-400 * DAY)
    assert.truthy(
      run("sessions").stdout:find("kept in the future by this machine's clock", 1, true)
    )
    is_kept()
  end)

  it("was behind when a session was kept, and is set right, does not matter", function()
    set(-20 * DAY)
    log_in()
    set(0)
    assert.truthy(run("sessions").stdout:find("20 days old", 1, true))
    is_kept()
  end)

  it("is ahead for a while makes cookies useless, and loses none", function()
    log_in()
    set(400 * DAY)
    assert.truthy(run("sessions").stdout:find("its time was over 2%d%d days ago"))
    local result = run("whoami", wiki.api, "--no-input")
    assert.equal(3, result.code, result.stdout)
    set(0)
    is_kept()
  end)

  local LONG_RUN <const> = [[
    local api, folder = ...
    local mwlogin = require("mwlogin")
    local store = mwlogin.store.file({ folder = folder })
    local wiki <close> = assert(mwlogin.open(api, { user_agent = "spec", store = store }))
    assert(wiki:login({ username = "Bob" }))
    print("logged in")
    io.stdout:flush()
    io.read("l")
    print(select(2, wiki:get({ action = "query" })).kind)]]

  it("jumps ahead in a long run loses none either", function()
    log_in()
    set(0)
    local process = lua_process.start(LONG_RUN, {
      env = { LD_PRELOAD = preload, MWLOGIN_CLOCK = clock },
      stdin = "pipe",
    }, wiki.api, folder .. "/mwlogin")
    assert.equal("logged in", process:read(1, { stop = "\n" }))
    set(400 * DAY)
    process:write(0, "\n")
    assert.equal("interaction\n", lua_process.output(process))
    set(0)
    is_kept()
  end)

  local WAIT <const> = [[
    local api, folder = ...
    local mwlogin = require("mwlogin")
    local store = mwlogin.store.file({ folder = folder })
    local opts = { user_agent = "spec", store = store, account = "Bob", max_wait = 1 }
    local wiki <close> = assert(mwlogin.open(api, opts))
    print("waiting")
    io.stdout:flush()
    print(select(2, wiki:login({ username = "Bob", password = "x" })).code)]]

  for what, jump in pairs({ ["jumps ahead"] = DAY, ["is set back"] = -DAY }) do
    it(what .. " while somebody waits for a lock makes no wait longer", function()
      local entries = require("mwlogin.store.entry")
      set(0)
      local lock =
        assert(store.file({ folder = folder .. "/mwlogin" }):lock(entries.id(wiki.api, "Bob")))
      local process = lua_process.start(WAIT, {
        env = { LD_PRELOAD = preload, MWLOGIN_CLOCK = clock },
      }, wiki.api, folder .. "/mwlogin")
      assert.equal("waiting", process:read(1, { stop = "\n" }))
      set(jump)
      assert.equal("timeout\n", lua_process.output(process))
      lock:release()
    end)
  end

  it("jumps ahead in Redis frees a lock early, and a late write is refused all the same", function()
    set(0)
    local server = redis_server.start(folder, {
      env = { LD_PRELOAD = preload, MWLOGIN_CLOCK = clock },
    })
    local kept = store.redis(server:client())
    local early = assert(kept:lock("one"))
    assert.is_nil((kept:lock("one")))
    set(HOUR)
    local lock
    for _ = 1, 500 do
      lock = lock or kept:lock("one")
    end
    assert.is_true(kept:write("one", "newer", assert(lock)))
    local written, err = kept:write("one", "late", early)
    assert.is_nil(written)
    assert.equal("superseded", err.code)
    assert.equal("newer", kept:read("one"))
    server:stop()
  end)

  it("is set back in Redis keeps no lock of the dead", function()
    set(0)
    local server = redis_server.start(folder, {
      env = { LD_PRELOAD = preload, MWLOGIN_CLOCK = clock },
    })
    local kept = store.redis(server:client())
    local dead = assert(kept:lock("one"))
    assert.is_nil((kept:lock("one")))
    set(-HOUR)
    local lock
    for _ = 1, 500 do
      lock = lock or kept:lock("one")
    end
    assert(kept:write("one", "newer", assert(lock)))
    assert.equal("superseded", select(2, kept:write("one", "late", dead)).code)
    server:stop()
  end)

  local CODES <const> = [[
    local key = "otpauth://totp/Bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=1"
    local codes = require("mwlogin.secret").totp(key)
    for _ = 1, 2 do
      local code, err = codes:read()
      print(code and code:reveal() or tostring(err))
      io.stdout:flush()
      io.read("l")
    end]]

  ---The code before the clock is set, and what comes after.
  local function codes(jump)
    set(0)
    local process = lua_process.start(CODES, {
      env = { LD_PRELOAD = preload, MWLOGIN_CLOCK = clock },
      stdin = "pipe",
    })
    local first = process:read(1, { stop = "\n" })
    set(jump)
    process:write(0, "\n")
    local second = process:read(1, { stop = "\n" })
    process:close()
    return first, second
  end

  it("is set back a little gives no one-time code twice", function()
    local first, second = codes(-1)
    assert.truthy(first:find("^%d%d%d%d%d%d$"), first)
    assert.truthy(second:find("^%d%d%d%d%d%d$"), second)
    assert.not_equal(first, second)
  end)

  it("is set back far is an error, and no wait", function()
    local first, second = codes(-HOUR)
    assert.truthy(first:find("^%d%d%d%d%d%d$"), first)
    assert.truthy(second:find("clock was set back", 1, true), second)
  end)
end)
