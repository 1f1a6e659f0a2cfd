---The command, started with its standard output closed, wrote its result into whatever socket or
---file had got that number, and ended with 0; with its input closed it read a secret from one.
local folders = require "spec.folders"

describe("the command with a standard stream that is closed", function()
  local folder

  folders.for_block(function(path)
    folder = path
  end)

  local function take(name)
    local file <close> = assert(io.open(folder .. "/" .. name, "rb"))
    return file:read "a"
  end

  local function put(name, text)
    local file <close> = assert(io.open(folder .. "/" .. name, "wb"))
    file:write(text)
    return folder .. "/" .. name
  end

  ---@return integer code
  local function run(words)
    local line = "env -u LUA_PATH -u LUA_CPATH XDG_STATE_HOME=%s scripts/mwlogin %s"
    local _, how, code = os.execute(line:format(folder, words))
    assert.equal("exit", how)
    return code
  end

  it("writes no result into a file that was opened since", function()
    local script = put("script.lua", 'local f = io.open(arg[1], "w") print "result" f:close()')
    for _, closed in ipairs { "1", "2", "0", "0 1 2" } do
      local redirections = closed:gsub("%d", "%0>&-")
      run(("run %s %s/other >/dev/null %s"):format(script, folder, redirections))
      assert.equal("", take "other", closed)
    end
  end)

  it("says so and fails, as it does where the disk is full", function()
    assert.equal(2, run(("completion bash >&- 2>%s/words"):format(folder)))
    assert.truthy(take("words"):find("could not be written to standard output", 1, true))
  end)

  it("reads no secret from what has got the number of its input", function()
    local script = put(
      "script.lua",
      [[local file <close> = assert(io.open(arg[1]))
      local secret, err = mwlogin.secret.stdin():read()
      return secret and 1 or nil, err]]
    )
    local words = ("run %s %s <&- 2>%s/words"):format(script, put("other", "key\n"), folder)
    assert.equal(2, run(words))
    assert.truthy(take("words"):find("Bad file descriptor", 1, true))
  end)
end)
