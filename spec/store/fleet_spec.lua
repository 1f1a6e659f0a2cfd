-- Kept sessions in Redis: a lock that expires, late writes, a server that goes, restarts or lies;
-- and several machines that log in to a real wiki.
local core = require("mwlogin.core")
local entries = require("mwlogin.store.entry")
local machine = require("spec.store.machine")
local socket = require("socket")
local store = require("mwlogin.store")
local wikis = require("spec.wiki")

-- Debian has redis-lua for 5.1; it runs on 5.4 as it is
package.preload.redis = package.preload.redis or loadfile("/usr/share/lua/5.1/redis.lua")
local redis = require("redis")

local function connect(path)
  local client
  for _ = 1, 500 do
    local ok, made = pcall(redis.connect, "unix://" .. path)
    if ok and pcall(made.ping, made) then
      client = made
      break
    end
    socket.sleep(0.01)
  end
  return assert(client, "redis-server does not answer")
end

local function serve(folder)
  local path = folder .. "/redis.sock"
  local server = assert(core.process({
    "redis-server",
    "--port",
    "0",
    "--unixsocket",
    path,
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "no",
  }, {}))
  return server, path
end

describe("a store in Redis", function()
  local folder, server, path, client, kept

  before_each(function()
    folder = machine.folder()
    server, path = serve(folder)
    client = connect(path)
    kept = store.redis(client)
  end)

  after_each(function()
    server:close()
    machine.remove(folder)
  end)

  it("gives back what was written, and nothing before", function()
    local text, err = kept:read("one")
    assert.is_nil(text)
    assert.is_nil(err)
    assert.same({}, kept:ids())
    assert.is_true(kept:write("one", "text\0\n"))
    assert.is_true(kept:write("another", "other"))
    assert.equal("text\0\n", kept:read("one"))
    assert.same({ "another", "one" }, kept:ids())
    assert.is_true(kept:remove("one"))
    assert.is_true(kept:remove("one"))
    assert.is_nil((kept:read("one")))
    assert.same({ "another" }, kept:ids())
  end)

  it("keeps apart what has different prefixes", function()
    local other = store.redis(client, { prefix = "elsewhere:" })
    assert(kept:write("one", "text"))
    assert.is_nil((other:read("one")))
    assert.same({}, other:ids())
  end)

  it("is locked by one at a time, for each id", function()
    local lock = assert(kept:lock("one"))
    local second, err = kept:lock("one")
    assert.is_nil(second)
    assert.equal("store", err.kind)
    assert.equal("timeout", err.code)
    assert(kept:lock("other"))
    lock:release()
    lock:release()
    assert(kept:lock("one"))
  end)

  it("frees the lock of a machine that died, and only that one", function()
    local brief = store.redis(client, { lock_seconds = 0.05 })
    local dead = assert(brief:lock("one"))
    local lock
    for _ = 1, 500 do
      lock = kept:lock("one")
      if lock then
        break
      end
      socket.sleep(0.01)
    end
    assert.truthy(lock)
    -- what the dead one held has passed on: it cannot give it back
    dead:release()
    assert.is_nil((kept:lock("one")))
  end)

  -- As if the time were over: no spec has to wait for it.
  local function expire(id)
    assert.equal(1, client:del("mwlogin:" .. id .. ":lock"))
  end

  it("takes a late write when nobody has taken the lock since", function()
    local lock = assert(kept:lock("one"))
    expire("one")
    assert.is_true(kept:write("one", "late", lock))
    assert.equal("late", kept:read("one"))
  end)

  local function refused(lock)
    local written, err = kept:write("one", "late", lock)
    assert.is_nil(written)
    assert.equal("store", err.kind)
    assert.equal("superseded", err.code)
    assert.equal("new", kept:read("one"))
  end

  it("refuses a late write when another has taken the lock since", function()
    local lock = assert(kept:lock("one"))
    expire("one")
    local second = assert(kept:lock("one"))
    assert.is_true(kept:write("one", "new", second))
    refused(lock)
    second:release()
    refused(lock)
  end)

  it("refuses it when the server has restarted empty in between, too", function()
    assert(kept:lock("one")):release()
    assert(kept:lock("one")):release()
    local lock = assert(kept:lock("one"))
    client:flushall()
    local second = assert(kept:lock("one"))
    assert.is_true(kept:write("one", "new", second))
    refused(lock)
  end)

  describe("that cannot be used", function()
    local function told(broken)
      local lock = { holder = "x" }
      for _, call in ipairs({
        function()
          return broken:read("one")
        end,
        function()
          return broken:write("one", "text", lock)
        end,
        function()
          return broken:lock("one")
        end,
        function()
          return broken:remove("one")
        end,
        function()
          return broken:ids()
        end,
      }) do
        local done, err = call()
        assert.is_nil(done)
        assert.equal("store", err.kind)
        assert.equal("redis", err.code)
        assert.truthy(err.advice)
      end
    end

    it("because it is gone", function()
      server:close()
      told(kept)
    end)

    it("because it does not answer in the client's time", function()
      local hasty = connect(path)
      hasty.network.socket:settimeout(0.05, "t")
      server:kill(19) -- SIGSTOP
      told(store.redis(hasty))
      server:kill(18) -- SIGCONT
    end)

    it("because the client gives reasons instead of raising", function()
      told(store.redis(setmetatable({}, {
        __index = function()
          return function()
            return nil, "connection reset"
          end
        end,
      })))
    end)

    it("because something else answers", function()
      told(store.redis(setmetatable({}, {
        __index = function()
          return function()
            return 42
          end
        end,
      })))
    end)
  end)
end)

describe("machines over one Redis", function()
  local folder, server, path, client, wiki, credentials

  lazy_setup(function()
    wiki = wikis.start()
    credentials = { wiki.botpassword.name, wiki.botpassword.password }
  end)

  lazy_teardown(function()
    wiki:stop()
  end)

  before_each(function()
    folder = machine.folder()
    server, path = serve(folder)
    client = connect(path)
    wiki:forget_sessions()
    wiki:mark()
  end)

  after_each(function()
    server:close()
    machine.remove(folder)
  end)

  local LOG_IN <const> = [[
    local api, path, seconds, username, password = ...
    package.preload.redis = loadfile("/usr/share/lua/5.1/redis.lua")
    local mwlogin = require("mwlogin")
    local client = require("redis").connect("unix://" .. path)
    local store = mwlogin.store.redis(client, { lock_seconds = tonumber(seconds) })
    local wiki <close> = assert(mwlogin.open(api, { user_agent = "spec", store = store }))
    local me, err = wiki:login({ username = username, password = password })
    print(me and me.name or err, me and me.fresh)]]

  local function log_in(seconds)
    return machine.start(LOG_IN, wiki.api, path, tostring(seconds), table.unpack(credentials))
  end

  ---How many logged in, and how many of them afresh.
  local function count(machines)
    local good, fresh = 0, 0
    for _, process in ipairs(machines) do
      local said = machine.output(process)
      local name, is_fresh = said:match("^(%a+)\t(%a+)\n$")
      assert.equal("Alice", name, said)
      good = good + 1
      fresh = fresh + (is_fresh == "true" and 1 or 0)
    end
    return good, fresh
  end

  it("log in once, and all of them are logged in", function()
    local machines = {}
    for position = 1, 3 do
      machines[position] = log_in(60)
    end
    local good, fresh = count(machines)
    assert.equal(3, good)
    assert.equal(1, fresh)
    assert.equal(1, #wiki:requests({ method = "POST" }))
  end)

  it("go on when one dies that holds the lock, and its late write is refused", function()
    local kept = store.redis(client, { lock_seconds = 1 })
    local id = entries.id(wiki.api, credentials[1])
    local dead = assert(kept:lock(id))
    local good, fresh = count({ log_in(1), log_in(1) })
    assert.equal(2, good)
    assert.equal(1, fresh)
    assert.equal(1, #wiki:requests({ method = "POST" }))
    local before = assert(kept:read(id))
    local written, err = kept:write(id, "late", dead)
    assert.is_nil(written)
    assert.equal("superseded", err.code)
    assert.equal(before, kept:read(id))
  end)

  it("do not log in when Redis is gone: nothing is sent, no secret is read", function()
    server:close()
    local mwlogin = require("mwlogin")
    local session <close> =
      assert(mwlogin.open(wiki.api, { user_agent = "spec", store = store.redis(client) }))
    local read = false
    local me, err = session:login({
      username = credentials[1],
      password = function()
        read = true
        return credentials[2]
      end,
    })
    assert.is_nil(me)
    assert.equal("store", err.kind)
    assert.is_false(read)
    assert.equal(0, #wiki:requests())
  end)
end)
