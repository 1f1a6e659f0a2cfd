-- session:bot_login of the core: token, login and proof in a row, and where that stops.
local core = require("mwlogin.core")
local lua_process = require("spec.lua_process")
local mwlogin = require("mwlogin")
local php_request = require("mwlogin.testing.php_request")
local shared = require("spec.shared")
local socket = require("socket")
local staged_wiki = require("spec.core.staged_wiki")

local reply, SILENCE = staged_wiki.reply, staged_wiki.SILENCE
local PASSWORD <const> = ("0123456789abcdef"):rep(2)
local AS_BOT <const> = { username = "Alice@app", password = PASSWORD }
local STAGES <const> = { "token", "login", "proof" }

describe("session:bot_login", function()
  local wiki = shared(staged_wiki.start)
  local pool

  before_each(function()
    wiki:answer()
    pool = core.pool()
  end)

  after_each(function()
    pool:close()
  end)

  local function session_of(options)
    options = options or {}
    options.user_agent = "spec"
    return assert(pool:session(wiki.api, options))
  end

  local function log_in(session, ...)
    return session:bot_login("Alice@app", core.secret(PASSWORD), ...)
  end

  describe("sends", function()
    local FORMAT <const> = { format = "json", formatversion = "2" }

    local function params(text, more)
      local got = php_request.decode_form(text)
      for name, value in pairs(FORMAT) do
        assert.equal(value, got[name])
        got[name] = nil
      end
      assert.same(more, got)
    end

    it("three requests over one connection, and nothing that is secret in an address", function()
      assert.same({ id = 7, name = "Alice", anonymous = false }, log_in(session_of()))
      local token, login, proof = table.unpack(wiki:requests())
      assert.equal("token login proof", wiki:stages())
      assert.same({ "GET", "POST", "GET" }, { token.method, login.method, proof.method })
      for _, request in ipairs({ token, login, proof }) do
        assert.equal("/w/api.php", request.path)
        assert.equal(token.connection, request.connection)
        assert.equal("spec", request.headers["user-agent"])
        assert.is_nil(request.target:find(PASSWORD, 1, true))
      end
      params(token.query, {
        action = "query",
        meta = "tokens",
        type = "login",
        errorformat = "plaintext",
      })
      params(login.body, {
        action = "login",
        lgname = "Alice@app",
        lgpassword = PASSWORD,
        lgtoken = [[0123abcd+\]],
        errorformat = "raw",
      })
      assert.equal("", login.query)
      assert.equal("application/x-www-form-urlencoded", login.headers["content-type"])
      params(proof.query, {
        action = "query",
        meta = "userinfo",
        assertuser = "Alice",
        errorformat = "plaintext",
      })
      assert.equal("", token.body .. proof.body)
    end)

    it("the action first and the token last", function()
      assert(log_in(session_of()))
      local body = wiki:requests()[2].body
      assert.matches("^action=login&", body)
      assert.equal("&lgtoken=0123abcd%2B%5C", body:match("&lgtoken=.*$"))
    end)

    it("the language with what is asked, escaped as all else is", function()
      assert(log_in(session_of(), "x&y=z"))
      local token, login, proof = table.unpack(wiki:requests())
      assert.equal("x&y=z", php_request.decode_form(token.query).uselang)
      assert.equal("x&y=z", php_request.decode_form(proof.query).uselang)
      assert.is_nil(login.body:find("uselang", 1, true))
    end)

    it("names and passwords of any bytes", function()
      local name, password = "Zoë & Ülf=%20+@app", "p&w=ö %00+\\"
      assert(session_of():bot_login(name, core.secret(password)))
      local sent = php_request.decode_form(wiki:requests()[2].body)
      assert.equal(name, sent.lgname)
      assert.equal(password, sent.lgpassword)
    end)

    it("with each request the cookies that were set before it, and keeps them", function()
      wiki:answer({
        token = reply(staged_wiki.TOKEN, { lines = { "Set-Cookie: s=1; path=/; HttpOnly" } }),
        login = reply(staged_wiki.LOGIN, {
          lines = { "Set-Cookie: s=2; path=/", "Set-Cookie: other=3; path=/w" },
        }),
      })
      local session = session_of()
      assert(log_in(session))
      local token, login, proof = table.unpack(wiki:requests())
      assert.is_nil(token.headers.cookie)
      assert.equal("s=1", login.headers.cookie)
      local later = php_request.read({
        method = "GET",
        url = wiki.api,
        headers = { Cookie = proof.headers.cookie },
      })
      assert.same({ s = "2", other = "3" }, later.cookies)
      assert.equal(2, #session:cookies())
    end)

    it("nothing where the password would travel in the open", function()
      local sent = 0
      local session = assert(pool:session("http://wiki.example.org/api.php", {
        transport = function()
          sent = sent + 1
          return { status = 200, body = staged_wiki.TOKEN }
        end,
      }))
      local me, err = log_in(session)
      assert.is_nil(me)
      assert.equal("insecure_http", err.code)
      assert.equal(0, sent)
    end)

    it("nothing of a name or password with a NUL", function()
      for _, pair in ipairs({ { "Al\0ice", PASSWORD }, { "Alice", "pass\0word" } }) do
        local me, err = session_of():bot_login(pair[1], core.secret(pair[2]))
        assert.is_nil(me)
        assert.equal("answer", err.kind)
        assert.is_nil(err.message:find("pass\0word", 1, true))
      end
      assert.equal("", wiki:stages())
    end)
  end)

  describe("raises, and sends nothing,", function()
    it("for a password that is a text, or was wiped", function()
      local session, wiped = session_of(), core.secret(PASSWORD)
      wiped:wipe()
      assert.error_matches(function()
        session:bot_login("Alice", PASSWORD)
      end, "bad argument")
      assert.error_matches(function()
        session:bot_login("Alice", wiped)
      end, "wiped")
      assert.error_matches(function()
        session:bot_login({}, core.secret(PASSWORD))
      end, "bad argument")
      assert.equal("", wiki:stages())
    end)

    it("where the session or its pool is closed", function()
      local session, other = session_of(), session_of()
      session:close()
      assert.error_matches(function()
        log_in(session)
      end, "closed")
      pool:close()
      assert.error_matches(function()
        log_in(other)
      end, "closed")
      assert.equal("", wiki:stages())
    end)
  end)

  describe("stops", function()
    it("at the reply that is not the plain one, and hands it on with what was had", function()
      local odd = { token = "{}", login = [[{"login":{"result":"Failed"}}]], proof = "{}" }
      local had = {
        token = {},
        login = { [[0123abcd+\]] },
        proof = { [[0123abcd+\]], "Alice" },
      }
      for position, stage in ipairs(STAGES) do
        wiki:answer({ [stage] = odd[stage] })
        local me, err, at, given, token, name = log_in(session_of())
        assert.is_nil(me)
        assert.is_nil(err)
        assert.equal(stage, at)
        assert.is_table(given)
        assert.same(had[stage], { token, name })
        assert.equal(position, #wiki:requests())
      end
    end)

    it("at an error, and tells which stage it came at", function()
      local code = [[{"errors":[{"code":"readonly","text":"No."}]}]]
      local errors = {
        api = code,
        http = reply("", { status = 500 }),
        network = { bytes = "", ends = true },
      }
      for position, stage in ipairs(STAGES) do
        for kind, answer in pairs(errors) do
          wiki:answer({ [stage] = answer })
          local me, err, at, given, token = log_in(session_of())
          assert.is_nil(me)
          assert.equal(kind, err.kind)
          assert.equal(stage, at)
          assert.is_nil(given)
          assert.equal(position > 1, token ~= nil)
          local posts = select(2, wiki:stages():gsub("login", ""))
          assert.equal(position > 1 and 1 or 0, posts) -- a question may be asked twice by libcurl
        end
      end
    end)

    it(
      "or goes on where a connection ends without a word; the password is sent once at most",
      function()
        for _ = 1, 20 do
          wiki:answer({ token = reply(staged_wiki.TOKEN, { ends = true }) })
          local me, err, at = log_in(session_of())
          local posts = select(2, wiki:stages():gsub("login", ""))
          if me then
            assert.equal(1, posts)
          else
            assert.equal("network", err.kind)
            assert.equal("login", at)
            assert.equal(0, posts)
          end
        end
      end
    )

    it("where a reply does not come in time, and the next login is none the worse", function()
      for position, stage in ipairs(STAGES) do
        wiki:answer({ [stage] = { SILENCE, "{}" } })
        local me, err, at = log_in(session_of({ timeout = 0.3 }))
        assert.is_nil(me)
        assert.equal("timeout", err.code)
        assert.equal(stage, at)
        assert.equal(position, #wiki:requests())
        wiki:answer()
        assert.equal("Alice", log_in(session_of()).name)
      end
    end)
  end)

  describe("in a task", function()
    -- A login that has come to a stage, which is not answered.
    local function hangs_at(stage)
      wiki:answer({ [stage] = { SILENCE, "{}" } })
      local session, came = session_of(), nil
      local task = coroutine.create(function()
        came = table.pack(log_in(session))
      end)
      pool:task(task)
      assert(coroutine.resume(task))
      local awaited = stage == "token" and 1 or stage == "login" and 2 or 3
      for _ = 1, 1000 do
        assert.same({}, pool:step(0.01))
        if #wiki:requests() == awaited then
          break
        end
      end
      assert.equal(awaited, #wiki:requests())
      return session, task, function()
        return came
      end
    end

    for _, stage in ipairs(STAGES) do
      it("ends at the stage " .. stage .. " when its session is closed", function()
        local session, task, came = hangs_at(stage)
        local before = wiki:stages()
        session:close()
        assert.same({ task }, pool:step(0))
        assert(coroutine.resume(task))
        assert.equal("cancelled", came()[2].kind)
        assert.equal(before, wiki:stages())
        wiki:answer()
        assert.equal("Alice", log_in(session_of()).name)
      end)

      it("ends at the stage " .. stage .. " when its pool is closed", function()
        local _, task, came = hangs_at(stage)
        pool:close()
        assert(coroutine.resume(task))
        assert.equal("cancelled", came()[2].kind)
      end)

      it("that is dropped at the stage " .. stage .. " sends nothing more", function()
        local held = setmetatable({ hangs_at(stage) }, { __mode = "v" })
        for _ = 1, 3 do
          collectgarbage()
        end
        assert.is_nil(held[2], "something holds the task")
        local before = wiki:stages()
        pool:step(0.05)
        assert.equal(before, wiki:stages())
        wiki:answer()
        assert.equal("Alice", log_in(session_of()).name)
      end)
    end

    it("waits its turn: many by one connection, each whole", function()
      local narrow <close> = mwlogin.pool({ per_host = 1 })
      local list = {}
      for position = 1, 50 do
        list[position] = position
      end
      local results = mwlogin.gather(list, function()
        local session <close> = mwlogin.open(wiki.api, { user_agent = "spec", pool = narrow })
        return session:login(AS_BOT)
      end, { pool = narrow, concurrency = 20 })
      local first
      for position, request in ipairs(wiki:requests()) do
        first = first or request.connection
        assert.equal(first, request.connection, position)
      end
      local count = 0
      for _, result in ipairs(results) do
        assert.is_true(result.ok, tostring(result.err))
        assert.equal("Alice", result.value.name)
        count = count + 1
      end
      assert.equal(50, count)
      assert.equal(150, #wiki:requests())
    end)
  end)

  it("goes on in a loop of somebody else's", function()
    local waits = 0
    local own <close> = mwlogin.pool({
      wait = function(looped)
        waits = waits + 1
        if not looped:dirty() then
          socket.select({ looped }, nil, looped:timeout() or 1)
        end
      end,
    })
    local session <close> = assert(mwlogin.open(wiki.api, { user_agent = "spec", pool = own }))
    assert.equal("Alice", assert(session:login(AS_BOT)).name)
    assert.is_true(waits >= 3)
    assert.equal("token login proof", wiki:stages())
  end)

  for position, stage in ipairs(STAGES) do
    it("is ended by Ctrl-C at the stage " .. stage, function()
      wiki:answer({ [stage] = { SILENCE, "{}" } })
      local child = lua_process.start(
        [[
        local core = require "mwlogin.core"
        local pool = core.pool()
        local session = pool:session((...), { user_agent = "spec" })
        local ok, err = pcall(function()
          local me, err = session:bot_login("Alice", core.secret "0123456789abcdef")
          return print(me, err and err.kind, err and err.code)
        end)
        print(ok, err)
        collectgarbage()
        pool:close()
        ]],
        wiki.api
      )
      for _ = 1, 3000 do
        if #wiki:requests() == position or child:wait(0.01) then
          break
        end
      end
      assert.equal(position, #wiki:requests())
      child:kill("INT")
      local said = lua_process.output(child)
      assert.truthy(said:find("interrupted", 1, true), said)
      assert.equal(position, #wiki:requests())
    end)
  end

  describe("leaves each exchange to Lua", function()
    it("where a trace is told of them", function()
      local told = {}
      local session <close> = assert(mwlogin.open(wiki.api, {
        user_agent = "spec",
        trace = function(event)
          told[#told + 1] = event.event .. " " .. (event.method or "")
          for _, value in pairs(event) do
            assert.is_nil(tostring(value):find(PASSWORD, 1, true))
          end
        end,
      }))
      assert(session:login(AS_BOT))
      assert.same({ "method botpassword", "call GET", "login POST", "call GET" }, told)
    end)

    it("where an observer sees them", function()
      local seen = {}
      local session = session_of({
        observe = function(request, response)
          seen[#seen + 1] = request.method .. " " .. response.status
        end,
      })
      local me, err, at, given = log_in(session)
      assert.is_nil(me)
      assert.is_nil(err)
      assert.equal("token", at)
      assert.equal([[0123abcd+\]], given.query.tokens.logintoken)
      assert.same({ "GET 200" }, seen)
    end)

    it("where a transport makes them", function()
      local made = {}
      local bodies = { staged_wiki.TOKEN, staged_wiki.LOGIN, staged_wiki.PROOF }
      local session <close> = assert(mwlogin.open(wiki.api, {
        user_agent = "spec",
        transport = function(request)
          made[#made + 1] = request.method
          return { status = 200, body = bodies[#made] }
        end,
      }))
      assert.equal("Alice", assert(session:login(AS_BOT)).name)
      assert.same({ "GET", "POST", "GET" }, made)
      assert.equal("", wiki:stages())
    end)
  end)
end)
