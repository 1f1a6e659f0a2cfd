---Kept sessions that many processes want at once: one logs in, the others reuse what it got.
local kept_stand = require "spec.login.kept_stand"
local lua_process = require "spec.lua_process"

describe("a kept session of many processes", function()
  local stand = kept_stand.for_block()
  local wiki = stand.wiki

  local LOG_IN <const> = [[
    local api, folder, password = ...
    local mwlogin = require "mwlogin"
    local store = mwlogin.store.file { folder = folder }
    local session <close> = assert(mwlogin.open(api, { user_agent = "spec", store = store }))
  ]]

  local function start(script, options, ...)
    return lua_process.start(
      LOG_IN .. script,
      options,
      wiki.api,
      stand.path,
      wiki.accounts.Bob,
      ...
    )
  end

  ---Logs in by many processes at once.
  ---@return integer fresh how many logged in
  ---@return integer reused how many found a session
  local function log_in_many(count)
    local processes, fresh, reused = {}, 0, 0
    for number = 1, count do
      processes[number] = start(
        [[
        local me, err = session:login { username = "Bob", password = password }
        print(me and me.name or tostring(err), me and me.fresh)]],
        {}
      )
    end
    for _, process in ipairs(processes) do
      local printed = lua_process.output(process)
      fresh = fresh + (printed == "Bob\ttrue\n" and 1 or 0)
      reused = reused + (printed == "Bob\tfalse\n" and 1 or 0)
    end
    return fresh, reused
  end

  it("is got once by twenty processes that start at once", function()
    assert.same({ 1, 19 }, { log_in_many(20) })
    assert.equal(1, #wiki:requests { method = "POST" })
  end)

  it("that is lost is begun again once by many that start at once", function()
    stand:log_in { remember = false }
    wiki:forget_sessions()
    wiki:mark()
    assert.same({ 1, 7 }, { log_in_many(8) })
    assert.equal(1, #wiki:requests { method = "POST" })
  end)

  it("that is lost under several long runs at once is begun again once", function()
    local script = [[
      local number = select(4, ...)
      assert(session:login { username = "Bob", password = password, remember = false })
      print "ready"
      io.stdout:flush()
      io.read "l"
      local page = { action = "edit", title = "Run" .. number, appendtext = "x" }
      local reply, err = session:post(page, { token = "csrf" })
      print(reply and reply.edit.result or tostring(err))]]
    local runs = {}
    for number = 1, 5 do
      runs[number] = start(script, { stdin = "pipe" }, tostring(number))
      assert.equal("ready", runs[number]:read(1, { stop = "\n" }))
    end
    wiki:forget_sessions()
    wiki:mark()
    for _, run in ipairs(runs) do
      run:write(0, "\n")
    end
    for _, run in ipairs(runs) do
      assert.equal("Success\n", lua_process.output(run))
    end
    assert.equal(1, #wiki:requests { action = "clientlogin" })
  end)

  it("is got by the next one when the process that held its lock is killed", function()
    local held = start(
      [[
      session:login {
        username = "Bob",
        password = function()
          print "asked"
          io.stdout:flush()
          require("mwlogin.core").pool():sleep(3600)
        end,
      }]],
      {}
    )
    assert.equal("asked", held:read(1, { stop = "\n" }))
    do
      local session <close> = stand:open { max_wait = 0.3 }
      local me, err = session:login(stand:bob { password = kept_stand.forbidden })
      assert.is_nil(me)
      assert.equal("store", err.kind)
      assert.equal("timeout", err.code)
      assert.truthy(err.message:find("Another process", 1, true))
    end
    held:kill "KILL"
    held:close()
    assert.is_true(stand:log_in().fresh)
  end)
end)
