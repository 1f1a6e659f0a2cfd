---Kept sessions that many processes want at once: one logs in, the others reuse what it got.
local folders = require "spec.folders"
local machine = require "spec.store.machine"
local mwlogin = require "mwlogin"
local shared = require "spec.shared"
local wiki = require "spec.wiki"

local function shell(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

local function forbidden()
  error("a secret was read although a session is kept", 0)
end

describe("a kept session of many processes", function()
  local folder, store
  local w = shared(wiki.start)

  before_each(function()
    folder = folders.new()
    store = mwlogin.store.file { folder = folder .. "/kept" }
    w:forget_throttles()
    w:mark()
  end)

  after_each(function()
    folders.remove(folder)
  end)

  local function open(options)
    local made = { user_agent = "kept_spec", store = store }
    for name, value in pairs(options or {}) do
      made[name] = value
    end
    return assert(mwlogin.open(w.api, made))
  end

  local function log_in(options)
    local session <close> = open(options)
    return assert(session:login { username = "Bob", password = w.accounts.Bob })
  end

  local function posts()
    local count = 0
    for _, request in ipairs(w:requests {}) do
      count = count + (request.method == "POST" and 1 or 0)
    end
    return count
  end

  ---Starts the processes at once; each prints who it became and whether by its own login.
  local function start_many(count, body)
    local script = folder .. "/start.lua"
    local file = assert(io.open(script, "w"))
    file:write(([[
      package.path, package.cpath = %q, %q
      local mwlogin = require "mwlogin"
      local store = %s
      local session <close> = assert(mwlogin.open(%q, { user_agent = "kept_spec", store = store }))
      local me, err = session:login { username = "Bob", password = %q }
      print(me and me.name or tostring(err), me and me.fresh)
    ]]):format(package.path, package.cpath, body, w.api, w.accounts.Bob))
    file:close()
    return shell(("for i in $(seq %d); do lua5.4 %s & done; wait"):format(count, script))
  end

  local function count_lines(text, line)
    local count = 0
    for found in text:gmatch "[^\n]+" do
      count = count + (found == line and 1 or 0)
    end
    return count
  end

  it("is got once by twenty processes that start at once", function()
    local printed = start_many(20, ("mwlogin.store.file { folder = %q }"):format(folder .. "/kept"))
    assert.equal(1, count_lines(printed, "Bob\ttrue"), printed)
    assert.equal(19, count_lines(printed, "Bob\tfalse"), printed)
    assert.equal(1, posts())
  end)

  it("that is lost is begun again once by many that start at once", function()
    do
      local session <close> = open()
      assert(session:login { username = "Bob", password = w.accounts.Bob, remember = false })
    end
    w:forget_sessions()
    w:mark()
    local printed = start_many(8, ("mwlogin.store.file { folder = %q }"):format(folder .. "/kept"))
    assert.equal(1, count_lines(printed, "Bob\ttrue"), printed)
    assert.equal(7, count_lines(printed, "Bob\tfalse"), printed)
    assert.equal(1, posts())
  end)

  it("that is lost under several long runs at once is begun again once", function()
    local script = [[
      local api, folder, password, number = ...
      local mwlogin = require "mwlogin"
      local store = mwlogin.store.file { folder = folder }
      local session <close> = assert(mwlogin.open(api, { user_agent = "kept_spec", store = store }))
      assert(session:login { username = "Bob", password = password, remember = false })
      print "ready"
      io.stdout:flush()
      io.read "l"
      local page = { action = "edit", title = "Run" .. number, appendtext = "x" }
      local reply, err = session:post(page, { token = "csrf" })
      print(reply and reply.edit.result or tostring(err))]]
    local runs = {}
    for number = 1, 5 do
      local options = { stdin = "pipe" }
      local given = { w.api, folder .. "/kept", w.accounts.Bob, tostring(number) }
      runs[number] = machine.start(script, options, table.unpack(given))
      assert.equal("ready", runs[number]:read(1, { stop = "\n" }))
    end
    w:forget_sessions()
    w:mark()
    for _, run in ipairs(runs) do
      run:write(0, "\n")
    end
    for _, run in ipairs(runs) do
      assert.equal("Success\n", machine.output(run))
    end
    assert.equal(1, #w:requests { action = "clientlogin" })
  end)

  it("is got by the next one when the process that held its lock is killed", function()
    local script = [[
      local api, folder, password = ...
      local mwlogin = require "mwlogin"
      local store = mwlogin.store.file { folder = folder }
      local session <close> = assert(mwlogin.open(api, { user_agent = "kept_spec", store = store }))
      session:login {
        username = "Bob",
        password = function()
          print "asked"
          io.stdout:flush()
          require("mwlogin.core").pool():sleep(3600)
        end,
      }]]
    local held = machine.start(script, w.api, folder .. "/kept")
    assert.equal("asked", held:read(1, { stop = "\n" }))
    do
      local session <close> = open { max_wait = 0.3 }
      local me, err = session:login { username = "Bob", password = forbidden }
      assert.is_nil(me)
      assert.equal("store", err.kind)
      assert.equal("timeout", err.code)
      assert.truthy(err.message:find("Another process", 1, true))
    end
    held:kill "KILL"
    held:close()
    assert.is_true(log_in().fresh)
  end)
end)
