-- Kept sessions in Redis: a lock that expires, late writes, a server that goes, freezes, restarts
-- or lies.
local entries = require("mwlogin.store.entry")
local folders = require("spec.folders")
local lua_process = require("spec.lua_process")
local redis_server = require("spec.store.redis_server")
local socket = require("socket")
local store = require("mwlogin.store")

describe("a store in Redis", function()
  local folder, server, client, kept

  before_each(function()
    folder = folders.new()
    server = redis_server.start(folder)
    client = server:client()
    kept = store.redis(client)
  end)

  after_each(function()
    server:stop()
    folders.remove(folder)
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
      server:kill()
      told(kept)
    end)

    it("because it does not answer in the client's time", function()
      local hasty = server:client(0.05)
      server:freeze()
      told(store.redis(hasty))
      server:thaw()
    end)

    it("because it has restarted, until there is a fresh client", function()
      assert(kept:write("one", "text"))
      server:restart()
      told(kept)
      local fresh = store.redis(server:client())
      assert.is_nil((fresh:read("one")))
      assert(fresh:lock("one"))
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

    it("because what it keeps under these names is something else, which stays", function()
      client:rpush("mwlogin:one", "a list of somebody else's")
      client:set("mwlogin:ids", "no set")
      local text, err = kept:read("one")
      assert.is_nil(text)
      assert.equal("redis", err.code)
      assert.truthy(err.message:find("wrong kind of value", 1, true), err.message)
      local ids
      ids, err = kept:ids()
      assert.is_nil(ids)
      assert.equal("redis", err.code)
      assert.equal("a list of somebody else's", client:lindex("mwlogin:one", 0))
    end)
  end)

  describe("with a function that makes clients", function()
    local made, lasting

    before_each(function()
      made = 0
      lasting = store.redis(function()
        made = made + 1
        return server:client()
      end)
    end)

    it("makes one, when it is needed", function()
      assert.equal(0, made)
      assert(lasting:lock("one"))
      assert.is_true(lasting:write("one", "text"))
      assert.equal("text", lasting:read("one"))
      assert.equal(1, made)
    end)

    it("makes another when the server has restarted, and goes on", function()
      assert(lasting:write("one", "text"))
      server:restart()
      assert.is_true(lasting:write("one", "again"))
      assert.equal("again", lasting:read("one"))
      assert.equal(2, made)
    end)

    it("says why none can be made, and tries again the next time", function()
      local down = true
      local unsteady = store.redis(function()
        return assert(not down and server:client(), "no route to Redis")
      end)
      local text, err = unsteady:read("one")
      assert.is_nil(text)
      assert.equal("redis", err.code)
      assert.truthy(err.message:find("no route to Redis", 1, true))
      down = false
      assert.is_true(unsteady:write("one", "text"))
    end)

    it("holds a lock that was taken although its answer was lost", function()
      local losing = false
      local unsteady = store.redis(function()
        local real = server:client()
        return setmetatable({
          eval = function(_, ...)
            local value = real:eval(...)
            if losing then
              losing = false
              error("connection lost")
            end
            return value
          end,
        }, { __index = real })
      end)
      assert(unsteady:ids())
      losing = true
      assert(unsteady:lock("one"))
      assert.is_false(losing)
      assert.is_nil((kept:lock("one")))
    end)
  end)

  it("takes a client or what makes one, and nothing else", function()
    assert.has_error(function()
      store.redis("127.0.0.1")
    end, "store.redis takes a client, or a function that makes one, not string")
    for _, seconds in ipairs({ 0, -1, math.huge, 0 / 0 }) do
      assert.has_error(function()
        store.redis({}, { lock_seconds = seconds })
      end, "store.redis: option 'lock_seconds' must be above 0, and have an end")
    end
  end)

  it("holds what is no entry: that is damaged, and not overwritten", function()
    client:set("mwlogin:one", "\0\255 garbage")
    local entry, err = entries.decode("one", assert(kept:read("one")))
    assert.is_nil(entry)
    assert.equal("store", err.kind)
    assert.equal("damaged", err.code)
  end)

  ---What answers each command with the same bytes.
  local LIAR <const> = [[
    local path, bytes = ...
    local listener = require("socket.unix")()
    assert(listener:bind(path))
    assert(listener:listen())
    print("listening")
    io.stdout:flush()
    while true do
      local peer = listener:accept()
      -- one line of each command in the protocol: what is sent is not looked at
      while peer:receive("*l") do
        peer:send(bytes)
      end
    end]]

  for what, bytes in pairs({
    ["an error"] = "-LOADING Redis is loading the dataset in memory\r\n",
    ["no protocol"] = "HTTP/1.1 400 Bad Request\r\n",
    ["half a reply"] = "$100000\r\nhalf",
    ["a list"] = "*1\r\n$4\r\nlist\r\n",
    ["an empty line"] = "\r\n",
  }) do
    it("is no store when it answers with " .. what, function()
      local path = folder .. "/liar.sock"
      local liar <close> = lua_process.start(LIAR, path, bytes)
      assert.equal("listening", liar:read(1, { stop = "\n" }))
      local lying = require("redis").connect("unix://" .. path)
      lying.network.socket:settimeout(0.5, "t")
      local deceived = store.redis(lying)
      for _, call in ipairs({ "read", "lock", "remove", "write" }) do
        local done, err = deceived[call](deceived, "one", "text")
        assert.is_nil(done, call)
        assert.equal("store", err.kind)
        assert.equal("redis", err.code)
        assert.is_nil(err.message:find("%c"))
      end
    end)
  end
end)
