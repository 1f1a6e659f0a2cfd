---Renewing with a store (T35): one process asks the wiki, the others take what it got; the new pair
---is written before it is used; a process that is killed in between leaves a plain word behind.
local core = require "mwlogin.core"
local entries = require "mwlogin.store.entry"
local errors = require "mwlogin.error"
local folders = require "spec.folders"
local json = require "mwlogin.json"
local lua_process = require "spec.lua_process"
local memory = require "spec.store.memory"
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"

describe("tokens in a store", function()
  local folder, store, id
  local wiki = oauth2.for_block()

  local function open(with)
    return assert(mwlogin.open(wiki.api, { user_agent = "spec", store = with, max_wait = 30 }))
  end

  local function kept()
    return assert(entries.decode(id, assert(store:read(id))))
  end

  before_each(function()
    folder = folders.new()
    store = mwlogin.store.file { folder = folder .. "/kept" }
    id = entries.id(wiki.api, "public")
    local session <close> = open(store)
    assert(session:login { client_id = "public", redirect = wiki:person() })
    wiki:mark()
  end)

  after_each(function()
    assert.equal(0, wiki:count { authorized = false })
    folders.remove(folder)
  end)

  ---A Session that goes on with what is kept.
  local function logged_in()
    local session = open(store)
    assert(session:login { client_id = "public" })
    return session
  end

  ---What a call comes to whose access has ended.
  local function assert_ended(session)
    local reply, err = session:get { action = "query" }
    assert.is_nil(reply)
    assert.equal("access-ended", err.code)
  end

  local LOG_IN <const> = [[
    local api, folder = ...
    local mwlogin = require("mwlogin")
    local store = mwlogin.store.file({ folder = folder })
    local wiki <close> = assert(mwlogin.open(api, { user_agent = "spec", store = store }))
    print("started")
    io.stdout:flush()
    local me, err = wiki:login({ client_id = "public", redirect = function() end })
    local reply, why = me and wiki:get({ action = "query", meta = "userinfo" })
    print(reply and reply.query.userinfo.name or tostring(err or why))]]

  ---Until the provider has renewed, which nobody but it knows yet.
  local function wait_until_renewed(at)
    local pool <close> = core.pool()
    for _ = 1, 1000 do
      if at:count { answered = "refresh_token" } > 0 then
        return
      end
      pool:sleep(0.02)
    end
    error "nobody has renewed"
  end

  local function start()
    local process = lua_process.start(LOG_IN, wiki.api, folder .. "/kept")
    assert.equal("started", process:read(1, { stop = "\n" }))
    return process
  end

  it("let the next start in with one request, and nothing secret is read for it", function()
    local session <close> = open(store)
    local me = assert(session:login {
      client_id = "public",
      client_secret = function()
        error "nobody needs it"
      end,
    })
    assert.same({ "Alice", "oauth2", false }, { me.name, me.method, me.fresh })
    assert.equal(1, wiki:count {})
    local again <close> = open(store)
    assert.equal("Alice", assert(again:login {}).name) -- the only entry needs no name
  end)

  it("are of one client: another one's login begins anew", function()
    local session <close> = assert(mwlogin.open(wiki.api, {
      user_agent = "spec",
      store = store,
      account = "public",
    }))
    local me, err = session:login {
      client_id = "another",
      redirect = function()
        return nil, "nobody is here"
      end,
    }
    assert.is_nil(me)
    assert.equal("handler", err.kind)
  end)

  it("are renewed by one of several processes that start at once; all go on", function()
    wiki:kill_access_tokens()
    wiki:mode "held" -- so that all are there while the first one asks
    local processes = {}
    for number = 1, 4 do
      processes[number] = start()
    end
    wait_until_renewed(wiki)
    wiki:mode "normal"
    for _, process in ipairs(processes) do
      assert.equal("Alice\n", lua_process.output(process))
    end
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("are renewed by one of two processes that hold them already; both go on", function()
    local one <close> = logged_in()
    local other <close> = logged_in()
    wiki:kill_access_tokens()
    assert(one:get { action = "query" })
    assert(other:get { action = "query" })
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("are renewed by one of several machines that share a Redis", function()
    local server = require("spec.store.redis_server").start(folder)
    local sessions = {}
    for number = 1, 3 do
      sessions[number] = open(mwlogin.store.redis(server:client()))
      assert(sessions[number]:login { client_id = "public", redirect = wiki:person() })
    end
    wiki:kill_access_tokens()
    for _, session in ipairs(sessions) do
      assert(session:get { action = "query" })
      session:close()
    end
    server:stop()
    assert.equal(1, wiki:count { grant = "authorization_code" })
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("that still work are sent while another process holds the entry", function()
    local session <close> = logged_in()
    session.oauth_tokens.ends = core.now() + 30
    local lock = assert(store:lock(id))
    assert(session:get { action = "query" })
    assert.equal(0, wiki:count { grant = "refresh_token" })
    lock:release()
  end)

  it("are renewed before the login's only request when they have ended by the clock", function()
    local entry = kept()
    entry.tokens.expires = os.time() - 3600
    assert(store:write(id, entries.encode(entry)))
    local session <close> = open(store)
    assert.equal("Alice", assert(session:login { client_id = "public" }).name)
    assert.equal(1, wiki:count { grant = "refresh_token" })
    assert.equal(1, wiki:count { action = "query" })
    assert.is_true(kept().tokens.expires > os.time() + 500)
  end)

  it("are written before they are used", function()
    local events, watched = {}, setmetatable({}, { __index = store })
    function watched.write(_, name, text, lock)
      events[#events + 1] = "written"
      return store:write(name, text, lock)
    end
    local session <close> = assert(mwlogin.open(wiki.api, {
      user_agent = "spec",
      store = watched,
      trace = function(event)
        events[#events + 1] = event.why or event.params and event.params.action
      end,
    }))
    wiki:kill_access_tokens()
    assert(session:login { client_id = "public" })
    assert.same({
      "query",
      "mwoauth-invalid-authorization",
      "an access token (refresh_token)",
      "written",
      "query",
    }, { table.unpack(events, #events - 4) })
  end)

  it("are not used where they cannot be written, and are written as soon as that works", function()
    local full, broken = false, memory.new()
    local session <close> = open(broken)
    local write = broken.write
    broken.write = function(self, name, text)
      if full then
        return nil, errors.new { kind = "store", code = "write", message = "The disk is full" }
      end
      return write(self, name, text)
    end
    assert(session:login { client_id = "public", redirect = wiki:person() })
    wiki:kill_access_tokens()
    full = true
    wiki:mark()
    for _ = 1, 2 do
      local reply, err = session:get { action = "query" }
      assert.is_nil(reply)
      assert.equal("store", err.kind)
    end
    assert.equal(1, wiki:count { action = "query" })
    full = false
    assert(session:get { action = "query" })
    assert.equal(1, wiki:count { grant = "refresh_token" })
    local next_one <close> = open(broken)
    assert.equal("Alice", assert(next_one:login { client_id = "public" }).name)
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("killed between renewing and writing, say plainly that somebody must log in", function()
    wiki:kill_access_tokens()
    wiki:mode "held"
    local process = start()
    wait_until_renewed(wiki)
    assert.is_true(process:kill "KILL")
    process:close()
    wiki:mode "normal"
    for _ = 1, 2 do -- and so again next time: never as nobody in particular
      local session <close> = open(store)
      local me, err = session:login {}
      assert.is_nil(me)
      assert.same({ "interaction", "access-ended" }, { err.kind, err.code })
      assert.truthy(err.message:find("Alice", 1, true))
    end
    local tokens = kept().tokens
    assert.is_true(tokens.over)
    assert.is_nil(tokens.access_token or tokens.refresh_token)
    local session <close> = open(store)
    assert(session:login { client_id = "public", redirect = wiki:person() })
    local next_one <close> = open(store)
    assert.is_false(assert(next_one:login {}).fresh)
  end)

  it("killed there, work on where the server lets an old refresh token live", function()
    local kind <close> = oauth2.start { rotate_refresh = false }
    local other = mwlogin.store.file { folder = folder .. "/kind" }
    local function start_at(with)
      return assert(mwlogin.open(kind.api, { user_agent = "spec", store = with }))
    end
    local session <close> = start_at(other)
    assert(session:login { client_id = "public", redirect = kind:person() })
    kind:kill_access_tokens()
    kind:mode "held"
    local process = lua_process.start(LOG_IN, kind.api, folder .. "/kind")
    wait_until_renewed(kind)
    assert.is_true(process:kill "KILL")
    process:close()
    kind:mode "normal"
    local next_one <close> = start_at(other)
    assert.same({ "Alice", false }, {
      assert(next_one:login {}).name,
      next_one.identity.fresh,
    })
  end)

  it("tell other processes that hold them when they have ended", function()
    local one <close> = logged_in()
    local other <close> = logged_in()
    local entry = kept()
    entry.tokens.refresh_token = "never-given"
    assert(store:write(id, entries.encode(entry)))
    one.oauth_tokens.refresh_token = core.secret "never-given"
    wiki:kill_access_tokens()
    assert_ended(one)
    assert_ended(other)
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("end with a logout, in other processes too", function()
    local one <close> = logged_in()
    local other <close> = logged_in()
    one:logout()
    assert.is_nil(store:read(id))
    wiki:kill_access_tokens()
    assert_ended(other)
    assert.equal(0, wiki:count { grant = "refresh_token" })
  end)

  it("keep neither the client's secret nor a password", function()
    local session <close> = open(store)
    assert(session:login {
      client_id = "confidential",
      client_secret = oauth2.SECRET,
      redirect = wiki:person(),
    })
    local text = assert(store:read(entries.id(wiki.api, "confidential")))
    assert.is_nil(text:find(oauth2.SECRET, 1, true))
    assert.is_true(json.decode(text).tokens.confidential)
    wiki:kill_access_tokens()
    local next_one <close> = assert(mwlogin.open(wiki.api, {
      user_agent = "spec",
      store = store,
      account = "confidential",
    }))
    local me, err = next_one:login {}
    assert.is_nil(me)
    assert.same({ "answer", "client-secret" }, { err.kind, err.code })
    assert.equal(
      "Alice",
      assert(next_one:login {
        client_id = "confidential",
        client_secret = oauth2.SECRET,
      }).name
    )
  end)

  it("are kept for a bearer that was given, under the name the wiki says", function()
    local session <close> = open(store)
    assert(session:login {})
    local bearer = assert(session:token "bearer")
    local other = mwlogin.store.file { folder = folder .. "/other" }
    local given <close> = open(other)
    assert.is_true(assert(given:login { access_token = bearer }).fresh)
    assert.same({ entries.id(wiki.api, "Alice") }, other:ids())
    local next_one <close> = open(other)
    assert.is_false(assert(next_one:login {}).fresh)
  end)
end)
