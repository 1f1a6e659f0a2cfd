---What a store keeps of OAuth 1, at a wiki whose signatures oauthlib makes out.
local core = require "mwlogin.core"
local folders = require "spec.folders"
local memory = require "spec.store.memory"
local wiki = require "spec.oauth.wiki"

local with = wiki.with

describe("OAuth 1 with a store", function()
  local store
  local site = wiki.for_block()

  before_each(function()
    store = memory.new()
  end)

  local function visits()
    local count = 0
    for _, asked in ipairs(site:journal()) do
      count = count
        + (asked.title == "Special:OAuth/authorize" and asked.method == "POST" and 1 or 0)
    end
    return count
  end

  it("needs a person once; the next run goes on with what was kept", function()
    for run = 1, 3 do
      local session <close> = site:session { store = store }
      local me = assert(session:login(wiki.CONSUMER))
      assert.equal("Alice", me.name)
      assert.equal(run == 1, me.fresh)
      assert(session:post({ action = "edit", text = "x" }, { token = "csrf" }))
    end
    assert.equal(1, visits())
  end)

  it("keeps no secret of the consumer", function()
    local session <close> = site:session { store = store }
    assert(session:login(wiki.CONSUMER))
    local text = store.kept[store:ids()[1]]
    assert.truthy(text:find('"access_secret"', 1, true))
    assert.is_nil(text:find(wiki.CONSUMER.consumer_secret, 1, true))
  end)

  it("asks a person again when the access was revoked", function()
    local session <close> = site:session { store = store }
    assert(session:login(wiki.CONSUMER))
    site:revoke()
    local reply, err = session:get { action = "query", meta = "userinfo" }
    assert.is_nil(reply)
    assert.equal("interaction", err.kind)
    assert.equal("access-ended", err.code)
    local next_one <close> = site:session { store = store }
    assert.is_true(assert(next_one:login(wiki.CONSUMER)).fresh)
    assert.equal(2, visits())
  end)

  it("says that the consumer's secret is needed all the same", function()
    local session <close> = site:session { store = store }
    assert(session:login(wiki.CONSUMER))
    local next_one <close> = site:session { store = store }
    local me, err = next_one:login {}
    assert.is_nil(me)
    assert.equal("consumer-secret", err.code)
  end)

  it("does not take another consumer's access", function()
    local session <close> = site:session { store = store, account = "one" }
    assert(session:login(wiki.CONSUMER))
    local next_one <close> = site:session { store = store, account = "one" }
    local me, err = next_one:login(with(wiki.CONSUMER, { consumer_key = ("f"):rep(32) }))
    assert.is_nil(me)
    assert.equal("mwoauth-oauth-exception", err.code)
  end)

  it("forgets the access at logout, so that nothing goes out with it", function()
    local session <close> = site:session { store = store }
    assert(session:login(wiki.CONSUMER))
    local _, err = session:logout()
    assert.equal("cannotlogout", err.code)
    assert.same({}, store:ids())
  end)

  it("serves processes that log in at once by one consent", function()
    local folder = folders.new()
    local running = {}
    for position = 1, 3 do
      running[position] = assert(core.process({
        "lua5.4",
        "spec/oauth/wiki/keeper.lua",
        site.origin,
        folder,
      }, {
        stdin = "null",
        stdout = "pipe",
        stderr = "inherit",
        env = { BROWSER = wiki.BROWSER, DISPLAY = false, WAYLAND_DISPLAY = false },
      }))
    end
    local fresh = 0
    for _, process in ipairs(running) do
      local line = assert(process:read(1, { stop = "\n", timeout = 60 }))
      assert.truthy(line:find "^Alice")
      fresh = fresh + (line:find "true" and 1 or 0)
      process:close()
    end
    folders.remove(folder)
    assert.equal(1, fresh)
    assert.equal(1, visits())
  end)
end)
