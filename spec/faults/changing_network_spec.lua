-- Sessions that live long while the network changes under them: the server is ended and started
-- again, falls silent, the clock is set. They go on as who they are, and no password is sent again.
local certificates = require("spec.security.certificates")
local folders = require("spec.folders")
local http2_wiki = require("spec.faults.http2_wiki")
local lua_process = require("spec.lua_process")
local mwlogin = require("mwlogin")
local nginx = require("spec.security.nginx")
local shared = require("spec.shared")
local staged_wiki = require("spec.core.staged_wiki")

local PASSWORD <const> = ("0123456789abcdef"):rep(2)
local STOP <const>, GO_ON <const> = 19, 18 -- SIGSTOP, SIGCONT

describe("a Session that lives long", function()
  local folder, authority, site, front

  lazy_setup(function()
    folder = folders.new()
    authority = certificates.authority(folder)
    local leaf = authority:issue("front")
    site = http2_wiki.start(leaf)
    local pass = ("location / { proxy_pass %s; }"):format((site.api:gsub("/api.php", "")))
    front = nginx.start({
      http = pass,
      https = { tls = leaf, body = pass },
      http2 = { tls = leaf, http2 = true, body = pass },
    })
  end)

  lazy_teardown(function()
    front:stop()
    site:stop()
    folders.remove(folder)
  end)

  before_each(function()
    site.node:kill(GO_ON)
    front:begin() -- a spec may have ended half-way
    site:spoil()
  end)

  local function address_of(protocol)
    local scheme = protocol == "http" and "http" or "https"
    return ("%s://localhost:%d/w/api.php"):format(scheme, front.ports[protocol])
  end

  local function open(protocol, more)
    local options = {
      user_agent = "faults",
      ca_file = authority.certificate,
      timeout = 30,
      max_wait = 0,
    }
    for name, value in pairs(more or {}) do
      options[name] = value
    end
    return assert(mwlogin.open(address_of(protocol), options))
  end

  local function log_in(session, name)
    return assert(session:login({ username = name .. "@app", password = PASSWORD }))
  end

  -- Who the wiki says one is; by the Session's cookies alone.
  local function who(session, name)
    local reply, err = session:get({ action = "query", meta = "userinfo", assertuser = name })
    return reply and reply.query.userinfo.name, err
  end

  local function passwords()
    local count = 0
    for _, request in ipairs(site:seen()) do
      count = count + (request.executed and 1 or 0)
    end
    return count
  end

  it("waits for its server, if it may", function()
    local pool <close> = mwlogin.pool({})
    local session <close> = open("http2", { max_wait = 60, pool = pool })
    log_in(session, "Alice")
    front:halt()
    local results = mwlogin.gather({ 1, 2 }, function(number)
      if number == 1 then
        return who(session, "Alice")
      end
      pool:sleep(0.5)
      front:begin()
      return "begun"
    end, { pool = pool })
    assert.equal("Alice", results[1].value, tostring(results[1].err))
    assert.equal("begun", results[2].value)
    assert.equal(1, passwords())
  end)

  for _, protocol in ipairs({ "http", "https", "http2" }) do
    it("goes on when its server has been started again: by " .. protocol, function()
      local session <close> = open(protocol)
      log_in(session, "Alice")
      for _ = 1, 3 do
        front:halt()
        local name, err = who(session, "Alice")
        assert.is_nil(name)
        assert.same({ "network", "connect" }, { err.kind, err.code })
        assert.truthy(tostring(err):find("that the server runs", 1, true), tostring(err))
        front:begin()
        assert.equal("Alice", who(session, "Alice"))
      end
      assert.equal(1, passwords())
    end)

    it("is one of many, each of whom stays who they are: by " .. protocol, function()
      local pool <close> = mwlogin.pool({})
      local sessions, list = {}, {}
      for number = 1, 20 do
        list[number] = "User" .. number
        sessions[list[number]] = open(protocol, { pool = pool })
      end
      local function all(act)
        return mwlogin.gather(list, function(name)
          return act(sessions[name], name)
        end, { pool = pool })
      end
      for _, result in ipairs(all(log_in)) do
        assert(result.ok, tostring(result.err))
      end
      front:halt()
      for _, result in ipairs(all(who)) do
        assert.equal("network", result.err.kind)
      end
      front:begin()
      for number, result in ipairs(all(who)) do
        assert.equal(list[number], result.value, tostring(result.err))
      end
      assert.equal(20, passwords())
      for _, session in pairs(sessions) do
        session:close()
      end
    end)

    it("ends its calls in their time where nobody answers, and goes on: by " .. protocol, function()
      local session <close> = open(protocol, { timeout = 1 })
      log_in(session, "Alice")
      site.node:kill(STOP)
      local _, err = who(session, "Alice")
      local other <close> = open(protocol, { timeout = 1 })
      local me, why = other:login({ username = "Bob@app", password = PASSWORD })
      site.node:kill(GO_ON)
      assert.same({ "network", "timeout" }, { err.kind, err.code })
      assert.is_nil(me)
      assert.same({ "network", "timeout" }, { why.kind, why.code })
      for _ = 1, 20 do -- what it was asked meanwhile it answers first
        if who(session, "Alice") == "Alice" then
          break
        end
      end
      assert.equal("Alice", who(session, "Alice"))
      assert.equal("Bob", log_in(other, "Bob").name)
      assert.equal(2, passwords())
    end)
  end
end)

describe("a clock that is set while many log in", function()
  local wiki = shared(staged_wiki.start)
  local folder, library

  lazy_setup(function()
    folder = folders.new()
    library = folder .. "/clock.so"
    local source = "spec/login/shifted_clock.c"
    assert(os.execute(("${CC:-gcc} -shared -fPIC -o %s %s"):format(library, source)))
  end)

  lazy_teardown(function()
    folders.remove(folder)
  end)

  for words, seconds in pairs({ ["a day on"] = 86400, ["a day back"] = -86400 }) do
    it("ends nothing early and nothing late: " .. words, function()
      wiki:answer({ token = { staged_wiki.SILENCE, staged_wiki.reply(staged_wiki.TOKEN) } })
      local clock = folder .. "/clock"
      local process = lua_process.start(
        [[
        local api, clock, seconds = ...
        local mwlogin = require("mwlogin")
        local began = os.time()
        local function log_in(timeout, pool)
          if timeout == "set" then
            pool:sleep(0.2)
            local file <close> = io.open(clock, "w")
            file:write(seconds)
            return "set"
          end
          local session <close> = assert(mwlogin.open(api, {
            user_agent = "spec",
            pool = pool,
            timeout = timeout,
            max_wait = 0,
          }))
          local password = ("0123456789abcdef"):rep(2)
          local me, err = session:login({ username = "Alice@app", password = password })
          return me and me.name, err
        end
        local results = mwlogin.gather({ 1.5, "set", 30, 30 }, log_in, { concurrency = 4 })
        for _, result in ipairs(results) do
          io.write(result.ok and result.value or result.err.code, " ")
        end
        local moved = os.time() - began
        print(math.abs(moved - seconds) < 3600)
      ]],
        { env = { LD_PRELOAD = library, MWLOGIN_CLOCK = clock } },
        wiki.api,
        clock,
        tostring(seconds)
      )
      assert.equal("timeout set Alice Alice true\n", lua_process.output(process))
      os.remove(clock)
    end)
  end
end)
