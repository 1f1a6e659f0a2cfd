-- Wherever a user gives a function: what it raises is told as doc/errors.md says, with nothing of
-- it lost, and nothing of the login is left half done.
local dialogues = require "spec.faults.dialogues"
local lua_process = require "spec.lua_process"
local memory_store = require "spec.store.memory"
local mwlogin = require "mwlogin"

local PASSWORD <const> = "the password of Alice"
local ALICE <const> = { username = "Alice", password = PASSWORD }
local DELEGATED <const> = { method = "clientlogin", answers = { mode = "redirect" } }

local function with(credentials, more)
  local made = {}
  for _, values in ipairs { credentials, more } do
    for name, value in pairs(values) do
      made[name] = value
    end
  end
  return made
end

local function scripted(more)
  return mwlogin.testing.wiki(with({ accounts = { Alice = { password = PASSWORD } } }, more or {}))
end

---A wiki that sends people elsewhere, whence they come back with an answer.
local function delegating()
  local pages = {
    ["Special:Onwards"] = function()
      return { status = 200, body = "Who are you?" }
    end,
  }
  return mwlogin.testing.wiki { steps = dialogues.redirect.steps, pages = pages }
end

local function came_back(step)
  return step.redirect_url:match "&to=(.*)$" .. "?code=idp-code-1&state=st4te"
end

local function open(wiki, options)
  local made = { transport = wiki.transport, user_agent = "spec" }
  return assert(mwlogin.open(wiki.api, with(made, options or {})))
end

---A store whose one method is given.
local function store_with(name, method)
  local made = memory_store.new()
  return setmetatable({}, {
    __index = function(_, wanted)
      if wanted == name then
        return method(made)
      end
      local own = made[wanted]
      return type(own) == "function" and function(_, ...)
        return own(made, ...)
      end or own
    end,
  })
end

---Raises while it is armed; otherwise it does what `good` does.
local function fuse(good)
  local one = { armed = true, thrown = { "what was raised" } }
  function one.fn(...)
    if one.armed then
      error(one.thrown)
    end
    if good then
      return good(...)
    end
  end
  return one
end

---What comes out of the call as it was raised. Each: its words, and what makes of a fuse the call,
---which succeeds (with Alice's name) when it does not raise.
local COMES_OUT <const> = {
  respond = function(one)
    local wiki = scripted()
    local session = open(wiki)
    one.good = function()
      return { username = "Alice", password = PASSWORD }
    end
    return session,
      function()
        return session:login { username = "Alice", respond = one.fn }
      end
  end,
  redirect = function(one)
    local session = open(delegating())
    one.good = came_back
    return session,
      function()
        return session:login(with(DELEGATED, { redirect = one.fn }))
      end
  end,
  ["redirect of flow:run"] = function(one)
    local session = open(delegating())
    one.good = came_back
    return session,
      function()
        local step, err = session:flow("login"):run {
          answers = { mode = "redirect" },
          redirect = one.fn,
        }
        return step and step.identity, err
      end
  end,
  trace = function(one)
    local session = open(scripted(), { trace = one.fn })
    return session, function()
      return session:login(ALICE)
    end
  end,
  transport = function(one)
    local wiki = scripted()
    one.good = wiki.transport
    local session = open(wiki, { transport = one.fn })
    return session, function()
      return session:login(ALICE)
    end
  end,
}

for _, name in ipairs { "read", "write", "lock", "ids" } do
  COMES_OUT[name .. " of a store"] = function(one)
    local store = store_with(name, function(made)
      one.good = function(_, ...)
        return made[name](made, ...)
      end
      return one.fn
    end)
    local session = open(scripted(), { store = store })
    return session,
      function()
        -- without a name the only entry is meant
        return session:login(name == "ids" and {} or ALICE)
      end
  end
end

describe("a function of the user's that raises", function()
  local function fused()
    local one
    one = fuse(function(...)
      if one.good then
        return one.good(...)
      end
    end)
    return one
  end

  for words, make in pairs(COMES_OUT) do
    it("is " .. words .. ": it comes out as it was raised, and the Session goes on", function()
      local one = fused()
      local session, call = make(one)
      local ok, what = pcall(call)
      assert.is_false(ok, tostring(what))
      assert.equal(one.thrown, what)
      one.thrown = "no such thing"
      local raised, trace
      ok = xpcall(call, function(reason)
        raised, trace = reason, debug.traceback()
      end)
      assert.is_false(ok)
      assert.matches("own_functions_spec.lua:%d+: no such thing$", raised)
      assert.truthy(trace:find(raised:match "own_functions_spec.lua:%d+", 1, true), trace)
      one.armed = false
      local me, err = call()
      if words == "ids of a store" then -- nobody is kept
        assert.equal("anonymous", err.code)
      else
        assert.equal("Alice", me and me.name, tostring(err))
      end
      session:close()
    end)
  end

  ---What becomes an error of the library that names it, and what it raised.
  local NAMED <const> = {
    { "a password", "answer", "'password'", { username = "Alice", password = "FUSE" } },
    {
      "an answer",
      "answer",
      "'mode'",
      { method = "clientlogin", answers = { mode = "FUSE" }, redirect = came_back },
    },
  }
  local HANDLERS <const> = {
    match = { name = "Mine", match = "FUSE", answer = came_back },
    answer = { name = "Mine", fields = { "mode" }, answer = "FUSE" },
  }
  for method, handler in pairs(HANDLERS) do
    NAMED[#NAMED + 1] = {
      "a handler's " .. method,
      "handler",
      "'Mine': " .. method,
      { method = "clientlogin", redirect = came_back, handlers = { handler } },
    }
  end
  NAMED[#NAMED + 1] = {
    "a handler's redirect",
    "handler",
    "'Mine': redirect",
    with(DELEGATED, {
      handlers = { { name = "Mine", fields = { "code" }, redirect = "FUSE" } },
    }),
  }

  ---The same table with the function in its place.
  local function filled(value, fn)
    if type(value) ~= "table" then
      return value == "FUSE" and fn or value
    end
    local made = {}
    for name, inner in pairs(value) do
      made[name] = filled(inner, fn)
    end
    return made
  end

  for _, case in ipairs(NAMED) do
    local words, kind, name, credentials = table.unpack(case)
    it("is " .. words .. ": an error names it, and keeps what was raised", function()
      local one = fused()
      local session <close> = open(words == "a password" and scripted() or delegating())
      one.thrown = "no such thing"
      local ok, me, err = pcall(session.login, session, filled(credentials, one.fn))
      assert.is_true(ok, tostring(me))
      assert.is_nil(me)
      assert.equal(kind, err.kind, tostring(err))
      assert.truthy(err.message:find(name, 1, true), err.message)
      assert.matches("no such thing", err.message, 1, true)
      local good = words == "a password" and ALICE or with(DELEGATED, { redirect = came_back })
      assert.equal("Alice", assert(session:login(good)).name)
    end)
  end

  it("is one that connects to Redis: an error of the store, before any secret is read", function()
    local one, read = fused(), 0
    one.thrown = "no such machine"
    local session <close> = open(scripted(), { store = mwlogin.store.redis(one.fn) })
    local me, err = session:login {
      username = "Alice",
      password = function()
        read = read + 1
        return PASSWORD
      end,
    }
    assert.is_nil(me)
    assert.equal("store", err.kind)
    assert.truthy(err.message:find("no such machine", 1, true), err.message)
    assert.equal(0, read)
  end)

  it("is an item's in gather: that item's error, with where it was raised", function()
    local one = fused()
    one.thrown = "no such thing"
    local results = mwlogin.gather({ 1, 2, 3 }, function(number)
      return number == 2 and one.fn() or "done"
    end)
    assert.same({ "done", "done" }, { results[1].value, results[3].value })
    assert.matches("own_functions_spec.lua:%d+: no such thing$", results[2].err)
    one.thrown = { "what was raised" }
    results = mwlogin.gather({ 1 }, one.fn)
    assert.equal(one.thrown, results[1].err)
  end)

  it("is progress: gather ends with it, and the tasks are closed", function()
    local one, closed = fused(), 0
    local ok, what = pcall(mwlogin.gather, { 1, 2 }, function(_, pool)
      local _ <close> = setmetatable({}, {
        __close = function()
          closed = closed + 1
        end,
      })
      pool:sleep(30)
    end, { progress = one.fn })
    assert.is_false(ok)
    assert.equal(one.thrown, what)
    assert.equal(2, closed)
  end)

  it("is a pool's wait: it comes out of the call, and the pool goes on", function()
    local said = lua_process.output(lua_process.start([[
      local core = require "mwlogin.core"
      local wiki = require("spec.core.staged_wiki").start()
      wiki:answer()
      local armed = true
      local pool = require("mwlogin").pool {
        wait = function(pool)
          if armed then
            error("no such loop", 0)
          end
          pool:step(0.05)
        end,
      }
      local session = pool:session(wiki.api, { user_agent = "spec" })
      print(pcall(session.fetch, session, "page"))
      armed = false
      print(session:fetch("page").status)
      pool:close()
      wiki:stop()
    ]]))
    assert.equal("false\tno such loop\n404\n", said)
  end)
end)
