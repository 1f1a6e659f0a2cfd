-- A whole login with the core alone, both ways, on a real wiki: twenty lines each.
package.path = "./?.lua;./?/init.lua;" .. package.path

local core = require("mwlogin.core")
local shared = require("spec.shared")
local wiki = require("spec.wiki")

describe("with mwlogin.core alone", function()
  local one = shared(wiki.start)

  before_each(function()
    one:forget_throttles()
    one:mark()
  end)

  it("a script logs in by clientlogin and edits a page", function()
    local pool <close> = core.pool()
    local session <close> = assert(pool:session(one.api, { user_agent = "twenty-lines/1.0" }))
    local reply = assert(session:auth_step("clientlogin", {
      username = "Alice",
      password = core.secret(one.accounts.Alice),
      loginreturnurl = one.base,
      logintoken = assert(session:token("login")),
    }))
    assert.equal("PASS", reply.clientlogin.status)
    session:drop_tokens()
    local edit = assert(session:call("POST", {
      action = "edit",
      title = "Twenty lines",
      appendtext = "by clientlogin é & +",
      assertuser = reply.clientlogin.username,
      token = assert(session:token("csrf")),
    }))
    assert.equal("Success", edit.edit.result)
    assert.equal(4, #one:requests())
  end)

  it("a script logs in by bot password and reads its name back", function()
    local pool <close> = core.pool()
    local session <close> = assert(pool:session(one.api, { user_agent = "twenty-lines/1.0" }))
    local reply = assert(session:login({
      lgname = one.botpassword.name,
      lgpassword = core.secret(one.botpassword.password),
      lgtoken = assert(session:token("login")),
    }))
    assert.equal("Success", reply.login.result)
    local me = assert(session:call("GET", { action = "query", meta = "userinfo" }))
    assert.equal("Alice", me.query.userinfo.name)
    assert.equal("Alice", reply.login.lgusername)
  end)

  it("a wrong password is an answer of the wiki, not an error of the exchange", function()
    local pool <close> = core.pool()
    local session <close> = assert(pool:session(one.api))
    local reply = assert(session:auth_step("clientlogin", {
      username = "Alice",
      password = "not it",
      loginreturnurl = one.base,
      logintoken = assert(session:token("login")),
    }))
    assert.equal("FAIL", reply.clientlogin.status)
    assert.equal("wrongpassword", reply.clientlogin.messagecode)
    reply = assert(session:login({
      lgname = one.botpassword.name,
      lgpassword = "not it either",
      lgtoken = assert(session:token("login")),
    }))
    assert.equal("Failed", reply.login.result)
  end)

  it("two sessions on one pool are two users at once", function()
    local pool <close> = core.pool()
    local names = {}
    local sessions = {}
    for name, password in pairs({ Alice = one.accounts.Alice, Bob = one.accounts.Bob }) do
      local session = assert(pool:session(one.api))
      assert(session:auth_step("clientlogin", {
        username = name,
        password = password,
        loginreturnurl = one.base,
        logintoken = assert(session:token("login")),
      }))
      sessions[name] = session
    end
    for name, session in pairs(sessions) do
      local me = assert(session:call("GET", { action = "query", meta = "userinfo" }))
      names[name] = me.query.userinfo.name
    end
    assert.same({ Alice = "Alice", Bob = "Bob" }, names)
  end)

  it("kept cookies are still a login in another process's session", function()
    local pool <close> = core.pool()
    local session <close> = assert(pool:session(one.api))
    assert(session:login({
      lgname = one.botpassword.name,
      lgpassword = one.botpassword.password,
      lgtoken = assert(session:token("login")),
    }))
    local other_pool <close> = core.pool()
    local other <close> = assert(other_pool:session(one.api))
    assert.is_true(other:cookies(session:cookies()) > 0)
    local me =
      assert(other:call("GET", { action = "query", meta = "userinfo", assertuser = "Alice" }))
    assert.equal("Alice", me.query.userinfo.name)
  end)
end)
