-- Several machines that log in to a real wiki and share one Redis: one login for all, whatever
-- happens to a machine or to Redis in the middle of it.
local entries = require("mwlogin.store.entry")
local folders = require("spec.folders")
local lua_process = require("spec.lua_process")
local mwlogin = require("mwlogin")
local redis_server = require("spec.store.redis_server")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

describe("machines over one Redis", function()
  local folder, server, name, password, id
  local wiki = shared(wikis.start)

  lazy_setup(function()
    name, password = wiki.botpassword.name, wiki.botpassword.password
    id = entries.id(wiki.api, name)
  end)

  before_each(function()
    folder = folders.new()
    server = redis_server.start(folder, { lasting = true })
    wiki:forget_sessions()
    wiki:mark()
  end)

  after_each(function()
    server:stop()
    folders.remove(folder)
  end)

  local LOG_IN <const> = [[
    local api, path, seconds, username, password, hangs = ...
    package.preload.redis = loadfile("/usr/share/lua/5.1/redis.lua")
    local mwlogin = require("mwlogin")
    local store = mwlogin.store.redis(function()
      return require("redis").connect("unix://" .. path)
    end, { lock_seconds = tonumber(seconds) })
    local wiki <close> = assert(mwlogin.open(api, { user_agent = "spec", store = store }))
    local me, err = wiki:login({
      username = username,
      method = "botpassword",
      password = function()
        if hangs == "hangs" then
          print("holds the lock")
          io.stdout:flush()
          require("mwlogin.core").pool():sleep(3600)
        end
        return password
      end,
    })
    print(me and me.name or err, me and me.fresh)]]

  local function log_in(seconds, hangs)
    return lua_process.start(
      LOG_IN,
      wiki.api,
      server.path,
      tostring(seconds),
      name,
      password,
      hangs and "hangs" or ""
    )
  end

  ---How many logged in, and how many of them afresh.
  local function count(machines)
    local good, fresh = 0, 0
    for _, process in ipairs(machines) do
      local said = lua_process.output(process)
      local user, is_fresh = said:match("^(%a+)\t(%a+)\n$")
      assert.equal("Alice", user, said)
      good = good + 1
      fresh = fresh + (is_fresh == "true" and 1 or 0)
    end
    return good, fresh
  end

  local function logins()
    return #wiki:requests({ method = "POST", action = "login" })
  end

  it("log in once, and all of them are logged in", function()
    local good, fresh = count({ log_in(60), log_in(60), log_in(60) })
    assert.equal(3, good)
    assert.equal(1, fresh)
    assert.equal(1, logins())
  end)

  it("go on when one is killed that holds the lock, and its late write is refused", function()
    local held = log_in(1, true)
    assert.equal("holds the lock", held:read(1, { stop = "\n" }))
    local dead = { holder = assert(server:client():get("mwlogin:" .. id .. ":lock")) }
    held:kill("KILL")
    held:close()
    local good, fresh = count({ log_in(1), log_in(1) })
    assert.equal(2, good)
    assert.equal(1, fresh)
    assert.equal(1, logins())
    local kept = mwlogin.store.redis(server:client())
    local before = assert(kept:read(id))
    local written, err = kept:write(id, "late", dead)
    assert.is_nil(written)
    assert.equal("superseded", err.code)
    assert.equal(before, kept:read(id))
  end)

  it("reuse what is kept after Redis has restarted", function()
    count({ log_in(60) })
    server:restart()
    local good, fresh = count({ log_in(60), log_in(60) })
    assert.equal(2, good)
    assert.equal(0, fresh)
    assert.equal(1, logins())
  end)

  it("log in once more when Redis has lost everything", function()
    count({ log_in(60) })
    server:client():flushall()
    local good, fresh = count({ log_in(60), log_in(60) })
    assert.equal(2, good)
    assert.equal(1, fresh)
    assert.equal(2, logins())
  end)

  -- == in one of them =============================================================================

  local function open(client, options)
    local opts = { user_agent = "spec", store = mwlogin.store.redis(client) }
    for key, value in pairs(options or {}) do
      opts[key] = value
    end
    return assert(mwlogin.open(wiki.api, opts))
  end

  ---What happens when the password is asked for: the lock is held then, and nothing is sent.
  local function credentials(meanwhile)
    return {
      username = name,
      method = "botpassword",
      password = function()
        meanwhile()
        return password
      end,
    }
  end

  it("do not log in when Redis is gone: nothing is sent, no secret is read", function()
    local session <close> = open(server:client())
    server:kill()
    local read = false
    local me, err = session:login(credentials(function()
      read = true
    end))
    assert.is_nil(me)
    assert.equal("store", err.kind)
    assert.truthy(err.message:find("Redis", 1, true))
    assert.is_false(read)
    assert.equal(0, #wiki:requests())
  end)

  for what, happens in pairs({
    ["goes away"] = "kill",
    ["freezes"] = "freeze",
  }) do
    it("are logged in when Redis " .. what .. " meanwhile, and are told", function()
      local session <close> = open(server:client(1))
      local me = assert(session:login(credentials(function()
        server[happens](server)
      end)))
      assert.equal("Alice", me.name)
      assert.equal("store", me.unkept.kind)
      assert.equal("redis", me.unkept.code)
      assert.truthy(me.unkept.message:find("Redis cannot be used", 1, true))
      assert.equal("Alice", session:whoami().name)
      assert.equal(1, logins())
    end)
  end

  it("log in while Redis is slow", function()
    local session <close> = open(server:client(30))
    local me = assert(session:login(credentials(function()
      server:freeze()
      os.execute(("(sleep 0.5; kill -CONT %d) >/dev/null 2>&1 &"):format(server.process:pid()))
    end)))
    assert.equal("Alice", me.name)
    assert.is_nil(me.unkept)
    assert(entries.decode(id, mwlogin.store.redis(server:client()):read(id)))
  end)

  it("keep what was there when Redis goes away in the middle of a new login", function()
    count({ log_in(60) })
    local before = mwlogin.store.redis(server:client()):read(id)
    wiki:forget_sessions()
    do
      local session <close> = open(server:client())
      assert(session:login(credentials(function()
        server:kill()
      end)))
    end
    server:restart()
    assert.equal(before, mwlogin.store.redis(server:client()):read(id))
  end)

  it("go on reading and writing pages while Redis is away", function()
    local session <close> = open(server:client())
    assert(session:login(credentials(function() end)))
    server:kill()
    local edit = { action = "edit", title = "Fleet", text = "hi" }
    assert(session:post(edit, { token = "csrf" }))
  end)

  it("do not log in a second time while Redis is away, and say so", function()
    local session <close> = open(server:client())
    assert(session:login(credentials(function() end)))
    server:kill()
    wiki:forget_sessions()
    local reply, err = session:post(
      { action = "edit", title = "Fleet", text = "hi" },
      { token = "csrf" }
    )
    assert.is_nil(reply)
    assert.equal("store", err.kind)
    assert.equal(1, logins())
  end)

  it("do, once Redis is back", function()
    local session <close> = open(function()
      return server:client()
    end)
    assert(session:login(credentials(function() end)))
    server:restart()
    wiki:forget_sessions()
    local edit = { action = "edit", title = "Fleet", text = "again" }
    assert(session:post(edit, { token = "csrf" }))
    assert.equal("Alice", session:whoami().name)
    assert.equal(2, logins())
  end)
end)
