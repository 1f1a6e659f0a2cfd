-- No login: the session is proved as it stands.
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local function wiki_of()
  return testing.wiki({
    accounts = { Alice = { password = "open sesame" }, ["Bob Smith"] = { password = "hammer 12" } },
  })
end

local function open(wiki)
  return assert(mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" }))
end

-- A Session with the cookies of another that logged in.
local function with_cookies(wiki, username, password)
  local first, second = open(wiki), open(wiki)
  assert(first:login({ username = username, password = password }))
  second:import_cookies(first:export_cookies())
  wiki.requests = {}
  return second
end

describe("the session method", function()
  it("proves imported cookies, and posts nothing", function()
    local wiki = wiki_of()
    local session = with_cookies(wiki, "Alice", "open sesame")
    local me = assert(session:login())
    assert.equal("Alice", me.name)
    assert.equal("session", me.method)
    assert.is_false(me.fresh)
    for _, request in ipairs(wiki.requests) do
      assert.equal("GET", request.method)
    end
  end)

  it("makes later calls name the user", function()
    local wiki = wiki_of()
    local session = with_cookies(wiki, "Alice", "open sesame")
    assert(session:login())
    assert(session:get({ action = "query" }))
    assert.equal("Alice", wiki.requests[#wiki.requests].params.assertuser)
  end)

  it("takes any spelling of the name, and no other name", function()
    local wiki = wiki_of()
    local session = with_cookies(wiki, "Bob Smith", "hammer 12")
    assert.equal("Bob Smith", assert(session:login({ username = "bob_Smith" })).name)
    local me, err = session:login({ username = "Alice" })
    assert.is_nil(me)
    assert.equal("refused", err.kind)
    assert.matches("Bob Smith, not to Alice", err.message)
  end)

  it("keeps what an earlier login of this Session left", function()
    local wiki = wiki_of()
    local session = open(wiki)
    assert(session:login({ username = "Alice", password = "open sesame" }))
    local me = assert(session:login())
    assert.equal("clientlogin", me.method)
    assert.is_false(me.fresh)
    wiki:lose_session()
    assert(session:get({ action = "query" }))
    assert.equal("Alice", session:whoami().name)
  end)

  it("refuses a session that has ended", function()
    local wiki = wiki_of()
    local session = with_cookies(wiki, "Alice", "open sesame")
    wiki:lose_session()
    local me, err = session:login()
    assert.is_nil(me)
    assert.equal("anonymous", err.code)
    assert.is_string(err.advice)
  end)

  it("says that a name alone is no login: most often a variable is not set", function()
    local wiki = wiki_of()
    local session = mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" })
    local credentials = { username = "Alice", password = os.getenv "MWLOGIN_NO_SUCH_VARIABLE" }
    local me, err = session:login(credentials)
    assert.is_nil(me)
    assert.same({ "refused", "anonymous" }, { err.kind, err.code })
    assert.matches("No password was given for Alice", err.message, 1, true)
    assert.matches("os.getenv", err.advice, 1, true)
  end)
end)
