local core = require("mwlogin.core")

--- A process that is closed when the block ends, even if an assertion fails.
local function start(argv, options)
  return assert(core.process(argv, options))
end

local function output_of(argv, options)
  options = options or {}
  options.stdout = "pipe"
  local process <close> = start(argv, options)
  local text = assert(process:read(1))
  return text, process:wait()
end

local function exists(pid)
  return os.execute(("kill -0 %d 2>/dev/null"):format(pid)) == true
end

describe("a process", function()
  it("gets its arguments as they are, without a shell", function()
    local text = output_of({ "printf", "%s|", "a b", "$HOME", "`id`", "*", "", "'\"" })
    assert.equal("a b|$HOME|`id`|*||'\"|", text)
  end)

  it("says how it ended, again when asked again", function()
    local process <close> = start({ "sh", "-c", "exit 7" })
    assert.same({ exit = 7 }, process:wait())
    assert.same({ exit = 7 }, process:wait())
    assert.is_nil(process:pid())
    local other <close> = start({ "sh", "-c", "kill -9 $$" })
    assert.same({ signal = 9 }, other:wait())
  end)

  it("is an error that names the program where there is none", function()
    local process, err = core.process({ "no-such-program-anywhere", "argument" })
    assert.is_nil(process)
    assert.equal("not_found", err.code)
    assert.truthy(err.message:find("no-such-program-anywhere", 1, true))
    assert.is_nil(err.message:find("argument", 1, true))
    process, err = core.process({ "/etc/passwd" })
    assert.is_nil(process)
    assert.equal("denied", err.code)
  end)

  it("reads and writes line by line", function()
    local process <close> = start({ "cat" }, { stdin = "pipe", stdout = "pipe" })
    assert.is_true(process:write(0, "one\ntwo\n"))
    assert.equal("one", process:read(1, { stop = "\n" }))
    assert.equal("two", process:read(1, { stop = "\n" }))
    assert.is_true(process:write(0, core.secret("secret\0rest")))
    local secret = process:read(1, { stop = "\0", secret = true })
    assert.is_true(core.is_secret(secret))
    assert.equal("secret", secret:reveal())
    process:close_pipe(0)
    assert.equal("rest", process:read(1, { stop = "\n" }))
    local text, err = process:read(1, { stop = "\n" })
    assert.is_nil(text)
    assert.equal("eof", err.code)
  end)

  it("keeps what came before a timeout", function()
    local process <close> = start({ "cat" }, { stdin = "pipe", stdout = "pipe" })
    process:write(0, "half")
    local text, err = process:read(1, { stop = "\n", timeout = 0.05 })
    assert.is_nil(text)
    assert.equal("timeout", err.code)
    process:write(0, " whole\n")
    assert.equal("half whole", process:read(1, { stop = "\n" }))
  end)

  it("does not read more than it may", function()
    local process <close> = start({ "cat" }, { stdin = "pipe", stdout = "pipe" })
    process:write(0, "12345\n")
    local text, err = process:read(1, { stop = "\n", max = 4 })
    assert.is_nil(text)
    assert.equal("large", err.code)
    assert.equal("12345", process:read(1, { stop = "\n", max = 5 }))
    process:write(0, "1234")
    process:close_pipe(0)
    assert.equal("1234", process:read(1, { max = 4 }))
  end)

  it("takes and gives more than a pipe holds", function()
    local process <close> = start({ "cat" }, { stdin = "pipe", stdout = "pipe" })
    local large = ("0123456789"):rep(100000)
    assert.is_true(process:write(0, large))
    process:close_pipe(0)
    assert.is_true(large == process:read(1))
  end)

  it("makes writing to a program that has gone an error, not our end", function()
    local process <close> = start({ "true" }, { stdin = "pipe" })
    process:wait()
    local good, err = process:write(0, ("x"):rep(100000))
    assert.is_nil(good)
    assert.equal("eof", err.code)
  end)

  it("does not wait for ever for a program that does not read", function()
    local process <close> = start({ "sleep", "30" }, { stdin = "pipe" })
    local good, err = process:write(0, ("x"):rep(1000000), 0.05)
    assert.is_nil(good)
    assert.equal("timeout", err.code)
    local status
    status, err = process:wait(0)
    assert.is_nil(status)
    assert.equal("timeout", err.code)
  end)

  it("has pipes on the descriptors named, and no others of ours", function()
    local file <close> = assert(io.open("/dev/null"))
    assert.truthy(file)
    local process <close> = start(
      { "sh", "-c", 'read line <&3; echo "got $line" >&7; ls /proc/self/fd >&2' },
      { stderr = "pipe", pipes = { [3] = "write", [7] = "read" } }
    )
    assert(process:write(3, "a message\n"))
    assert.equal("got a message", process:read(7, { stop = "\n" }))
    local listed = {}
    for fd in process:read(2):gmatch("%d+") do
      listed[fd] = true
    end
    -- one more is the folder that ls itself reads
    listed["4"] = nil
    assert.same({ ["0"] = true, ["1"] = true, ["2"] = true, ["3"] = true, ["7"] = true }, listed)
  end)

  it("has our environment with the changes given", function()
    local text = output_of({ "sh", "-c", 'echo "$MWL_SPEC|${HOME-gone}|${PATH:+kept}"' }, {
      env = { MWL_SPEC = "a value", HOME = false },
    })
    assert.equal("a value|gone|kept\n", text)
  end)

  it("is looked up in the PATH it will have", function()
    local process, err = core.process({ "sh", "-c", "true" }, { env = { PATH = "/nowhere" } })
    assert.is_nil(process)
    assert.equal("not_found", err.code)
  end)

  it("hears the signal it is sent", function()
    local process <close> = start(
      { "sh", "-c", "trap 'exit 5' INT; echo ready; while :; do sleep 0.01; done" },
      { stdout = "pipe" }
    )
    process:read(1, { stop = "\n" })
    assert.is_true(process:kill("INT"))
    assert.same({ exit = 5 }, process:wait())
    assert.is_false(process:kill())
  end)

  it("is ended with its own children when it is closed", function()
    local process = start({ "sh", "-c", "sleep 300 & echo $!; wait" }, { stdout = "pipe" })
    local pid, child = process:pid(), tonumber(process:read(1, { stop = "\n" }))
    assert.is_true(exists(pid))
    process:close()
    process:close()
    assert.is_false(exists(pid))
    -- the child's zombie is for init to reap
    local state = io.popen(("ps -o stat= -p %d"):format(child)):read("a")
    assert.truthy(state == "" or state:find("Z", 1, true))
    assert.equal("process (closed)", tostring(process))
    assert.has_error(function()
      process:pid()
    end)
  end)

  it("is killed when it does not listen", function()
    local process = start(
      { "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.01; done" },
      { stdout = "pipe" }
    )
    process:read(1, { stop = "\n" })
    local pid = process:pid()
    process:close()
    assert.is_false(exists(pid))
  end)

  it("is ended when it is collected or its block left", function()
    local pid
    do
      local process <close> = start({ "sleep", "300" })
      pid = process:pid()
    end
    assert.is_false(exists(pid))
    pid = start({ "sleep", "300" }):pid()
    collectgarbage()
    collectgarbage()
    assert.is_false(exists(pid))
  end)

  it("runs on when it is left", function()
    local process = start({ "sleep", "300" })
    local pid = process:pid()
    process:leave()
    collectgarbage()
    assert.is_true(exists(pid))
    os.execute("kill " .. pid)
  end)

  it("raises on what cannot be a command", function()
    for _, case in ipairs({
      { "true" },
      { {} },
      { { 1 } },
      { { "a\0b" } },
      { { core.secret("true") } },
      { { "true" }, { stdinn = "pipe" } },
      { { "true" }, { stdin = "file" } },
      { { "true" }, { pipes = { [2] = "read" } } },
      { { "true" }, { pipes = { [3] = "both" } } },
      { { "true" }, { env = { ["A=B"] = "c" } } },
      { { "true" }, { env = { A = true } } },
      { { "true" }, { timeout = -1 } },
    }) do
      assert.has_error(function()
        core.process(table.unpack(case))
      end)
    end
    local process <close> = start({ "cat" }, { stdin = "pipe", stdout = "pipe" })
    assert.has_error(function()
      process:read(0)
    end)
    assert.has_error(function()
      process:write(1, "x")
    end)
    assert.has_error(function()
      process:read(5)
    end)
  end)
end)

describe("first_line", function()
  it("is a secret of the first line alone", function()
    local secret = core.first_line({ "printf", "open sesame\\nsecond\\n" })
    assert.is_true(core.is_secret(secret))
    assert.equal("open sesame", secret:reveal())
    assert.equal("x", core.first_line({ "printf", "x" }):reveal())
    assert.equal("x", core.first_line({ "printf", "x\\r\\n" }):reveal())
  end)

  it("does not hold up a program that says a lot", function()
    local secret = core.first_line({ "sh", "-c", "echo first; head -c 1000000 /dev/zero" })
    assert.equal("first", secret:reveal())
  end)

  it("does not wait for what the program left running", function()
    local secret = core.first_line({ "sh", "-c", "sleep 30 & echo $!" }, { timeout = 20 })
    os.execute("kill " .. secret:reveal())
    assert.truthy(tonumber(secret:reveal()))
  end)

  it("is an error when the program fails, whatever it said", function()
    local secret, err = core.first_line({ "sh", "-c", "echo hunter2; exit 3" })
    assert.is_nil(secret)
    assert.same({ "answer", "exit", 3 }, { err.kind, err.code, err.exit })
    assert.is_nil(tostring(err):find("hunter2", 1, true))
    secret, err = core.first_line({ "sh", "-c", "kill -15 $$" })
    assert.is_nil(secret)
    assert.equal(15, err.signal)
  end)

  it("is an error when there is no line", function()
    for code, argv in pairs({
      empty = { "printf", "\\nsecond" },
      not_found = { "no-such-program-anywhere" },
      large = { "head", "-c", "70000", "/dev/zero" },
    }) do
      local secret, err = core.first_line(argv)
      assert.is_nil(secret)
      assert.same({ "answer", code }, { err.kind, err.code })
    end
  end)

  it("ends a program that takes too long", function()
    local secret, err = core.first_line({ "sleep", "300" }, { timeout = 0.05 })
    assert.is_nil(secret)
    assert.equal("timeout", err.code)
    assert.truthy(err.message:find("sleep did not end within 0.05 seconds", 1, true))
  end)

  it("changes the environment where asked", function()
    local secret = core.first_line({ "sh", "-c", "echo $MWL_SPEC" }, { env = { MWL_SPEC = "y" } })
    assert.equal("y", secret:reveal())
  end)
end)
