-- The command cannot be looked into by other programs of its user, and leaves no core file; the
-- library changes nothing of its host.
local counts = require("spec.security.counts")
local socket = require("socket")
local stranger = require("spec.security.stranger")
local wikis = require("spec.wiki")

local ROW <const> = "looks into the running command by its own user"

describe("the command", function()
  local someone

  lazy_setup(function()
    someone = stranger.new()
  end)

  lazy_teardown(function()
    someone:gone()
  end)

  local function read(name)
    local file = io.open(someone.folder .. "/home/" .. name)
    if not file then
      return nil
    end
    local text = file:read("a")
    file:close()
    return text
  end

  -- Runs a script that holds still while `look` looks at its process.
  local function while_running(program, look)
    local script = [[
      local file = assert(io.open("ready.new", "w"))
      file:write((assert(io.open("/proc/self/stat")):read("n")))
      file:close()
      os.rename("ready.new", "ready")
      local core = require "mwlogin.core"
      local pool = core.pool()
      for _ = 1, 2000 do
        if io.open("go") then break end
        pool:sleep(0.02)
      end]]
    local file <close> = assert(io.open(someone.folder .. "/home/hold.lua", "w"))
    file:write(script)
    file:flush()
    os.execute("rm -f " .. someone.folder .. "/home/ready " .. someone.folder .. "/home/go")
    local pipe = assert(io.popen(someone:line(program), "w"))
    local pid
    for _ = 1, 1500 do
      pid = tonumber(read("ready"))
      if pid then
        break
      end
      socket.sleep(0.02)
    end
    local good, err = pcall(look, pid)
    someone:run("touch go")
    pipe:close()
    assert(pid, "the program did not start")
    assert(good, err)
  end

  local function opens(pid, name)
    local _, code = someone:run(("cat </proc/%d/%s >/dev/null"):format(pid, name))
    return code == 0
  end

  -- whether a byte of the memory can be read, at an address that is mapped
  local function reads_memory(pid)
    local _, code = someone:run(([[lua5.4 -e '
      local first = assert(io.open("/proc/%d/maps")):read("l"):match("^%%x+")
      local memory = assert(io.open("/proc/%d/mem", "rb"))
      assert(memory:seek("set", tonumber(first, 16)))
      assert(memory:read(1))']]):format(pid, pid))
    return code == 0
  end

  it("shows neither memory nor environment, nor what it has open", function()
    while_running(someone.mwlogin .. " run hold.lua", function(pid)
      assert.is_false(reads_memory(pid))
      for _, name in ipairs({ "environ", "maps", "mem", "auxv" }) do
        assert.is_false(opens(pid, name), name)
      end
      local _, code = someone:run(("ls /proc/%d/fd"):format(pid))
      assert.is_true(code ~= 0)
    end)
    counts.record(ROW, 6, 0)
  end)

  it("would show them if it did nothing about it: a plain script does", function()
    while_running(someone:lua() .. " hold.lua", function(pid)
      -- where Yama lets only parents look into memory, the environment shows it
      local yama = io.open("/proc/sys/kernel/yama/ptrace_scope")
      assert.is_true(reads_memory(pid) or yama ~= nil and yama:read("n") > 0)
      assert.is_true(opens(pid, "environ"))
    end)
  end)

  it("leaves no core file when it crashes", function()
    local script <close> = assert(io.open(someone.folder .. "/home/crash.lua", "w"))
    script:write([[
      local core = require "mwlogin.core"
      local pid = assert(io.open("/proc/self/stat")):read("n")
      local limits = assert(io.open("/proc/self/limits")):read("a")
      io.stderr:write(limits:match("Max core file size%s+(%S+)"), "\n")
      core.process({ "kill", "-SEGV", tostring(pid) }, {}):wait(10)]])
    script:flush()
    local output, code = someone:run("ulimit -c unlimited; " .. someone.mwlogin .. " run crash.lua")
    assert.equal(128 + 11, code, output)
    assert.matches("^0\n", output)
    assert.is_nil(output:find("core dumped", 1, true))
    assert.equal("", (someone:run("ls | grep core")))
    counts.record("crashes of the command that leave a core", 1, 0)
  end)

  it("gives a program run by exec, and what that runs, the jar", function()
    local wiki = wikis.start()
    local line = ("P=%s %s exec --user Bob --password-from env:P --no-input %s -- "):format(
      "'" .. wiki.accounts.Bob .. "'",
      someone.mwlogin,
      wiki.api
    )
    local output, code =
      someone:run(line .. [[sh -c 'cat "$MWLOGIN_COOKIES"; sh -c "cat $MWLOGIN_COOKIES"; env']])
    wiki:stop()
    assert.equal(0, code, output)
    local _, copies = output:gsub("wiki_session\t", "")
    assert.equal(2, copies)
    assert.is_nil(output:find(wiki.accounts.Bob, 1, true))
  end)

  it("can be switched both ways", function()
    local output = someone:run(someone:lua() .. [[ -e '
      local core = require "mwlogin.core"
      local function limit()
        return assert(io.open("/proc/self/limits")):read("a"):match("Max core file size%s+(%S+)")
      end
      local before = limit()
      print(core.dumpable(false), limit())
      print(core.dumpable(true), limit() == before)']])
    assert.equal("true\t0\ntrue\ttrue\n", output)
  end)
end)
