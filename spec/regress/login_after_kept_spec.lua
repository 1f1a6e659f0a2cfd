-- A kept session that was reused was not dropped by the next login: a bot password's cookie blocked
-- that one, a login that failed left the kept user's session behind, and one that could not even
-- ask left one user's cookies under the other's name, with a way to log in again that raised.
local memory = require("spec.store.memory")
local scripted = require("spec.session.scripted")

describe("a Session that has reused what was kept", function()
  local BOTS <const> = { Alice = ("0123456789abcdef"):rep(2), Bob = ("abcdef0123456789"):rep(2) }
  local WRONG <const> = ("a"):rep(32)

  local wiki, store, is_cut

  before_each(function()
    local accounts = {}
    for name, password in pairs(BOTS) do
      accounts[name] = { password = "of " .. name, botpasswords = { app = password } }
    end
    wiki, store, is_cut = scripted.wiki_of({ accounts = accounts }), memory.new(), false
  end)

  local function open()
    return scripted.open(wiki, {
      store = store,
      transport = function(request)
        if is_cut then
          return nil, "the line is cut"
        end
        return wiki.transport(request)
      end,
    })
  end

  local function log_in(session, name, password)
    local me, err = session:login({ username = name .. "@app", password = password or BOTS[name] })
    return me and me.name, err
  end

  local function reused(name)
    local first <close> = open()
    assert.equal(name, (log_in(first, name)))
    local session = open()
    assert.equal(name, (log_in(session, name)))
    assert.is_false(session.identity.fresh)
    return session
  end

  local function assert_nobody(session)
    assert.is_nil(session.identity)
    assert.is_nil(session.recover)
    assert.is_true(assert(session:whoami()).anonymous)
  end

  it("logs in as somebody else", function()
    local session <close> = reused("Alice")
    assert.equal("Bob", (log_in(session, "Bob")))
    assert.equal("Bob", assert(session:whoami()).name)
  end)

  it("keeps nothing of the one in what is kept of the other", function()
    local session <close> = reused("Alice")
    local alice = {}
    for _, line in ipairs(session:export_cookies()) do
      alice[line:match("[^\t]+$")] = true
    end
    assert.equal("Bob", (log_in(session, "Bob")))
    for _, line in ipairs(session:export_cookies()) do
      assert.is_nil(alice[line:match("[^\t]+$")], line)
    end
  end)

  it("is nobody's after a login that was refused", function()
    local session <close> = reused("Alice")
    local me, err = log_in(session, "Bob", WRONG)
    assert.is_nil(me)
    assert.equal("wrongpassword", err.code)
    assert_nobody(session)
  end)

  it("is nobody's where what is kept of another could not be proved", function()
    reused("Bob"):close()
    local session <close> = reused("Alice")
    is_cut = true
    local me, err = log_in(session, "Bob")
    assert.is_nil(me)
    assert.equal("network", err.kind)
    is_cut = false
    assert_nobody(session)
    assert(session:get({ action = "query", meta = "siteinfo" }))
    assert.equal("Bob", (log_in(session, "Bob")))
    assert.is_false(session.identity.fresh)
  end)

  it("has again the cookies that were brought before", function()
    reused("Alice"):close()
    local session <close> = open()
    local brought = session.api:match("//([^:/]+)") .. "\tFALSE\t/\tFALSE\t0\tbrought\tx"
    assert.equal(1, session:import_cookies({ brought }))
    assert.equal("Alice", (log_in(session, "Alice")))
    assert.is_false(session.identity.fresh)
    assert.is_nil((log_in(session, "Bob", WRONG)))
    assert.matches("brought\tx", table.concat(session:export_cookies(), "\n"), 1, true)
  end)

  it("raises nothing when it is lost after a login that lacked something", function()
    local session <close> = scripted.open(wiki)
    assert.equal("Alice", (log_in(session, "Alice")))
    local me, err = session:login({ method = "botpassword", username = "Bob@app" })
    assert.is_nil(me)
    assert.equal("credentials", err.code)
    wiki:lose_session()
    local reply, lost = session:get({ action = "query", meta = "userinfo" })
    assert.is_nil(reply)
    assert.equal("assertnameduserfailed", lost.code)
  end)
end)
