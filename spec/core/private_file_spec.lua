local core = require("mwlogin.core")
local folders = require("spec.folders")
local lua_process = require("spec.lua_process")
local on_disk = require("spec.core.on_disk")

local files = core.private_file
local run, output_of, put, mode_of = on_disk.run, on_disk.output_of, on_disk.put, on_disk.mode_of

local folder

--- What is refused by read, check and write alike, and is still there unchanged.
local function assert_unsafe(path, words)
  for _, name in ipairs({ "read", "check", "write" }) do
    local result, err = files[name](path, "new")
    assert.is_nil(result)
    assert.same({ "store", "unsafe" }, { err.kind, err.code }, name)
    assert.truthy(err.message:find(words, 1, true), err.message)
  end
end

describe("a private file", function()
  folders.for_each(function(path)
    folder = path
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
    local writer <close> = lua_process.start(([[
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
