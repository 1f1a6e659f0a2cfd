-- One host of many misbehaves; everything ends, nothing is left, the others never notice.
local mwlogin = require "mwlogin"
local server = require "spec.bench.server"
local server_process = require "spec.server_process"
local shared = require "spec.shared"
local shell = require "spec.shell"
local socket = require "socket"

local PASSWORD <const> = ("0123456789abcdef"):rep(2)

---Without what other specs left to the collector; counted when this process has closed its end of
---the pipe.
local function descriptors()
  collectgarbage()
  collectgarbage()
  local told = os.tmpname()
  local pipe = assert(io.popen("cat; ls /proc/$PPID/fd | wc -l >" .. told, "w"))
  pipe:close()
  local file <close> = assert(io.open(told))
  os.remove(told)
  return file:read "n"
end

---@param how string as spec/gather/bad_host.lua takes it
---@return table host { api }, closed by `<close>`
local function bad_host(how)
  local host = server_process.start({}, "spec/gather/bad_host.lua " .. how)
  host.api = ("http://127.0.0.1:%d/api.php"):format(host.port)
  return host
end

local function log_in(api, pool)
  local session <close> = assert(mwlogin.open(api, {
    user_agent = "faults_spec",
    pool = pool,
    timeout = 4,
    max_wait = 1,
    max_response = 1 << 20,
  }))
  local me, err = session:login { username = "Alice@app", password = PASSWORD }
  return me and me.name, err
end

describe("gather, where one host", function()
  local good = shared(server.start)

  ---Twenty logins, two of them at the bad host.
  local function among_others(how)
    local bad <close> = bad_host(how)
    local before = descriptors()
    local list = {}
    for position = 1, 20 do
      list[position] = position % 10 == 5 and bad.api or good.http
    end
    local results = mwlogin.gather(list, log_in, { concurrency = 8 })
    for position, result in ipairs(results) do
      if position % 10 ~= 5 then
        assert.same({ ok = true, value = "Alice" }, result)
      end
    end
    assert.equal(before, descriptors())
    assert.same(results[5].err.kind, results[15].err.kind)
    return results[5].err
  end

  it("hangs: its logins end in their time, the others succeed", function()
    local err = among_others "hang"
    assert.equal("network", err.kind)
    assert.equal("timeout", err.code)
  end)

  it("resets its connections", function()
    assert.equal("network", among_others("reset").kind)
  end)

  it("sends a byte a second", function()
    assert.equal("timeout", among_others("trickle").code)
  end)

  it("sends a gigabyte", function()
    local err = among_others "huge"
    assert.equal("protocol", err.kind)
    assert.equal("too_large", err.code)
  end)

  it("answers 429", function()
    local err = among_others "busy"
    assert.equal("throttled", err.kind)
    assert.equal(3600, err.retry_after)
  end)
end)

describe("gather", function()
  local good = shared(server.start)

  it("takes ten thousand failures at once", function()
    local closed = assert(socket.bind("127.0.0.1", 0))
    local _, port = closed:getsockname()
    closed:close()
    local before, list = descriptors(), {}
    for position = 1, 10000 do
      list[position] = ("http://127.0.0.1:%d/api.php"):format(port)
    end
    local results = mwlogin.gather(list, log_in, { concurrency = 256 })
    assert.equal(10000, #results)
    for _, result in ipairs(results) do
      assert.is_false(result.ok)
      assert.equal("network", result.err.kind)
    end
    assert.equal(before, descriptors())
  end)

  it("takes a concurrency beyond all reason", function()
    local list = {}
    for position = 1, 300 do
      list[position] = good.http
    end
    for _, result in ipairs(mwlogin.gather(list, log_in, { concurrency = 100000 })) do
      assert.same({ ok = true, value = "Alice" }, result)
    end
  end)

  it(
    "goes on where descriptors are few, and says what is missing where there are too few",
    function()
      local program = [[
      local mwlogin = require "mwlogin"
      local list, kinds = {}, {}
      for position = 1, 200 do list[position] = position end
      local results = mwlogin.gather(list, function(_, pool)
        local session <close> = assert(mwlogin.open(arg[1], { user_agent = "few", pool = pool }))
        local password = ("0123456789abcdef"):rep(2)
        local me, err = session:login { username = "Alice@app", password = password }
        return me and me.name, err
      end, { concurrency = 200, pool = mwlogin.pool { per_host = 200, in_flight = 200 } })
      for _, result in ipairs(results) do
        local kind = result.ok and result.value or result.err.kind
        kinds[kind] = (kinds[kind] or 0) + 1
      end
      print(kinds.Alice or 0, (kinds.Alice or 0) + (kinds.network or 0))
    ]]
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write(program)
      file:close()
      local output = shell.output(
        ("ulimit -n 64; LUA_PATH='%s' LUA_CPATH='%s' lua5.4 %s %s 2>&1"):format(
          package.path,
          package.cpath,
          path,
          good.http
        )
      )
      os.remove(path)
      local good_ones, all = output:match "^(%d+)%s+(%d+)$"
      assert.equal("200", all, output)
      assert.is_true(tonumber(good_ones) > 0, output)
    end
  )

  it("leaves nothing where a pool is dropped with five hundred requests in flight", function()
    local bad <close> = bad_host "hang"
    local before = descriptors()
    do
      local pool = mwlogin.pool { per_host = 500, in_flight = 500 }
      local tasks = {}
      for position = 1, 500 do
        local thread = coroutine.create(log_in)
        pool:task(thread)
        assert(coroutine.resume(thread, bad.api, pool))
        tasks[position] = thread
      end
      pool:step(0)
      assert.equal(500, #tasks)
      assert.is_true(descriptors() > before + 400)
    end
    for _ = 1, 4 do
      collectgarbage()
    end
    assert.equal(before, descriptors())
  end)

  it("closes a pool under its requests: each of them ends as cancelled", function()
    local bad <close> = bad_host "hang"
    local before = descriptors()
    local pool = mwlogin.pool { per_host = 50 }
    local list = {}
    for position = 1, 50 do
      list[position] = bad.api
    end
    list[51] = false
    local results = mwlogin.gather(list, function(api, own)
      if api then
        return log_in(api, own)
      end
      own:close()
      return "closed"
    end, { concurrency = 60, pool = pool })
    for position = 1, 50 do
      assert.is_false(results[position].ok)
      assert.equal("cancelled", results[position].err.kind)
    end
    assert.equal("closed", results[51].value)
    assert.equal(before, descriptors())
  end)
end)
