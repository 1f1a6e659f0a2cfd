-- A kept handle remembers how the last server wanted a password: the next session's went out in
-- plain to a server that asks for Digest, or answered a question (a nonce) of another server, and
-- was refused.
local core = require("mwlogin.core")
local shared = require("spec.shared")
local staged_wiki = require("spec.core.staged_wiki")

describe("a password in front of one wiki, after one in front of another:", function()
  local first_wiki = shared(staged_wiki.start)
  local second_wiki = shared(staged_wiki.start)
  local pool

  before_each(function()
    pool = core.pool()
  end)

  after_each(function()
    pool:close()
  end)

  local function question(scheme)
    return staged_wiki.reply("", { status = 401, lines = { "WWW-Authenticate: " .. scheme } })
  end

  local BASIC <const> = 'Basic realm="first"'

  local function digest(nonce)
    return ('Digest realm="%s realm", nonce="%s", qop="auth"'):format(nonce, nonce)
  end

  local function open(wiki, name)
    local auth = { username = name, password = name .. "-password" }
    return assert(pool:session(wiki.api, { http_auth = auth }))
  end

  -- What the requests since said of who sends them.
  local function authorizations(wiki)
    local list = {}
    for position, request in ipairs(wiki:requests()) do
      list[position] = request.headers.authorization or "none"
    end
    return list
  end

  local function pass(wiki, name, asks, times)
    local session <close> = open(wiki, name)
    wiki:answer({ other = { question(asks), "{}" } })
    for _ = 1, times or 1 do
      assert.equal(200, assert(session:fetch("page")).status)
    end
    return authorizations(wiki)
  end

  it("it does not go out in plain because the other was asked for so", function()
    pass(first_wiki, "one", BASIC)
    local sent = pass(second_wiki, "two", digest("second"))
    assert.equal("none", sent[1])
    assert.matches("^Digest ", sent[2])
  end)

  it("nor while the other's session is still open", function()
    local session <close> = open(first_wiki, "one")
    first_wiki:answer({ other = { question(BASIC), "{}" } })
    assert.equal(200, assert(session:fetch("page")).status)
    local sent = pass(second_wiki, "two", digest("second"))
    assert.equal("none", sent[1])
    assert.matches("^Digest ", sent[2])
  end)

  it("it answers no question of the other's server", function()
    pass(first_wiki, "one", digest("first"))
    local sent = pass(second_wiki, "two", digest("second"))
    assert.equal("none", sent[1])
    assert.matches('nonce="second"', sent[2], 1, true)
  end)

  it("it is not confused by another one for the same wiki", function()
    pass(first_wiki, "one", digest("first"))
    local sent = pass(first_wiki, "two", digest("later"))
    assert.equal("none", sent[1])
    assert.matches('nonce="later"', sent[2], 1, true)
  end)

  it("nor by a session that closed and one that has none", function()
    local session <close> = assert(pool:session(second_wiki.api))
    pass(first_wiki, "one", digest("first"))
    second_wiki:answer({ other = "{}" })
    assert(session:fetch("page"))
    assert.same({ "none" }, authorizations(second_wiki))
    local sent = pass(second_wiki, "two", digest("second"))
    assert.same("none", sent[1])
  end)

  it("within one session a question is answered for the requests to come", function()
    local sent = pass(first_wiki, "one", digest("first"), 3)
    assert.equal(4, #sent)
    assert.equal("none", sent[1])
    for position = 2, 4 do
      assert.matches('nonce="first"', sent[position], 1, true)
      assert.matches(("nc=%08x"):format(position - 1), sent[position], 1, true)
    end
  end)

  it("within one session cookies are looked at in between", function()
    local session <close> = open(first_wiki, "one")
    first_wiki:answer({ other = { question(digest("first")), "{}" } })
    for _ = 1, 3 do
      assert.equal(200, assert(session:fetch("page")).status)
      assert.same({}, session:cookies())
    end
    assert.equal(4, #first_wiki:requests())
  end)
end)
