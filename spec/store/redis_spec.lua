---A fleet over a real Redis.
local mwlogin = require "mwlogin"
local redis_server = require "spec.store.redis_server"
local socket = require "socket"
local wiki = require "spec.wiki"

local function shell(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

describe("a store in Redis", function()
  local server, w

  setup(function()
    server = redis_server.start()
    w = wiki.start {}
  end)

  teardown(function()
    server.stop()
    w:stop()
  end)

  before_each(function()
    server.client():flushall()
    w:forget_throttles()
    w:mark()
  end)

  it("keeps, lists and removes", function()
    local store = mwlogin.store.redis(server.client())
    assert.is_nil(store:read "one")
    assert(store:write("one", "text"))
    assert.equal("text", store:read "one")
    assert.same({ "one" }, store:ids())
    assert(store:remove "one")
    assert.is_nil(store:read "one")
    assert.same({}, store:ids())
  end)

  it("gives its lock to one at a time", function()
    local store = mwlogin.store.redis(server.client())
    local other = mwlogin.store.redis(server.client())
    local lock = assert(store:lock "one")
    local refused, err = other:lock "one"
    assert.is_nil(refused)
    assert.equal("timeout", err.code)
    assert(other:lock "two")
    lock:release()
    assert(other:lock "one")
  end)

  it("frees the lock of a machine that died, and refuses its late write", function()
    local dead = mwlogin.store.redis(server.client(), { lock_seconds = 0.2 })
    local alive = mwlogin.store.redis(server.client(), { lock_seconds = 5 })
    local late = assert(dead:lock "one")
    socket.sleep(0.3)
    local lock = assert(alive:lock "one")
    assert(alive:write("one", "newer", lock))
    lock:release()
    local written, err = dead:write("one", "older", late)
    assert.is_nil(written)
    assert.equal("superseded", err.code)
    assert.equal("newer", alive:read "one")
  end)

  it("takes a late write where nobody has taken the lock since", function()
    local store = mwlogin.store.redis(server.client(), { lock_seconds = 0.1 })
    local late = assert(store:lock "one")
    socket.sleep(0.2)
    assert(store:write("one", "late", late))
    assert.equal("late", store:read "one")
  end)

  it("says so when Redis is gone", function()
    local gone = redis_server.start()
    local store = mwlogin.store.redis(gone.client())
    gone.stop()
    socket.sleep(0.2)
    local session <close> =
      assert(mwlogin.open(w.api, { user_agent = "redis_spec", store = store }))
    local me, err = session:login { username = "Bob", password = w.accounts.Bob }
    assert.is_nil(me)
    assert.equal("store", err.kind)
    assert.truthy(err.message:find("Redis", 1, true))
  end)

  it("lets three machines log in once", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write(([[
      package.path, package.cpath = %q, %q
      package.preload.redis = loadfile "/usr/share/lua/5.1/redis.lua"
      local mwlogin = require "mwlogin"
      local store = mwlogin.store.redis(require("redis").connect("127.0.0.1", %d))
      local session <close> = assert(mwlogin.open(%q, { user_agent = "redis_spec", store = store }))
      local me, err = session:login { username = "Bob", password = %q }
      print(me and me.name or tostring(err), me and me.fresh)
    ]]):format(package.path, package.cpath, server.port, w.api, w.accounts.Bob))
    file:close()
    local printed = shell(("for i in 1 2 3; do lua5.4 %s & done; wait"):format(script))
    os.remove(script)
    local lines = {}
    for line in printed:gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
    table.sort(lines)
    assert.same({ "Bob\tfalse", "Bob\tfalse", "Bob\ttrue" }, lines)
    assert.equal(1, #w:requests { action = "clientlogin" })
  end)
end)
