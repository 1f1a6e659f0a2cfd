-- A session that ended on the wiki.
package.path = "./?.lua;" .. package.path
local mwlogin = require("mwlogin")
local scripted = require("spec.session.scripted")

local wiki_of, logged_in, api_error = scripted.wiki_of, scripted.logged_in, scripted.api_error

describe("a session that the wiki has lost", function()
  local function edit(session)
    return session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" })
  end

  local function logins(wiki)
    local count = 0
    for _, request in ipairs(wiki.requests) do
      if request.action == "clientlogin" or request.action == "login" then
        count = count + 1
      end
    end
    return count
  end

  it("is logged in again once, as the same user", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    assert(edit(session))
    wiki:lose_session()
    assert(edit(session))
    assert.equal(1, logins(wiki))
    assert.equal("Alice", wiki.edits[2].user)
  end)

  it("is noticed by a call without a token, too", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:lose_session()
    local reply = assert(session:get({ action = "query", meta = "userinfo" }))
    assert.equal("Alice", reply.query.userinfo.name)
    assert.equal(1, logins(wiki))
  end)

  it("asks a source again", function()
    local reads = 0
    local wiki = wiki_of()
    local session = logged_in(wiki, nil, {
      username = "Alice",
      password = function()
        reads = reads + 1
        return "open sesame"
      end,
    })
    wiki:lose_session()
    assert(edit(session))
    assert.equal(2, reads)
  end)

  it("works with a bot password", function()
    local secret = ("0123456789abcdef"):rep(2)
    local wiki = wiki_of({ accounts = { Alice = { botpasswords = { app = secret } } } })
    local session = logged_in(wiki, nil, { username = "Alice@app", password = secret })
    wiki:lose_session()
    assert(edit(session))
    assert.equal(1, logins(wiki))
  end)

  it("stays lost with recover = false, and nothing is done as somebody else", function()
    local wiki = wiki_of()
    local session = logged_in(wiki, nil, {
      username = "Alice",
      password = "open sesame",
      recover = false,
    })
    wiki:lose_session()
    for _ = 1, 2 do
      local reply, err = edit(session)
      assert.is_nil(reply)
      assert.equal("assertnameduserfailed", err.code)
    end
    assert.equal(0, logins(wiki))
    assert.equal(0, #wiki.edits)
  end)

  it("whose password has changed is tried once, and later calls are told so again", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:lose_session()
    wiki:account("Alice").password = "another"
    local _, err = edit(session)
    assert.equal("wrongpassword", err.code)
    local _, later = edit(session)
    assert.equal("wrongpassword", later.code)
    assert.equal(1, logins(wiki))
    assert.equal(0, #wiki.edits)
  end)

  it("needs a person where a second factor was typed: an interaction, no loop", function()
    local key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    local wiki = wiki_of({ accounts = { Alice = { password = "open sesame", totp = key } } })
    local totp = mwlogin.secret.totp(key)
    local session = logged_in(wiki, nil, {
      username = "Alice",
      password = "open sesame",
      respond = function()
        return { OATHToken = assert(totp:read()) }
      end,
    })
    wiki:lose_session()
    local reply, err = edit(session)
    assert.is_nil(reply)
    assert.equal("interaction", err.kind)
    assert.equal(0, #wiki.edits)
  end)

  it("is told from a right that is lacking: no login", function()
    for _, code in ipairs({ "readapidenied", "notloggedin", "permissiondenied" }) do
      local wiki = wiki_of()
      local session = logged_in(wiki)
      wiki:fault(1, api_error(code))
      local _, err = session:post({ action = "query" })
      assert.equal(code, err.code)
      assert.equal(1, #wiki.requests)
    end
  end)

  it("is told from a missing bot right", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    local reply, err = session:get({ action = "query", assert = "bot" })
    assert.is_nil(reply)
    assert.equal("assertbotfailed", err.code)
    assert.matches("bot", err.advice)
    assert.equal(0, logins(wiki))
    assert.equal(2, #wiki.requests)
  end)

  it("is logged in again for assert = bot, too", function()
    local wiki =
      wiki_of({ accounts = { Alice = { password = "open sesame", groups = { "bot" } } } })
    local session = logged_in(wiki)
    wiki:lose_session()
    assert(session:get({ action = "query", assert = "bot" }))
    assert.equal(1, logins(wiki))
  end)
end)
