-- Another task logs out, or in as somebody else, while the wiki is being asked for this one: that
-- raised out of the library ("attempt to index a nil value"), or told one task the name that
-- another had logged in as.
local core = require("mwlogin.core")
local memory = require("spec.store.memory")
local scripted = require("spec.session.scripted")

describe("a task whose Session is another user's by now", function()
  local PASSWORDS <const> = { Alice = "open sesame", Bob = "open barley" }

  local function log_in(session, name)
    return session:login({ username = name, password = PASSWORDS[name] })
  end

  -- Calls `seen` with each request before the wiki answers; what it returns is the answer instead,
  -- `cut`: there is none.
  local function open(seen, options)
    local accounts = {}
    for name, password in pairs(PASSWORDS) do
      accounts[name] = { password = password }
    end
    local wiki = scripted.wiki_of({ accounts = accounts })
    local made = {
      transport = function(request)
        local answer = seen(request) or wiki.transport(request)
        if answer.cut then
          return nil, { kind = "network", code = "cut", message = "the line is cut" }
        end
        return answer
      end,
    }
    for name, value in pairs(options or {}) do
      made[name] = value
    end
    return scripted.open(wiki, made)
  end

  it("is told what the wiki said, where its session was looked for in vain", function()
    local session, refused
    session = open(function(request)
      if request.url:find("assert=bot", 1, true) then
        refused = true
        return scripted.api_error("assertbotfailed")
      elseif refused then
        refused = false
        assert(session:logout())
        return scripted.api_error("assertnameduserfailed")
      end
    end)
    assert(log_in(session, "Alice"))
    local reply, err = session:get({ action = "query", assert = "bot" })
    assert.is_nil(reply)
    assert.equal("assertbotfailed", err.code)
    assert.is_nil(session.identity)
  end)

  -- What a login comes to that waited for another task's, when `meanwhile` came before it heard.
  local function joined(meanwhile)
    local pool = scripted.patient_pool()
    function pool.sleep()
      coroutine.yield("waits")
      return true
    end
    local session, waiting
    session = open(function()
      if not waiting then
        waiting = coroutine.create(function()
          return log_in(session, "Alice")
        end)
        assert.same({ true, "waits" }, { coroutine.resume(waiting) })
      end
    end, { pool = pool })
    assert(log_in(session, "Alice"))
    meanwhile(session)
    local ran, me, err = coroutine.resume(waiting)
    assert(ran, me)
    return me, err
  end

  it("learns of a login it waited for", function()
    local me = assert(joined(function() end))
    assert.same({ "Alice", false }, { me.name, me.fresh })
  end)

  it("is not told of a login that another has ended since", function()
    local me, err = joined(function(session)
      assert(session:logout())
    end)
    assert.is_nil(me)
    assert.same({ "cancelled", "other-user" }, { err.kind, err.code })
  end)

  it("is not told that it is somebody else", function()
    local me, err = joined(function(session)
      assert(log_in(session, "Bob"))
    end)
    assert.is_nil(me)
    assert.same({ "cancelled", "other-user" }, { err.kind, err.code })
  end)

  local TOKEN <const> = '{"token_type":"Bearer","expires_in":%d,"access_token":"%s"}'
  local ALICE <const> = '{"query":{"userinfo":{"id":1,"name":"Alice"}}}'

  -- A Session of OAuth 2 whose token ends at once and is renewed by the first call; then, and
  -- before the new one is there, it is logged out.
  local function renewed(store)
    local session
    local given, authorizations = 0, {}
    session = open(function(request)
      if not request.url:find("access_token", 1, true) then
        authorizations[#authorizations + 1] = request.headers.Authorization or "none"
        return { status = 200, headers = {}, body = ALICE }
      end
      given = given + 1
      if given == 2 then
        session:logout()
      end
      local body = TOKEN:format(given == 1 and 1 or 3600, "token" .. given)
      return { status = 200, headers = {}, body = body }
    end, { store = store })
    local client = { client_id = "app", client_secret = "s", grant = "client_credentials" }
    assert(session:login(client))
    session.oauth_tokens.ends = core.now()
    local reply, err = session:get({ action = "query", meta = "siteinfo" })
    assert.is_nil(reply)
    assert.equal(2, given)
    assert.same({ "Bearer token1" }, authorizations)
    return err
  end

  it("does not send a question again that was cut off", function()
    for _, ask in ipairs({
      function(session)
        return session:get({ action = "query", meta = "siteinfo" })
      end,
      function(session)
        return session:fetch("index.php?title=A")
      end,
    }) do
      local session, sent = nil, 0
      session = open(function(request)
        if request.url:find("userinfo", 1, true) then
          return { status = 200, headers = {}, body = ALICE }
        end
        sent = sent + 1
        session:logout()
        return { cut = true }
      end)
      assert(session:login({ access_token = "token" }))
      local reply, err = ask(session)
      assert.is_nil(reply)
      assert.same({ "cancelled", "other-user" }, { err.kind, err.code })
      assert.equal(1, sent)
    end
  end)

  it("asks once more for a token with what it was logged in with", function()
    local session, tries = nil, {}
    session = open(function(request)
      if not request.url:find("access_token", 1, true) then
        return { status = 200, headers = {}, body = ALICE }
      end
      tries[#tries + 1] = request.body:match("client_secret=([^&]*)")
      if #tries == 2 then
        session:logout()
        return { status = 500, headers = {}, body = "" }
      end
      return { status = 200, headers = {}, body = TOKEN:format(3600, "token" .. #tries) }
    end, { pool = scripted.patient_pool() })
    local client = { client_id = "app", client_secret = "s3cret", grant = "client_credentials" }
    assert(session:login(client))
    session.oauth_tokens.ends = core.now()
    local reply, err = session:get({ action = "query", meta = "siteinfo" })
    assert.is_nil(reply)
    assert.same({ "cancelled", "other-user" }, { err.kind, err.code })
    assert.same({ "s3cret", "s3cret", "s3cret" }, tries)
  end)

  it("sends nothing with a token that came after it was logged out", function()
    local err = renewed()
    assert.same({ "cancelled", "other-user" }, { err.kind, err.code })
  end)

  it("keeps no token that came after it was logged out", function()
    local store = memory.new()
    local err = renewed(store)
    assert.same({ "cancelled", "other-user" }, { err.kind, err.code })
    assert.same({}, store.kept)
  end)
end)
