-- Kept sessions in files when the disk is full or read-only, or a writer is killed: what was there
-- stays, and the error says why.
local disk = require("spec.store.disk")
local entries = require("mwlogin.store.entry")
local folders = require("spec.folders")
local lua_process = require("spec.lua_process")
local shell = require("spec.shell")
local store = require("mwlogin.store")

local API <const> = "https://wiki.example.org/w/api.php"

local quoted = disk.quote

describe("a store in files", function()
  local folder, kept, id

  folders.for_each(function(path)
    folder = path
  end)

  before_each(function()
    kept = store.file({ folder = folder .. "/state" })
    id = entries.id(API, "alice")
  end)

  ---Writes an entry, lets a shell do something to the folder, and tries to write again.
  local WRITE_TWICE <const> = [[
    local folder, spoil = ...
    local store = require("mwlogin.store").file({ folder = folder .. "/state" })
    local function told(what, done, err)
      print(what, done and "done" or err.kind .. " " .. err.code)
      print("", err and tostring(err) or "")
    end
    told("write", store:write("one", "old"))
    assert(os.execute(spoil))
    told("write", store:write("one", ("x"):rep(100000)))
    told("lock", store:lock("two"))
    print("read", store:read("one"))
    print("list", #store:ids())]]

  local function on_disk(options, spoil)
    if not disk.is_possible() then
      return pending("this user may mount nothing")
    end
    local words = { quoted(folder), quoted((spoil:gsub("FOLDER", folder))) }
    return disk.run(
      folder,
      options,
      ("LUA_PATH=%s LUA_CPATH=%s lua5.4 -e %s /dev/null %s"):format(
        quoted(package.path),
        quoted(package.cpath),
        quoted("(function(...)\n" .. WRITE_TWICE .. "\nend)(table.unpack(arg))"),
        table.concat(words, " ")
      )
    )
  end

  it("keeps the old entry when the disk is full, and says so", function()
    local said = on_disk("size=64k", "dd if=/dev/zero of=FOLDER/filler 2>/dev/null; true")
    assert.truthy(said:find("write\tdone", 1, true), said)
    assert.truthy(said:find("write\tstore full", 1, true), said)
    assert.truthy(said:find("No space left on device. Make room", 1, true), said)
    assert.truthy(said:find("read\told", 1, true), said)
    assert.truthy(said:find("list\t1", 1, true), said)
  end)

  it("says that there is no room when the disk has no names left", function()
    local fill = "for i in $(seq 20); do touch FOLDER/$i; done 2>/dev/null; true"
    local said = on_disk("size=1m,nr_inodes=12", fill)
    assert.truthy(said:find("write\tstore full", 1, true), said)
    assert.truthy(said:find("lock\tstore full", 1, true), said)
    assert.truthy(said:find("read\told", 1, true), said)
  end)

  it("is read on a read-only disk, and says why it cannot be written", function()
    local said = on_disk("size=1m", "mount -o remount,ro FOLDER")
    assert.truthy(said:find("write\tstore read_only", 1, true), said)
    assert.truthy(said:find("lock\tstore read_only", 1, true), said)
    assert.truthy(said:find("Read-only file system. Make it writable", 1, true), said)
    assert.truthy(said:find("read\told", 1, true), said)
  end)

  it("keeps the old entry when a file may not grow so large", function()
    assert(kept:write(id, "old"))
    local script = ([[
      local s = require("mwlogin.store").file({ folder = "%s/state" })
      local ok, err = s:write("%s", ("x"):rep(100000))
      print(ok, err.kind, err.code)]]):format(folder, id)
    local said = shell.output(
      ("ulimit -f 16; trap '' XFSZ; LUA_PATH=%s LUA_CPATH=%s lua5.4 -e %s"):format(
        quoted(package.path),
        quoted(package.cpath),
        quoted(script)
      )
    )
    assert.equal("nil\tstore\tfull", said)
    assert.equal("old", kept:read(id))
  end)

  it("is read in a folder that is not to be written to", function()
    local script = WRITE_TWICE:gsub(
      "assert%(os%.execute%(spoil%)%)",
      'os.execute("chmod 500 " .. folder .. "/state")'
    )
    -- root may write anywhere, unless it leaves that at home
    local modest = shell.is_root() and "setpriv --bounding-set=-dac_override,-dac_read_search "
      or ""
    local said = shell.output(
      ("LUA_PATH=%s LUA_CPATH=%s %slua5.4 -e %s /dev/null %s 2>&1"):format(
        quoted(package.path),
        quoted(package.cpath),
        modest,
        quoted("(function(...)\n" .. script .. "\nend)(table.unpack(arg))"),
        quoted(folder)
      )
    )
    assert.truthy(said:find("write\tstore denied", 1, true), said)
    assert.truthy(said:find("lock\tstore denied", 1, true), said)
    assert.truthy(said:find("read\told", 1, true), said)
  end)

  local HOLDER <const> = [[
    local folder, id = ...
    local lock = assert(require("mwlogin.store").file({ folder = folder }):lock(id))
    print("held")
    io.stdout:flush()
    local socket = require("socket")
    while true do socket.sleep(60) end]]

  it("is locked by one process at a time, and a dead one holds nothing", function()
    local holder <close> = lua_process.start(HOLDER, folder .. "/state", id)
    assert.equal("held", holder:read(1, { stop = "\n" }))
    local lock, err = kept:lock(id)
    assert.is_nil(lock)
    assert.equal("timeout", err.code)
    assert(kept:lock(entries.id(API, "bob"))):release()
    holder:kill("KILL")
    holder:wait(30)
    assert(kept:lock(id)):release()
  end)

  -- An entry is a name and its copy: half of one beside half of another would be seen.
  local WRITER <const> = [[
    local folder, id, size = ...
    local store = require("mwlogin.store").file({ folder = folder })
    local count = 0
    io.stdout:setvbuf("no")
    while true do
      local lock = store:lock(id)
      if lock then
        count = count + 1
        local filling = tostring(count):rep(tonumber(size))
        assert(store:write(id, count .. ":" .. filling, lock))
        lock:release()
        io.stdout:write(count, "\n")
      end
    end]]

  it("loses and damages nothing, whenever a writer is killed", function()
    local rounds = tonumber(os.getenv("MWLOGIN_KILL_ROUNDS") or 100)
    local random = math.random
    math.randomseed(20261124)
    for round = 1, rounds do
      local writer <close> = lua_process.start(WRITER, folder .. "/state", id, "2000")
      local told = tonumber((assert(writer:read(1, { stop = "\n" }))))
      for _ = 1, random(0, 8) do
        told = tonumber((writer:read(1, { stop = "\n" }))) or told
      end
      -- anywhere in the next write, not only at its end
      for _ = 1, random(0, 60000) do
      end
      writer:kill("KILL")
      writer:wait(30)
      local text = assert(kept:read(id), "lost in round " .. round)
      local count, filling = text:match("^(%d+):(%d+)$")
      assert.truthy(count, "damaged in round " .. round)
      assert.equal(count:rep(2000), filling)
      assert.is_true(tonumber(count) >= told, "an older one came back in round " .. round)
      assert(kept:lock(id), "still locked in round " .. round):release()
    end
    assert.same({ id }, kept:ids())
  end)
end)
