-- One host of many misbehaves; everything ends, nothing is left, the others never notice.
local core = require "mwlogin.core"
local folders = require "spec.folders"
local mwlogin = require "mwlogin"
local server = require "spec.bench.server"
local server_process = require "spec.server_process"
local shared = require "spec.shared"
local shell = require "spec.shell"
local socket = require "socket"

local PASSWORD <const> = ("0a1b2c3d4e5f6g7h"):rep(2) -- what its server says is another text

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

local PROTOCOLS <const> = { "http", "https", "http2" }

---@param how string as spec/gather/bad_host.lua takes it
---@param protocol string|nil of PROTOCOLS
---@param issued table|nil its certificate and key
---@return table host { api }, closed by `<close>`
local function bad_host(how, protocol, issued)
  if issued and protocol ~= "http" then
    local words = { "node", "spec/gather/bad_host.mjs", how, protocol }
    table.move({ issued.key, issued.certificate }, 1, 2, 5, words)
    local node = assert(core.process(words, { stdin = "pipe", stdout = "pipe" }))
    local port = assert(node:read(1, { stop = "\n", timeout = 60 }))
    return setmetatable({ api = ("https://127.0.0.1:%s/api.php"):format(port) }, {
      __close = function()
        node:kill "KILL"
        node:close()
      end,
    })
  end
  local host = server_process.start({}, "spec/gather/bad_host.lua " .. how)
  host.api = ("http://127.0.0.1:%d/api.php"):format(host.port)
  return host
end

local function log_in(api, pool, certificate, timeout)
  local session <close> = assert(mwlogin.open(api, {
    user_agent = "faults_spec",
    pool = pool,
    ca_file = certificate,
    timeout = timeout or 4,
    max_wait = 1,
    max_response = 1 << 20,
  }))
  local me, err = session:login { username = "Alice@app", password = PASSWORD }
  return me and me.name, err
end

describe("gather, where one host", function()
  local good = shared(server.start)

  ---Twenty logins, two of them at the bad host.
  local function among_others(how, protocol)
    local issued = { key = good.folder .. "/key.pem", certificate = good.certificate }
    local bad <close> = bad_host(how, protocol, issued)
    local before = descriptors()
    local list = {}
    for position = 1, 20 do
      local other = protocol == "http" and good.http or good.https
      list[position] = position % 10 == 5 and bad.api or other
    end
    local results = mwlogin.gather(list, function(api, pool)
      return log_in(api, pool, good.certificate, api == bad.api and 2 or 30)
    end, { concurrency = 8 })
    for position, result in ipairs(results) do
      if position % 10 ~= 5 then
        assert.same({ ok = true, value = "Alice" }, result)
      end
    end
    assert.equal(before, descriptors())
    assert.same(results[5].err.kind, results[15].err.kind)
    return results[5].err
  end

  for _, protocol in ipairs(PROTOCOLS) do
    it("hangs: its logins end in their time, the others succeed: by " .. protocol, function()
      local err = among_others("hang", protocol)
      assert.equal("network", err.kind)
      assert.equal("timeout", err.code)
    end)

    it("resets its connections: by " .. protocol, function()
      assert.equal("network", among_others("reset", protocol).kind)
    end)

    it("sends a byte a second: by " .. protocol, function()
      assert.equal("timeout", among_others("trickle", protocol).code)
    end)

    it("sends a gigabyte: by " .. protocol, function()
      local err = among_others("huge", protocol)
      assert.equal("protocol", err.kind)
      assert.equal("too_large", err.code)
    end)

    it("answers 429: by " .. protocol, function()
      local err = among_others("busy", protocol)
      assert.equal("throttled", err.kind)
      assert.equal(3600, err.retry_after)
    end)
  end
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

  describe("where descriptors are few", function()
    local folder

    folders.for_block(function(path)
      folder = path
    end)

    lazy_setup(function()
      local file <close> = assert(io.open(folder .. "/many.lua", "w"))
      file:write [[
        local mwlogin = require "mwlogin"
        local list, came = {}, {}
        for position = 1, 200 do list[position] = position end
        local results = mwlogin.gather(list, function(_, pool)
          local session <close> = assert(mwlogin.open(arg[1], {
            user_agent = "few",
            pool = pool,
            ca_file = arg[2],
          }))
          local password = ("0123456789abcdef"):rep(2)
          local me, err = session:login { username = "Alice@app", password = password }
          return me and me.name, err
        end, { concurrency = 200, pool = mwlogin.pool { per_host = 200, in_flight = 200 } })
        for _, result in ipairs(results) do
          local what = result.ok and result.value or tostring(result.err)
          came[what] = (came[what] or 0) + 1
        end
        for what, count in pairs(came) do print(count, what) end]]
    end)

    ---Without what this process has open.
    local FREE <const> = "exec 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; "

    ---What 200 logins at once come to: how often each.
    ---@return table<string, integer>
    local function under(limit, address, certificate)
      local line = FREE .. "ulimit -n %d; LUA_PATH='%s' LUA_CPATH='%s' lua5.4 %s/many.lua %s %s"
      local said = shell.output(
        line:format(limit, package.path, package.cpath, folder, address, certificate or "")
      )
      local came, all = {}, 0
      for count, what in said:gmatch "(%d+)\t([^\n]+)" do
        came[what] = math.tointeger(tonumber(count))
        all = all + came[what]
      end
      assert.equal(200, all, said)
      return came
    end

    local WORDS <const> = "This process has no file descriptor left (ulimit -n)"

    it("some get through, and the others are told what is missing", function()
      for address, certificate in pairs { [good.http] = "", [good.https] = good.certificate } do
        for _, limit in ipairs { 64, 16 } do
          local came = under(limit, address, certificate)
          assert.is_true(came.Alice > 0)
          for what in pairs(came) do
            assert.is_true(what == "Alice" or what:find(WORDS, 1, true) ~= nil, what)
          end
        end
      end
    end)

    it("so few that no more of mwlogin can be loaded, that is told", function()
      local came = under(6, good.http)
      local what = next(came)
      assert.truthy(what:find(WORDS .. " to load mwlogin.", 1, true), what)
      assert.truthy(what:find("Raise the limit (ulimit -n)", 1, true), what)
    end)

    it("none is left for a pool, that is told", function()
      local line = FREE .. "ulimit -n 5; LUA_PATH='%s' LUA_CPATH='%s' lua5.4 %s/many.lua %s"
      local said = shell.output(line:format(package.path, package.cpath, folder, good.http))
      assert.truthy(said:find("no file descriptor is left for a pool", 1, true), said)
    end)

    it("the command says so, without a traceback", function()
      local line = FREE
        .. "ulimit -n 6; P=x XDG_STATE_HOME=%s scripts/mwlogin login %s --user A@b "
        .. "--password-from env:P --no-input"
      local said = shell.output(line:format(folder, good.http))
      assert.truthy(said:find(WORDS .. " to load mwlogin", 1, true), said)
      assert.is_nil(said:find("traceback", 1, true), said)
      assert.is_nil(said:find("no field package", 1, true), said)
    end)
  end)

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
