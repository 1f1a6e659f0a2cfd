---OAuth 2 on a real MediaWiki: its own tokens, rights and refusals, with bearers of a provider.
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"
local shared = require "spec.shared"
local wikis = require "spec.wiki"

describe("a real wiki that takes bearers", function()
  local session
  local giver = shared(oauth2.start)
  local wiki = shared(function()
    return wikis.start {
      private = true,
      extensions = { "MwloginTest" },
      settings = giver:settings(),
    }
  end)

  before_each(function()
    giver:mode "normal"
    giver:mark()
    session = assert(mwlogin.open(wiki.api, {
      user_agent = "spec",
      rest_url = giver.base .. "/rest.php",
    }))
  end)

  after_each(function()
    session:close()
  end)

  local function log_in(more)
    local given = { client_id = "public", redirect = giver:person() }
    for name, value in pairs(more or {}) do
      given[name] = value
    end
    return session:login(given)
  end

  it("knows whose it is, though it tells strangers nothing", function()
    local me = assert(log_in())
    assert.equal("Alice", me.name)
    assert.is_true(me.id > 0)
    local whole = assert(session:whoami())
    assert.is_true(#whole.rights > 5)
    assert.same({}, session:export_cookies())
  end)

  it("takes an edit with its csrf token, before and after the tokens were renewed", function()
    assert(log_in())
    local function edit(text)
      return assert(session:post({
        action = "edit",
        title = "Under OAuth",
        text = text,
      }, { token = "csrf" })).edit.result
    end
    assert.equal("Success", edit "one")
    giver:kill_access_tokens()
    assert.equal("Success", edit "two & ü")
    assert.equal(1, giver:count { grant = "refresh_token" })
    local reply = assert(session:get {
      action = "query",
      titles = "Under OAuth",
      prop = "revisions",
      rvprop = { "content", "user" },
      rvslots = "main",
    })
    local revision = reply.query.pages[1].revisions[1]
    assert.same({ "two & ü", "Alice" }, { revision.slots.main.content, revision.user })
  end)

  it("answers long questions, which go as POST", function()
    assert(log_in())
    local titles = {}
    for number = 1, 50 do
      titles[number] = ("Title %d "):format(number) .. ("x"):rep(150)
    end
    local reply = assert(session:get { action = "query", titles = titles })
    assert.equal(50, #reply.query.pages)
  end)

  it("goes with the bearer alone, whatever cookies there were", function()
    assert(session:login { username = "Bob", password = wiki.accounts.Bob })
    assert.is_true(#session:export_cookies() > 0)
    assert.equal("Alice", assert(log_in()).name)
    assert.equal("Alice", assert(session:whoami()).name)
    assert.equal(
      "Bob",
      assert(session:login {
        username = "Bob",
        password = wiki.accounts.Bob,
      }).name
    )
    assert.equal("Bob", assert(session:whoami()).name)
  end)

  it("is held to the user who was asked for, however his name is typed", function()
    assert.equal("Alice", assert(log_in { username = "alice" }).name)
    assert.equal("Alice", assert(session:login { username = "alice" }).name)
    local me, err = log_in { username = "Bob" }
    assert.is_nil(me)
    assert.same({ "refused", "other-user" }, { err.kind, err.code })
    assert.truthy(err.message:find("Alice", 1, true))
    assert.is_nil(session.identity)
    assert.is_true(assert(session:whoami()).anonymous)
  end)

  it("refuses a right as such: nothing is renewed", function()
    assert(log_in())
    local reply, err = session:get { action = "query", assert = "bot" }
    assert.is_nil(reply)
    assert.equal("assertbotfailed", err.code)
    assert.equal(0, giver:count { grant = "refresh_token" })
  end)

  it("refuses a bearer that is none", function()
    local me, err = session:login { access_token = "not-a-bearer" }
    assert.is_nil(me)
    assert.equal("mwoauth-invalid-authorization", err.code)
    assert.truthy(err.message:find("Invalid access token", 1, true))
    assert.truthy(err.advice:find("give a new one", 1, true))
  end)

  it("has no logout for it", function()
    assert(log_in())
    local done, err = session:logout()
    assert.is_nil(done)
    assert.equal("cannotlogout", err.code)
    local me = assert(session:whoami())
    assert.is_true(me.anonymous)
  end)
end)
