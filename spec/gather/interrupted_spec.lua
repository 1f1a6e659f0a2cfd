-- Ctrl-C in the middle of a script's gathering, at each moment of its logins: the transfers end,
-- what the tasks hold is closed, no password is left in memory, and the script may go on if it
-- wants to.
local core = require "mwlogin.core"
local folders = require "spec.folders"
local lua_process = require "spec.lua_process"
local memory = require "spec.security.memory"
local names = require "spec.faults.names"
local shared = require "spec.shared"
local socket = require "socket"
local staged_wiki = require "spec.core.staged_wiki"

local STAGES <const> = { token = "token", login = "token login", proof = "token login proof" }
local COUNT <const> = 5

local SCRIPT <const> = [[
  local api, path, stays, pause = ...
  local mwlogin = require "mwlogin"
  local core = require "mwlogin.core"
  local closed = 0
  local list = { 1, 2, 3, 4, 5 }
  local function log_in(_, pool)
    local _ <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
    local wiki <close> = assert(mwlogin.open(api, {
      user_agent = "spec",
      pool = pool,
      timeout = 250,
      connect_timeout = 250,
    }))
    local source = mwlogin.secret.file(path)
    return wiki:login { username = "Alice@app", password = source, method = "botpassword" }
  end
  local ok, raised = pcall(mwlogin.gather, list, log_in, { concurrency = #list })
  if stays == "leaves" then
    os.exit(ok and 0 or 1, true)
  end
  collectgarbage()
  collectgarbage()
  print(ok, tostring(raised):match "[^:]*$", closed)
  io.stdout:flush()
  io.read "l"
  local results = mwlogin.gather(list, log_in)
  print(results[1].ok and results[1].value.name, results[5].ok and results[5].value.name)
]]

describe("a gathering that Ctrl-C ends", function()
  local wiki, host = shared(staged_wiki.start), shared(names.start)
  local folder, password

  folders.for_each(function(path)
    folder = path
  end)

  before_each(function()
    host:say { ["late.example.test"] = "127.0.0.1" }
    password = ("%x"):format(os.time()) .. core.crypto.base64url(core.crypto.random(24))
    local file <close> = assert(io.open(folder .. "/password", "w"))
    file:write(password, "\n")
    file:flush()
    os.execute("chmod 600 " .. folder .. "/password")
  end)

  ---All of them stand there.
  local function await(stage)
    local function have_come()
      local count = 0
      for _, request in ipairs(wiki:requests()) do
        count = count + (request.stage == stage and 1 or 0)
      end
      return count == COUNT
    end
    for _ = 1, 3000 do
      if have_come() then
        return
      end
      socket.sleep(0.01)
    end
    error("they did not come to " .. stage)
  end

  local function start(stage, api, stays)
    local silent = {}
    for number = 1, COUNT do
      silent[number] = staged_wiki.SILENCE
    end
    silent[COUNT + 1] = stage and staged_wiki.reply(staged_wiki[stage:upper()])
    wiki:answer(stage and { [stage] = silent })
    local options = { env = host.env, stdin = "pipe" }
    return lua_process.start(SCRIPT, options, api or wiki.api, folder .. "/password", stays)
  end

  local function is_forgotten(process)
    local found = memory.scan(process:pid(), { password = password })
    assert.same({}, found)
  end

  for stage in pairs(STAGES) do
    it("closes all, forgets the password and can begin again: " .. stage, function()
      local process = start(stage)
      await(stage)
      if stage == "login" then -- it is on its way
        assert.is_true(#memory.scan(process:pid(), { password = password }) > 0)
      end
      process:kill "INT"
      assert.equal("false\t interrupted!\t5", process:read(1, { stop = "\n", timeout = 60 }))
      is_forgotten(process)
      local before = #wiki:requests()
      process:write(0, "\n")
      assert.equal("Alice\tAlice\n", process:read(1, { timeout = 60 }))
      process:close()
      assert.equal(before + 3 * COUNT, #wiki:requests())
    end)
  end

  it("closes all while a name is looked up", function()
    local process = start(nil, "https://nowhere.example.test/api.php")
    for _ = 1, 3000 do
      local pipe <close> = assert(io.popen(("ls /proc/%d/task | wc -l"):format(process:pid())))
      if pipe:read "n" == 1 + COUNT then -- a thread looks up each
        break
      end
      socket.sleep(0.01)
    end
    process:kill "INT"
    assert.equal("false\t interrupted!\t5", process:read(1, { stop = "\n", timeout = 60 }))
    is_forgotten(process)
    process:kill "KILL"
    process:close()
  end)

  it("lets the script go, and a second one ends it at once", function()
    for _, times in ipairs { 1, 2 } do
      local process = start("login", nil, "leaves")
      await "login"
      for _ = 1, times do
        process:kill "INT"
      end
      local how = process:wait(60)
      assert.is_true(how.exit == 1 or times == 2 and how.signal == 2, tostring(how.exit))
      process:close()
    end
  end)
end)
