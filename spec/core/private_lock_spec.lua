local core = require("mwlogin.core")
local folders = require("spec.folders")
local lua_process = require("spec.lua_process")
local on_disk = require("spec.core.on_disk")

local files = core.private_file
local run, output_of = on_disk.run, on_disk.output_of

describe("a lock", function()
  local folder, path

  folders.for_each(function(made)
    folder = made
  end)

  before_each(function()
    path = folder .. "/entry"
  end)

  it("is held by one at a time, in one process too", function()
    local lock = assert(files.lock(path))
    local other, err = files.lock(path, 0.05)
    assert.is_nil(other)
    assert.same({ "store", "timeout" }, { err.kind, err.code })
    lock:release()
    lock:release()
    assert.equal("lock (released)", tostring(lock))
    other = assert(files.lock(path))
    assert.equal("lock (held)", tostring(other))
    other:release()
    assert.equal("", output_of("ls -A " .. folder))
  end)

  it("is given back when its block is left or it is collected", function()
    do
      local lock <close> = assert(files.lock(path))
      assert.truthy(lock)
    end
    assert(files.lock(path))
    collectgarbage()
    collectgarbage()
    assert(files.lock(path)):release()
  end)

  it("keeps other processes out until its holder lets go or dies", function()
    local program = ([[
      local lock = require("mwlogin.core").private_file.lock(%q)
      print(lock and "held" or "busy") io.stdout:flush()
      io.read("l")
    ]]):format(path)
    local holder <close> = lua_process.start(program, { stdin = "pipe" })
    assert.equal("held", holder:read(1, { stop = "\n" }))
    assert.is_nil((files.lock(path)))
    local late <close> = lua_process.start(program, { stdin = "pipe" })
    assert.equal("busy", late:read(1, { stop = "\n" }))
    holder:kill("KILL")
    holder:wait()
    assert(files.lock(path, 5)):release()
  end)

  it("is taken over from a holder that lets go in time", function()
    local holder <close> = lua_process.start(
      ([[
      local lock = require("mwlogin.core").private_file.lock(%q)
      print("held") io.stdout:flush()
      os.execute("sleep 0.05")
      lock:release()
      io.read("l")
    ]]):format(path),
      { stdin = "pipe" }
    )
    assert.equal("held", holder:read(1, { stop = "\n" }))
    assert(files.lock(path, 10)):release()
  end)

  it("loses no update of many that take turns", function()
    local program = ([[
      local f = require("mwlogin.core").private_file
      for _ = 1, 20 do
        local lock = assert(f.lock(%q, 30))
        local count = tonumber(f.read(%q) or "0")
        assert(f.write(%q, tostring(count + 1)))
        lock:release()
      end
    ]]):format(path, path, path)
    local workers = {}
    for i = 1, 4 do
      workers[i] = lua_process.start(program, {})
    end
    for _, worker in ipairs(workers) do
      assert.same({ exit = 0 }, worker:wait(60))
      worker:close()
    end
    assert.equal("80", files.read(path))
  end)

  it("is refused where a link lies in its place", function()
    run("ln -s nowhere", path .. ".lock")
    local lock, err = files.lock(path)
    assert.is_nil(lock)
    assert.equal("unsafe", err.code)
  end)
end)
