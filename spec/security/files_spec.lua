-- Files that others of this machine prepare, change or stand in the way of, under any umask, and a
-- disk that fails: nothing is read that others wrote, nothing is written where they can read it.
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local folders = require("spec.folders")
local shared = require("spec.shared")
local shell = require("spec.shell")
local stranger = require("spec.security.stranger")
local wikis = require("spec.wiki")

local ROW <const> = "files that others prepared, changed or could read"
local FAULTS <const> = "writes of a kept session that fail half-way"

local function write(path, text, mode)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
  file:flush()
  assert(os.execute(("chmod %s %s"):format(mode or "600", path)))
end

local HANDLER <const> = [[
  io.open(%q, "w"):write("ran"):close()
  return { name = "X", version = "1", kinds = { "Nothing" }, answer = function() return nil end }]]

describe("files", function()
  local is_root = shell.is_root()
  local folder
  local wiki = shared(wikis.start)

  lazy_setup(function()
    assert(is_root, "this needs another user to play, so that it is run as root")
  end)

  before_each(function()
    wiki:forget_throttles()
    folder = folders.new()
    for _, name in ipairs({ "state", "config", "home" }) do
      assert(os.execute(("mkdir -m 700 %s/%s"):format(folder, name)))
    end
    write(folder .. "/password", wiki.accounts.Bob .. "\n")
  end)

  after_each(function()
    folders.remove(folder)
  end)

  local function mwlogin(arguments, before, environment)
    local places = ("HOME=%s/home XDG_STATE_HOME=%s/state XDG_CONFIG_HOME=%s/config"):format(
      folder,
      folder,
      folder
    )
    local line = ("%s env -u LUA_PATH -u LUA_CPATH %s scripts/mwlogin %s </dev/null"):format(
      before or "",
      environment or places,
      arguments
    )
    return shell.result(line)
  end

  local function login(before, more, environment)
    local words = ("login %s --user Bob --password-from file:%s/password --no-input %s"):format(
      wiki.api,
      folder,
      more or ""
    )
    return mwlogin(words, before, environment)
  end

  -- == reading ===================================================================================

  -- Each makes a file of this path unfit; `text` is what it must hold.
  local UNFIT <const> = {
    ["that all can write"] = function(path, text)
      write(path, text, "666")
    end,
    ["that a group can write"] = function(path, text)
      write(path, text, "660")
      assert(os.execute("chgrp nogroup " .. path))
    end,
    ["of another user"] = function(path, text)
      write(path, text, "644")
      assert(os.execute("chown nobody " .. path))
    end,
    ["behind a link to one of another user"] = function(path, text)
      write(path .. ".theirs", text, "644")
      assert(os.execute(("chown nobody %s.theirs && ln -sf %s.theirs %s"):format(path, path, path)))
    end,
    ["behind a link to one all can write"] = function(path, text)
      write(path .. ".theirs", text, "666")
      assert(os.execute(("ln -sf %s.theirs %s"):format(path, path)))
    end,
    ["in a folder that all can write"] = function(path, text)
      write(path, text, "644")
      assert(os.execute(("chmod 777 $(dirname %s)"):format(path)))
    end,
    ["in a folder of another user"] = function(path, text)
      write(path, text, "644")
      assert(os.execute(("chown nobody $(dirname %s)"):format(path)))
    end,
    ["behind a link that others can turn"] = function(path, text)
      write(folder .. "/fine.lua", text, "644")
      assert(
        os.execute(("ln -sf %s/fine.lua %s && chmod 777 $(dirname %s)"):format(folder, path, path))
      )
    end,
  }

  for how, unfit in pairs(UNFIT) do
    it("are no handlers when they are one " .. how, function()
      assert(os.execute(("mkdir -m 755 %s/handlers"):format(folder)))
      local path = folder .. "/handlers/handler.lua"
      unfit(path, HANDLER:format(folder .. "/ran"))
      local output, code = login(nil, "--handler " .. path)
      assert.equal(2, code, output)
      assert.matches("handler.lua", output)
      assert.matches("chmod go%-w", output)
      assert.is_nil(io.open(folder .. "/ran"))
      counts.record(ROW, 1, 0)
    end)

    it("are no configuration when they are one " .. how, function()
      assert(os.execute(("mkdir -m 755 %s/config/mwlogin"):format(folder)))
      unfit(
        folder .. "/config/mwlogin/config.lua",
        ('return { bob = { url = %q, login = { username = "Bob" } } }'):format(wiki.api)
      )
      local output, code = mwlogin("whoami bob --no-input")
      assert.equal(2, code, output)
      assert.matches("config.lua", output)
      counts.record(ROW, 1, 0)
    end)
  end

  it("are handlers and configuration when they are ours, in a group of our own or not", function()
    write(folder .. "/handler.lua", HANDLER:format(folder .. "/ran"), "664")
    local output, code = login(nil, "--handler " .. folder .. "/handler.lua")
    assert.equal(0, code, output)
    assert.is_truthy(io.open(folder .. "/ran"))
  end)

  it("are no part of the command because somebody stands beside them", function()
    local here = folder .. "/here"
    assert(os.execute("mkdir -m 755 " .. here))
    for _, name in ipairs({ "argparse", "cjson", "socket", "mwlogin", "mwlogin/core", "lfs" }) do
      assert(os.execute(("mkdir -p $(dirname %s/%s)"):format(here, name)))
      write(
        here .. "/" .. name .. ".lua",
        ('io.open(%q, "w"):close() return {}'):format(folder .. "/ran"),
        "644"
      )
    end
    local root = shell.result("pwd"):match("[^\n]+")
    for _, arguments in ipairs({ "--version", "help", "sessions", "doctor " .. wiki.api }) do
      shell.result(
        ("cd %s && env -u LUA_PATH -u LUA_CPATH HOME=%s/home %s/scripts/mwlogin %s"):format(
          here,
          folder,
          root,
          arguments
        )
      )
      assert.is_nil(io.open(folder .. "/ran"), arguments)
      counts.record(ROW, 1, 0)
    end
  end)

  -- == writing ===================================================================================

  for _, umask in ipairs({ "000", "022", "077", "777" }) do
    it("of a login under umask " .. umask .. " are closed to others", function()
      os.execute(("rmdir %s/state"):format(folder))
      local output, code = login("umask " .. umask .. ";")
      assert.equal(0, code, output)
      local found = shell.result(("find %s/state -type f"):format(folder))
      assert.matches("%.json", found)
      assert.equal("", (shell.result(("find %s/state -perm /077"):format(folder))))
      output, code =
        mwlogin("whoami " .. wiki.api .. " --json --no-input", "umask " .. umask .. ";")
      assert.equal(0, code, output)
      assert.matches('"Bob"', output)
      counts.record(ROW, 1, 0)
    end)
  end

  -- What somebody prepared in place of the folder that sessions are kept in.
  local PREPARED <const> = {
    ["a folder of theirs"] = "mkdir -m 755 %s && chown nobody %s",
    ["a folder open to all"] = "mkdir -m 777 %s",
    ["a link to a folder of theirs"] = "mkdir %s.theirs && chown nobody %s.theirs "
      .. "&& ln -s %s.theirs %s",
    ["a file"] = "touch %s",
    ["a link to nowhere"] = "ln -s /nowhere/at/all %s",
  }

  for what, prepare in pairs(PREPARED) do
    it("are not kept in " .. what .. ", and no password is sent", function()
      local place = folder .. "/state/mwlogin"
      assert(os.execute((prepare:gsub("%%s", place))))
      wiki:mark()
      local output, code = login()
      assert.equal(6, code, output)
      assert.matches("/state/mwlogin", output, 1, true)
      assert.same({}, wiki:requests({ method = "POST" }))
      assert.equal("", (shell.result(("find %s/state/ -name '*.json'"):format(folder))))
      counts.record(ROW, 1, 0)
    end)
  end

  it("lie well in the sticky /tmp, and not in a folder of somebody else there", function()
    local place = shell.result("mktemp -d -p /tmp mwlogin-sticky.XXXXXX"):match("[^\n]+")
    local environment = ("HOME=%s/home XDG_STATE_HOME=%s"):format(folder, place)
    local output, code = login(nil, nil, environment)
    assert.equal(0, code, output)
    assert.matches("%.json", (shell.result("find " .. place)))
    os.execute(("rm -rf %s/mwlogin; chown nobody %s"):format(place, place))
    output = login(nil, nil, environment)
    assert.matches("another user", output)
    assert.equal("", (shell.result(("find %s -name '*.json'"):format(place))))
    os.execute("rm -rf " .. place)
    counts.record(ROW, 2, 0)
  end)

  it("are not kept where there is no HOME, and the command says so", function()
    local output, code = login(nil, nil, "-u HOME -u XDG_STATE_HOME -u XDG_CONFIG_HOME")
    assert.equal(6, code, output)
    assert.matches("neither XDG_STATE_HOME nor HOME", output)
  end)

  -- == a disk that fails =========================================================================

  describe("on a disk that fails", function()
    local shim

    folders.for_block(function(path)
      shim = path
    end)

    lazy_setup(function()
      local output, code = shell.result(
        ("cc -shared -fPIC -O1 -o %s/shim.so spec/security/failing_disk.c -ldl"):format(shim)
      )
      assert.equal(0, code, output)
    end)

    for _, call in ipairs({ "openat", "write", "fchmod", "fsync", "renameat" }) do
      it("keep what was there when " .. call .. " fails, and leave no draft", function()
        local path = folder .. "/kept.json"
        assert(core.private_file.write(path, "what was kept"))
        local program = ([[
          local core = require("mwlogin.core")
          local done, err = core.private_file.write(%q, ("new"):rep(1000))
          print(done, err and err.kind, err and err.code)]]):format(path)
        for _, errno in ipairs({ 5, 28, 30, 122 }) do
          write(folder .. "/program.lua", program)
          local output = shell.result(
            (
              "LUA_PATH='%s' LUA_CPATH='%s' FAIL_CALL=%s FAIL_ERRNO=%d LD_PRELOAD=%s/shim.so "
              .. "lua5.4 %s"
            ):format(
              package.path,
              package.cpath,
              call,
              errno,
              shim,
              folder .. "/program.lua"
            )
          )
          assert.matches("^nil\tstore\t", output)
          assert.equal("what was kept", core.private_file.read(path))
          assert.equal("", (shell.result(("ls -A %s | grep draft"):format(folder))))
          counts.record(FAULTS, 1, 0)
        end
      end)
    end
  end)
end)

describe("somebody without rights", function()
  it("runs the command from a home of their own", function()
    local someone = stranger.new()
    local output, code = someone:run(someone.mwlogin .. " sessions")
    someone:gone()
    assert.equal(0, code, output)
  end)
end)
