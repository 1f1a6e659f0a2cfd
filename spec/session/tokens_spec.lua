-- Tokens of a Session.
package.path = "./?.lua;" .. package.path
local scripted = require("spec.session.scripted")

local wiki_of, open, logged_in, api_error, actions =
  scripted.wiki_of, scripted.open, scripted.logged_in, scripted.api_error, scripted.actions

describe("tokens", function()
  local function edit(session)
    return session:post({ action = "edit", title = "A", text = "b" }, { token = "csrf" })
  end

  it("are fetched, sent, and kept", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    assert(edit(session))
    assert(edit(session))
    assert.equal("tokens edit edit", actions(wiki))
    assert.equal(2, #wiki.edits)
    assert.equal("Alice", wiki.edits[1].user)
  end)

  it("are renewed once when the wiki calls one bad", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:fault(2, api_error("badtoken"))
    assert(edit(session))
    assert.equal("tokens edit tokens edit", actions(wiki))
  end)

  it("are not renewed twice", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    wiki:fault(2, api_error("badtoken"))
    wiki:fault(4, api_error("badtoken"))
    local reply, err = edit(session)
    assert.is_nil(reply)
    assert.equal("badtoken", err.code)
    assert.equal(4, #wiki.requests)
  end)

  it("of the caller are the caller's: a bad one is an error", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    local _, err = session:post({ action = "edit", title = "A", text = "b", token = "f00+\\" })
    assert.equal("badtoken", err.code)
    assert.equal("edit", actions(wiki))
  end)

  it("go by another parameter where that is asked", function()
    local wiki = wiki_of()
    local session = logged_in(wiki)
    session:post({ action = "query" }, { token = "csrf", token_param = "changeauthtoken" })
    assert.is_string(wiki.requests[2].params.changeauthtoken)
  end)

  it("of an unknown type are an error that names it", function()
    local token, err = open(wiki_of()):token("nonsense")
    assert.is_nil(token)
    assert.equal("no_token", err.code)
    assert.matches("nonsense", err.message)
  end)
end)
