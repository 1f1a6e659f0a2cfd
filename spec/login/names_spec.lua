-- Many accounts, of all kinds of names, on two wikis of one host: each login finds its own session
-- and nobody else's.
local kept_stand = require("spec.login.kept_stand")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

describe("kept sessions of", function()
  local ACCOUNTS <const> = {
    Alice = "Wonder+land & tea=1/2%",
    ["Ünïcødé 漢字"] = "Строгий пароль 22",
    ["Bob Builder"] = "Builder of bridges 22",
    [("Ж"):rep(127) .. "x"] = "As long as a name may be 7",
  }

  local stand = kept_stand.for_block({ accounts = ACCOUNTS })
  local wiki = stand.wiki
  local other = shared(wikis.start, { accounts = ACCOUNTS })

  before_each(function()
    other:mark()
  end)

  local function log_in(site, credentials, account)
    local session <close> = stand:open({ account = account }, site)
    local me = assert(session:login(credentials))
    -- a name that is proved is not enough: the wiki must say it of the session
    assert.equal(me.name, assert(session:whoami()).name)
    return me
  end

  it("several accounts on two wikis of one host stay apart", function()
    for _, site in ipairs({ wiki, other }) do
      for name, password in pairs(ACCOUNTS) do
        assert.is_true(log_in(site, { username = name, password = password }).fresh)
      end
    end
    assert.equal(8, #stand.store:ids())
    for _, site in ipairs({ wiki, other }) do
      site:mark()
      for name in pairs(ACCOUNTS) do
        local me = log_in(site, { username = name, password = kept_stand.forbidden })
        assert.equal(name, me.name)
        assert.is_false(me.fresh)
      end
      assert.equal(0, #site:requests({ method = "POST" }))
    end
  end)

  it("an account by a word of the user's own may be called anything", function()
    local credentials = { username = "Alice", password = ACCOUNTS.Alice }
    local words =
      { "team/bot", "../../etc/passwd", ".", "-rf", ("é"):rep(127) .. "x", "日本語", "a\tb" }
    for _, word in ipairs(words) do
      assert.is_true(log_in(wiki, credentials, word).fresh)
    end
    assert.equal(#words, #stand.store:ids())
    for _, word in ipairs(words) do
      assert.equal("Alice", log_in(wiki, {}, word).name)
    end
    local pipe <close> = assert(io.popen(("find %s -type f | wc -l"):format(stand.folder)))
    assert.equal(#words, tonumber(pipe:read("a")))
  end)

  it("another user than the one who asks are not used", function()
    log_in(wiki, { username = "Alice", password = ACCOUNTS.Alice }, "work")
    local bob = { username = "Bob Builder", password = ACCOUNTS["Bob Builder"] }
    local me = log_in(wiki, bob, "work")
    assert.equal("Bob Builder", me.name)
    assert.is_true(me.fresh)
  end)

  it("the other wiki of this host are not sent to it", function()
    log_in(wiki, { username = "Alice", password = ACCOUNTS.Alice })
    local session <close> = stand:open({ account = "Alice" }, other)
    local me, err = session:login()
    assert.is_nil(me)
    assert.equal("anonymous", err.code)
    for _, request in ipairs(other:requests()) do
      assert.same({}, request.cookies)
    end
  end)

  it("an entry that was moved to another wiki's name is found out", function()
    local entries = require("mwlogin.store.entry")
    log_in(wiki, { username = "Alice", password = ACCOUNTS.Alice })
    local text = stand.store:read(entries.id(wiki.api, "Alice"))
    assert(stand.store:write(entries.id(other.api, "Alice"), text))
    local session <close> = stand:open({}, other)
    local me, err = session:login({ username = "Alice", password = kept_stand.forbidden })
    assert.is_nil(me)
    assert.equal("store", err.kind)
    assert.equal("damaged", err.code)
    assert.equal(0, #other:requests())
  end)
end)
