local core = require("mwlogin.core")

local files = core.private_file

local folder

local function run(command, ...)
  local quoted = {}
  for i, argument in ipairs({ ... }) do
    quoted[i] = "'" .. argument .. "'"
  end
  assert(os.execute(command .. " " .. table.concat(quoted, " ")))
end

local function output_of(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
end

local function put(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

local function mode_of(path)
  return output_of(("stat -c %%a '%s'"):format(path)):gsub("\n", "")
end

--- What is refused by read, check and write alike, and is still there unchanged.
local function assert_unsafe(path, words)
  for _, name in ipairs({ "read", "check", "write" }) do
    local result, err = files[name](path, "new")
    assert.is_nil(result)
    assert.same({ "store", "unsafe" }, { err.kind, err.code }, name)
    assert.truthy(err.message:find(words, 1, true), err.message)
  end
end

--- A Lua program of its own with `files`, running until its stdin ends.
local function elsewhere(program)
  local process = assert(core.process({ "lua5.4", "-e", program }, {
    stdin = "pipe",
    stdout = "pipe",
    stderr = "inherit",
    env = { LUA_PATH = package.path, LUA_CPATH = package.cpath, LUA_INIT = false },
  }))
  return process
end

describe("a private file", function()
  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(files.folder(folder))
  end)

  after_each(function()
    run("rm -r", folder)
  end)

  it("is read as it was written, and only its owner can", function()
    local path = folder .. "/cookies"
    assert.is_true(files.write(path, "a\0b\n"))
    assert.equal("a\0b\n", files.read(path))
    assert.is_true(files.check(path))
    assert.equal("600", mode_of(path))
    assert.is_true(files.write(path, core.secret("second")))
    assert.equal("second", files.read(path))
    local large = ("0123456789"):rep(50000)
    assert.is_true(files.write(path, large))
    assert.is_true(large == files.read(path))
    assert.is_true(files.write(path, ""))
    assert.equal("", files.read(path))
  end)

  it("is closed to others whatever the umask is", function()
    local path = folder .. "/cookies"
    local program = 'local f = require("mwlogin.core").private_file assert(f.write("%s", "x"))'
    run(
      ("umask 000; LUA_PATH='%s' LUA_CPATH='%s' lua5.4 -e"):format(package.path, package.cpath),
      program:format(path)
    )
    assert.equal("600", mode_of(path))
  end)

  it("is an error when it is not there", function()
    local text, err = files.read(folder .. "/missing")
    assert.is_nil(text)
    assert.same({ "store", "missing" }, { err.kind, err.code })
    local written
    written, err = files.write(folder .. "/missing/file", "x")
    assert.is_nil(written)
    assert.equal("missing", err.code)
  end)

  it("may not be a symbolic link", function()
    put(folder .. "/target", "text")
    run("chmod 600", folder .. "/target")
    run("ln -s target", folder .. "/link")
    assert_unsafe(folder .. "/link", "is a symbolic link")
    run("ln -s nowhere", folder .. "/dangling")
    assert_unsafe(folder .. "/dangling", "is a symbolic link")
    assert.equal("text", files.read(folder .. "/target"))
  end)

  it("may not be open to others", function()
    put(folder .. "/open", "text")
    for _, mode in ipairs({ "640", "604", "620", "601" }) do
      run("chmod " .. mode, folder .. "/open")
      assert_unsafe(folder .. "/open", "is open to other users")
    end
    assert.equal("text", output_of("cat " .. folder .. "/open"))
  end)

  it("may not have a second name", function()
    files.write(folder .. "/one", "text")
    run("ln", folder .. "/one", folder .. "/two")
    assert_unsafe(folder .. "/one", "hard link")
  end)

  it("may not be a pipe or a folder, nor is a pipe waited for", function()
    run("mkfifo -m 600", folder .. "/pipe")
    assert_unsafe(folder .. "/pipe", "is not a regular file")
    run("mkdir -m 700", folder .. "/folder")
    assert_unsafe(folder .. "/folder", "is not a regular file")
  end)

  it("may not belong to another user", function()
    if output_of("id -u") ~= "0\n" then
      pending("only root can give files away")
      return
    end
    files.write(folder .. "/theirs", "text")
    run("chown 65534", folder .. "/theirs")
    assert_unsafe(folder .. "/theirs", "belongs to another user")
    files.write(folder .. "/ours", "text")
    run("chown 65534", folder)
    assert_unsafe(folder .. "/ours", "is a folder of another user")
    run("chown 0", folder)
  end)

  it("may not lie below a folder that others can change", function()
    files.folder(folder .. "/a/b")
    files.write(folder .. "/a/b/file", "text")
    run("chmod 777", folder .. "/a")
    assert_unsafe(folder .. "/a/b/file", "is a folder that other users can change")
    assert.is_nil((files.folder(folder .. "/a/c")))
    assert.is_nil((files.lock(folder .. "/a/b/file")))
    assert.is_nil((files.list(folder .. "/a/b")))
    assert.is_nil((files.remove(folder .. "/a/b/file")))
    run("ln -s a/b", folder .. "/way")
    assert_unsafe(folder .. "/way/file", "is a folder that other users can change")
    run("chmod 1777", folder .. "/a")
    assert.equal("text", files.read(folder .. "/a/b/file"))
  end)

  it("is removed, twice if need be", function()
    files.write(folder .. "/file", "text")
    assert.is_true(files.remove(folder .. "/file"))
    assert.is_true(files.remove(folder .. "/file"))
    assert.equal("missing", select(2, files.read(folder .. "/file")).code)
  end)

  it("is left as it was when there is no room for the new one", function()
    files.write(folder .. "/file", "old")
    -- the file system does not fill up for a spec; the largest size of a file does as well
    local said = output_of(
      (
        "ulimit -f 16; trap '' XFSZ; LUA_PATH='%s' LUA_CPATH='%s' lua5.4 -e '"
        .. 'local f = require("mwlogin.core").private_file '
        .. 'local good, err = f.write("%s/file", ("x"):rep(100000)) '
        .. "print(good, err.kind, err.code)'"
      ):format(package.path, package.cpath, folder)
    )
    assert.equal("nil\tstore\tfull\n", said)
    assert.equal("old", files.read(folder .. "/file"))
    assert.equal("file\n", output_of("ls -A " .. folder))
  end)

  it("is cleared of what killed writers left, and of nothing else", function()
    local dead = folder .. "/.file.0123456789abcdef.draft"
    local other = folder .. "/.other.0123456789abcdef.draft"
    local live = folder .. "/.file.fedcba9876543210.draft"
    for _, path in ipairs({ dead, other, live }) do
      put(path, "half")
    end
    local holder <close> = assert(
      core.process(
        { "flock", "-x", live, "-c", "echo held; cat" },
        { stdin = "pipe", stdout = "pipe" }
      )
    )
    assert.equal("held", holder:read(1, { stop = "\n" }))
    files.write(folder .. "/file", "text")
    assert.equal(
      ".file.fedcba9876543210.draft\n.other.0123456789abcdef.draft\nfile\n",
      output_of("LC_ALL=C ls -A " .. folder)
    )
  end)

  it("is never seen half written", function()
    local path = folder .. "/file"
    files.write(path, ("a"):rep(30000))
    local writer <close> = elsewhere(([[
      local f = require("mwlogin.core").private_file
      print("ready") io.stdout:flush()
      for i = 1, 60 do assert(f.write(%q, (i %% 2 == 0 and "a" or "b"):rep(30000))) end
      print("done") io.stdout:flush()
    ]]):format(path))
    writer:read(1, { stop = "\n" })
    local line, err
    repeat
      local text = assert(files.read(path))
      assert.is_true(text == ("a"):rep(30000) or text == ("b"):rep(30000))
      line, err = writer:read(1, { stop = "\n", timeout = 0 })
    until line or err.code ~= "timeout"
    assert.equal("done", line)
  end)

  it("raises on what is no path", function()
    for _, path in ipairs({ "", "a\0b" }) do
      assert.has_error(function()
        files.read(path)
      end)
    end
    assert.has_error(function()
      files.write(folder .. "/", "text")
    end)
    assert.has_error(function()
      files.write(folder .. "/file", 12)
    end)
  end)
end)

describe("a private folder", function()
  local root

  before_each(function()
    root = os.tmpname()
    os.remove(root)
  end)

  after_each(function()
    run("rm -rf", root)
  end)

  it("is made with those above it, open to its owner only", function()
    assert.is_true(files.folder(root .. "/a/b/"))
    assert.is_true(files.folder(root .. "/a/b"))
    assert.equal("700", mode_of(root))
    assert.equal("700", mode_of(root .. "/a/b"))
  end)

  it("is refused when others can enter it, or it is a file", function()
    run("mkdir -m 755", root)
    local good, err = files.folder(root)
    assert.is_nil(good)
    assert.equal("unsafe", err.code)
    run("chmod 700", root)
    put(root .. "/file", "")
    good, err = files.folder(root .. "/file")
    assert.is_nil(good)
    assert.equal("exists", err.code)
  end)

  it("lists its files without locks and drafts", function()
    files.folder(root)
    local lock <close> = assert(files.lock(root .. "/one"))
    assert.truthy(lock)
    files.write(root .. "/one", "")
    files.write(root .. "/two", "")
    put(root .. "/.two.0123456789abcdef.draft", "")
    local names = files.list(root)
    table.sort(names)
    assert.same({ "one", "two" }, names)
    local missing, err = files.list(root .. "/missing")
    assert.is_nil(missing)
    assert.equal("missing", err.code)
  end)
end)

describe("a lock", function()
  local path

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    files.folder(folder)
    path = folder .. "/entry"
  end)

  after_each(function()
    run("rm -r", folder)
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
    local holder <close> = elsewhere(program)
    assert.equal("held", holder:read(1, { stop = "\n" }))
    assert.is_nil((files.lock(path)))
    local late <close> = elsewhere(program)
    assert.equal("busy", late:read(1, { stop = "\n" }))
    holder:kill("KILL")
    holder:wait()
    assert(files.lock(path, 5)):release()
  end)

  it("is taken over from a holder that lets go in time", function()
    local holder <close> = elsewhere(([[
      local lock = require("mwlogin.core").private_file.lock(%q)
      print("held") io.stdout:flush()
      os.execute("sleep 0.05")
      lock:release()
      io.read("l")
    ]]):format(path))
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
      workers[i] = elsewhere(program)
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
