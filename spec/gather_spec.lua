local cqueues = require "cqueues"
local mwlogin = require "mwlogin"
local shared = require "spec.shared"
local socket = require "socket"
local wiki = require "spec.wiki"

describe("gather", function()
  local w = shared(wiki.start)

  local function open(pool, options)
    local made = { user_agent = "gather_spec", pool = pool }
    for name, value in pairs(options or {}) do
      made[name] = value
    end
    return assert(mwlogin.open(w.api, made))
  end

  local function log_in(_, pool)
    local session <close> = open(pool)
    local me = assert(session:login {
      username = w.botpassword.name,
      password = w.botpassword.password,
    })
    return me.name
  end

  it("logs in many at once and keeps the order of the list", function()
    local results = mwlogin.gather({ "a", "b", "c", "d", "e", "f" }, function(item, pool)
      return item .. log_in(item, pool)
    end, { concurrency = 3 })
    for position, item in ipairs { "a", "b", "c", "d", "e", "f" } do
      assert.same({ ok = true, value = item .. "Alice" }, results[position])
    end
  end)

  it("lets one failure stop nobody else", function()
    local results = mwlogin.gather({ 1, 2, 3, 4 }, function(item, pool)
      if item == 2 then
        error("item 2 is broken", 0)
      elseif item == 3 then
        return nil, "item 3 gave nothing"
      end
      return log_in(item, pool)
    end)
    assert.same({ ok = true, value = "Alice" }, results[1])
    assert.same({ ok = false, err = "item 2 is broken" }, results[2])
    assert.same({ ok = false, err = "item 3 gave nothing" }, results[3])
    assert.same({ ok = true, value = "Alice" }, results[4])
  end)

  it("interleaves: a wait of one is no wait of the others", function()
    local order = {}
    mwlogin.gather({ 0.2, 0 }, function(seconds, pool)
      pool:sleep(seconds)
      order[#order + 1] = seconds
      return true
    end)
    assert.same({ 0, 0.2 }, order)
  end)

  it("blocks rather than breaks in a script's own coroutine inside a task", function()
    local results = mwlogin.gather({ 1, 2 }, function(_, pool)
      local session <close> = open(pool)
      local names = {}
      for name in
        coroutine.wrap(function()
          for _ = 1, 2 do
            coroutine.yield(assert(session:whoami()).anonymous)
          end
        end)
      do
        names[#names + 1] = name
      end
      return names
    end)
    assert.same({ true, true }, results[1].value)
    assert.same({ true, true }, results[2].value)
  end)

  it("closes what a task holds when it raises", function()
    local closed = 0
    local results = mwlogin.gather({ 1 }, function(_, pool)
      local _ <close> = setmetatable({}, {
        __close = function()
          closed = closed + 1
        end,
      })
      local session <close> = open(pool)
      assert(session:whoami())
      error("in mid-flight", 0)
    end)
    assert.equal("in mid-flight", results[1].err)
    assert.equal(1, closed)
  end)

  it("ends when the pool is closed, with a result for each item", function()
    local pool = mwlogin.pool {}
    local results = mwlogin.gather({ 1, 2, 3 }, function(item)
      if item == 2 then
        pool:close()
        return "closed"
      end
      local session <close> = open(pool)
      return assert(session:whoami())
    end, { pool = pool })
    assert.equal("cancelled", results[1].err.kind)
    assert.equal("closed", results[2].value)
    assert.equal("cancelled", results[3].err.kind)
  end)

  it("ends with an error of progress, and closes what the tasks hold", function()
    local closed = 0
    local ok, reason = pcall(mwlogin.gather, { 1, 2, 3 }, function(_, pool)
      local _ <close> = setmetatable({}, {
        __close = function()
          closed = closed + 1
        end,
      })
      local session <close> = open(pool)
      return assert(session:whoami())
    end, {
      progress = function(counts)
        if counts.done > 0 then
          error("enough", 0)
        end
      end,
    })
    assert.is_false(ok)
    assert.equal("enough", reason)
    assert.equal(3, closed)
  end)

  it("counts for progress", function()
    local last
    mwlogin.gather({ 1, 2, 3 }, function(item)
      return item ~= 2 or nil, "no"
    end, {
      progress = function(counts)
        last = counts
      end,
    })
    assert.equal(2, last.done)
    assert.equal(1, last.failed)
    assert.equal(0, last.left)
  end)

  it("gathers inside a gathering", function()
    local results = mwlogin.gather({ 1, 2 }, function()
      local inner = mwlogin.gather({ 1, 2 }, log_in)
      return inner[1].value .. inner[2].value
    end)
    assert.equal("AliceAlice", results[1].value)
    assert.equal("AliceAlice", results[2].value)
  end)

  it("refuses a concurrency that is none, and takes a list of nothing", function()
    assert.has_error(function()
      mwlogin.gather({ 1 }, log_in, { concurrency = 0 })
    end, "gather: option 'concurrency' must be at least 1")
    assert.same({}, mwlogin.gather({}, log_in))
    assert.equal("Alice", mwlogin.gather({ 1 }, log_in, { concurrency = 100000 })[1].value)
  end)

  it("tells a closed Session's call in mid-flight that it was ended", function()
    local results = mwlogin.gather({ 1, 2 }, function(item, pool)
      if item == 1 then
        local session = open(pool)
        w.held = session
        return session:whoami()
      end
      w.held:close()
      return "closed it"
    end)
    w.held = nil
    assert.is_false(results[1].ok)
    assert.equal("closed it", results[2].value)
  end)

  -- == one connection, many sessions ==============================================================

  it("never mixes the cookies of sessions that share a connection", function()
    local pool = mwlogin.pool {}
    local one, other = open(pool), open(pool)
    assert(one:login { username = w.botpassword.name, password = w.botpassword.password })
    assert(other:login { username = "Bob", password = w.accounts.Bob })
    for _ = 1, 3 do
      assert.equal("Alice", assert(one:whoami()).name)
      assert.equal("Bob", assert(other:whoami()).name)
    end
    local third <close> = open(pool)
    assert.is_true(assert(third:whoami()).anonymous)
    one:close()
    assert.equal("Bob", assert(other:whoami()).name)
    other:close()
    pool:close()
  end)

  -- == loops of others ============================================================================

  it("waits LuaSocket's way where the program's loop is select()", function()
    local waits = 0
    local pool = mwlogin.pool {
      wait = function(pool)
        waits = waits + 1
        if not pool:dirty() then
          socket.select({ pool }, nil, pool:timeout() or 1)
        end
      end,
    }
    local session <close> = open(pool)
    local me = assert(session:login {
      username = w.botpassword.name,
      password = w.botpassword.password,
    })
    assert.equal("Alice", me.name)
    assert.is_true(waits > 0)
    session:close()
    pool:close()
  end)

  it("waits cqueues' way, so that its other coroutines go on", function()
    local pool = mwlogin.pool {
      wait = function(pool)
        cqueues.poll(pool)
      end,
    }
    local names, ticks, running = {}, 0, 2
    local loop = cqueues.new()
    for position = 1, 2 do
      loop:wrap(function()
        local session <close> = open(pool)
        local me = assert(session:login {
          username = w.botpassword.name,
          password = w.botpassword.password,
        })
        names[position] = me.name
        running = running - 1
      end)
    end
    loop:wrap(function()
      while running > 0 do
        ticks = ticks + 1
        cqueues.sleep(0.005)
      end
    end)
    assert(loop:loop(30))
    assert.same({ "Alice", "Alice" }, names)
    assert.is_true(ticks > 2)
    pool:close()
  end)
end)
