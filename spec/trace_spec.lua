-- What a trace tells, and what it never tells.
local core = require("mwlogin.core")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")
local trace = require("mwlogin.trace")

local PASSWORD = 'Wonder+land & "tea"=1%2/3'

local function forms_of(secret)
  local json = secret:gsub('[\\"/]', "\\%0")
  return { secret, core.encode(secret), (core.encode(secret):gsub("%%20", "+")), json }
end

local function shows(text, secret)
  for _, form in ipairs(forms_of(secret)) do
    if text:find(form, 1, true) then
      return true
    end
  end
  return false
end

-- Every text in an event, names included.
local function flat(value, into)
  into = into or {}
  if type(value) == "table" then
    for name, item in pairs(value) do
      flat(name, into)
      flat(item, into)
    end
  else
    into[#into + 1] = tostring(value)
  end
  return into
end

local function traced_login(credentials)
  local wiki = testing.wiki({
    accounts = {
      Alice = { password = PASSWORD, botpasswords = { app = ("0123456789abcdef"):rep(2) } },
    },
  })
  local events = {}
  local session = assert(mwlogin.open(wiki.api, {
    transport = wiki.transport,
    user_agent = "spec",
    trace = function(event)
      events[#events + 1] = event
    end,
  }))
  session:login(credentials)
  session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" })
  return events, wiki, session
end

describe("a trace", function()
  it("tells every exchange of a login by names and shapes", function()
    local events, wiki = traced_login({ username = "Alice", password = PASSWORD })
    local exchanges = {}
    for _, event in ipairs(events) do
      if event.url then
        exchanges[#exchanges + 1] = event
      end
    end
    assert.equal(#wiki.requests, #exchanges)
    assert.equal("method", events[1].event)
    assert.equal("clientlogin", events[1].method)
    assert.equal("Alice", exchanges[2].params.username)
    assert.equal("***", exchanges[2].params.password)
    assert.equal("string", exchanges[2].params.logintoken)
    for _, exchange in ipairs(exchanges) do
      assert.equal(200, exchange.status)
      assert.is_number(exchange.seconds)
      assert.is_number(exchange.received)
      assert.equal(wiki.api, exchange.url)
    end
  end)

  it("shows no password, token or cookie, in any form", function()
    local logins = {
      { username = "Alice", password = PASSWORD },
      { username = "Alice@app", password = ("0123456789abcdef"):rep(2) },
      { username = "Alice", password = "wrong " .. PASSWORD },
    }
    for _, credentials in ipairs(logins) do
      local secret = credentials.password
      local events, wiki, session = traced_login(credentials)
      local text = table.concat(flat(events), "\n")
      assert.is_false(shows(text, secret))
      local seen = 0
      for _, request in ipairs(wiki.requests) do
        for name, value in pairs(request.params) do
          if name:find("token$") then
            seen = seen + 1
            assert.is_false(shows(text, value), name)
          end
        end
      end
      for _, line in ipairs(session:export_cookies()) do
        local name, value = line:match("([^\t]+)\t([^\t]+)$")
        if #value >= 8 then
          seen = seen + 1
          assert.is_false(shows(text, value), name)
        end
      end
      assert.is_true(seen > 1)
    end
  end)

  it("tells how long is waited, and for what", function()
    local wiki, events = testing.wiki({}), {}
    wiki:fault(1, {
      status = 200,
      headers = { ["Retry-After"] = "1" },
      body = '{"errors":[{"code":"maxlag","text":"no","module":"main"}]}',
    })
    local pool = core.pool()
    local session = assert(mwlogin.open(wiki.api, {
      transport = wiki.transport,
      user_agent = "spec",
      trace = function(event)
        events[#events + 1] = event
      end,
      pool = {
        session = function(_, ...)
          return pool:session(...)
        end,
        sleep = function()
          return true
        end,
      },
    }))
    assert(session:get({ action = "query" }))
    assert.equal("maxlag", events[1].error)
    assert.same({ event = "wait", seconds = 1, code = "maxlag" }, events[2])
    assert.is_nil(events[3].error)
  end)

  it("goes to a file, a line for each event", function()
    local path = os.tmpname()
    local wiki = testing.wiki({ accounts = { Alice = { password = PASSWORD } } })
    local session = assert(mwlogin.open(wiki.api, {
      transport = wiki.transport,
      user_agent = "spec",
      trace = path,
    }))
    assert(session:login({ username = "Alice", password = PASSWORD }))
    session:close()
    local file = assert(io.open(path))
    local text = file:read("a")
    file:close()
    os.remove(path)
    local _, lines = text:gsub("\n", "")
    assert.equal(4, lines)
    assert.matches("^%d+%-%d%d%-%d%dT[%d:]+Z method method=clientlogin", text)
    assert.matches("step .*password=%*%*%*.* username=Alice", text)
    assert.is_false(shows(text, PASSWORD))
  end)
end)

describe("what a trace says", function()
  it("gives shapes of values, not values", function()
    local shape = trace.shape({
      action = "edit",
      text = "private words",
      meta = { "tokens", "userinfo" },
      pages = { "A", "B", "C" },
      minor = true,
      bot = false,
      number = 3,
      password = core.secret("12345678"),
    })
    assert.same({
      action = "edit",
      text = "string",
      meta = "tokens|userinfo",
      pages = "list(3)",
      minor = "true",
      number = "number",
      password = "***",
    }, shape)
  end)

  it("writes control characters of a wiki as question marks", function()
    assert.is_nil(trace.line({ event = "x", message = "a\27[2Jb\nc" }):find("%c"))
  end)
end)
