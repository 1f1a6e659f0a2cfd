---Renewing without a store: before the end, and when the wiki refuses; once, and for all tasks.
local core = require "mwlogin.core"
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"

describe("tokens that are renewed", function()
  local session
  local wiki = oauth2.for_block()

  before_each(function()
    session = assert(mwlogin.open(wiki.api, { user_agent = "spec", max_wait = 5 }))
    assert(session:login { client_id = "public", redirect = wiki:person() })
    wiki:mark()
  end)

  after_each(function()
    session:close()
  end)

  local function ask()
    return session:get { action = "query", meta = "userinfo" }
  end

  it("are renewed once when the wiki refuses them, and the call is repeated", function()
    wiki:kill_access_tokens()
    assert.equal("Alice", assert(ask()).query.userinfo.name)
    assert(ask())
    assert.equal(1, wiki:count { grant = "refresh_token" })
    assert.equal(3, wiki:count { action = "query" })
  end)

  it("are renewed once when a page refuses them, and the page is asked again", function()
    wiki:kill_access_tokens()
    local page = assert(session:fetch "rest.php/oauth2/resource/profile")
    assert.equal(200, page.status)
    assert.truthy(page.body:find("Alice", 1, true))
    assert(session:fetch "rest.php/oauth2/resource/profile")
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("are renewed before their end", function()
    local tokens = session.oauth_tokens
    assert.is_true(tokens.lasts >= 600)
    tokens.ends = core.now() + 30 -- within the last minute
    assert(ask())
    assert(ask())
    assert.equal(1, wiki:count { grant = "refresh_token" })
    assert.equal(2, wiki:count { action = "query" })
    assert.is_true(tokens.ends > core.now() + 500)
  end)

  it("do not mind a clock on the wall that jumps", function()
    local time = os.time
    for _, jump in ipairs { 3600, -3600, 86400 * 365 } do
      rawset(os, "time", function(...)
        return time(...) + jump
      end)
      local reply, err = ask()
      rawset(os, "time", time)
      assert(reply, err)
    end
    assert.equal(0, wiki:count { grant = "refresh_token" })
  end)

  it("are renewed once for all tasks that find them refused", function()
    wiki:kill_access_tokens()
    local results = mwlogin.gather({ 1, 2, 3, 4, 5, 6 }, function()
      return ask()
    end, { pool = session.pool })
    for _, result in ipairs(results) do
      assert.is_true(result.ok, tostring(result.err))
    end
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("make no loop where the new ones are refused, too", function()
    wiki:mode "refusing"
    for _ = 1, 3 do
      local reply, err = ask()
      assert.is_nil(reply)
      assert.equal("mwoauth-invalid-authorization", err.code)
      assert.truthy(err.advice)
    end
    assert.equal(1, wiki:count { grant = "refresh_token" })
    assert.equal(0, wiki:count { authorized = false })
  end)

  it("are not renewed where a server drops the header: nothing is done as nobody", function()
    wiki:mode "deaf"
    for _ = 1, 2 do
      local reply, err = session:post({ action = "edit", title = "A" }, { token = "csrf" })
      assert.is_nil(reply)
      assert.equal("assertuserfailed", err.code)
    end
    assert.equal(0, wiki:count { action = "edit" })
    assert.equal(0, wiki:count { grant = "refresh_token" })
    session.options.max_wait = 1
    local me, err = session:login { client_id = "public", redirect = wiki:person() }
    assert.is_nil(me)
    assert.truthy(err.advice:find("drop the header", 1, true))
  end)

  it("renew a csrf token that died with them", function()
    assert(session:post({ action = "edit", title = "A", text = "1" }, { token = "csrf" }))
    wiki:kill_access_tokens()
    assert(session:post({ action = "edit", title = "A", text = "2" }, { token = "csrf" }))
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("are kept while the provider is down, and it is tried again within max_wait", function()
    wiki:kill_access_tokens()
    wiki:mode "down"
    local reply, err = ask()
    assert.is_nil(reply)
    assert.same({ "http", "503" }, { err.kind, err.code })
    assert.is_true(wiki:count { grant = "refresh_token" } >= 2)
    wiki:mode "normal"
    assert(ask())
  end)

  it("go on with what still works while the provider is down, and leave it in peace", function()
    session.oauth_tokens.ends = core.now() + 30
    wiki:mode "down"
    assert(ask())
    assert(ask())
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("are of no use once the refresh token is refused: it says so and sends nothing", function()
    local tokens = session.oauth_tokens
    wiki:mode "lost" -- the provider renews them, and nobody hears of it
    wiki:kill_access_tokens()
    session.options.max_wait = 0
    local reply, err = ask()
    assert.is_nil(reply)
    assert.equal("network", err.kind)
    assert.is_nil(tokens.over)
    wiki:mode "normal"
    wiki:mark()
    for _ = 1, 2 do
      reply, err = ask()
      assert.is_nil(reply)
      assert.same({ "interaction", "access-ended" }, { err.kind, err.code })
      assert.truthy(err.message:find("Alice", 1, true))
      assert.truthy(err.advice:find("[Ll]og in again"))
    end
    assert.equal(1, wiki:count { action = "query" })
    assert.equal(0, wiki:count { authorized = false })
    assert.has_error(function()
      return tokens.refresh_token:reveal() -- it is wiped
    end)
    assert.equal(
      "Alice",
      assert(session:login {
        client_id = "public",
        redirect = wiki:person(),
      }).name
    )
  end)

  it("are told to other tools by token 'bearer', and to nobody else", function()
    local bearer = assert(session:token "bearer")
    assert.equal("Bearer " .. bearer, assert(session.oauth_tokens:header(session)):reveal())
    local done, err = session:logout()
    assert.is_nil(done)
    assert.equal("cannotlogout", err.code)
    assert.truthy(err.advice:find("OAuthManageMyGrants", 1, true))
    assert.equal(0, wiki:count { action = "logout" })
    local token, why = session:token "bearer"
    assert.is_nil(token)
    assert.equal("no-bearer", why.code)
  end)

  it("do not mix with the wiki's own dialogues in one Session", function()
    local step, err = session:flow("login"):start()
    assert.is_nil(step)
    assert.equal("userlogin-cannot-login", err.code)
    assert.equal(0, wiki:count { authorized = false })
  end)
end)

describe("tokens of a confidential client", function()
  it("stay where the secret is refused: that says nothing about them", function()
    local wiki <close> = oauth2.start()
    local secret = oauth2.SECRET
    local session <close> = assert(mwlogin.open(wiki.api, { user_agent = "spec" }))
    assert(session:login {
      client_id = "confidential",
      client_secret = function()
        return secret
      end,
      redirect = wiki:person(),
    })
    wiki:kill_access_tokens()
    secret = "yesterday's secret, perhaps"
    local reply, err = session:get { action = "query" }
    assert.is_nil(reply)
    assert.same({ "refused", "invalid_client" }, { err.kind, err.code })
    secret = oauth2.SECRET
    assert(session:get { action = "query" })
  end)

  it("are renewed with its secret, which is read anew", function()
    local wiki <close> = oauth2.start()
    local asked = 0
    local session <close> = assert(mwlogin.open(wiki.api, { user_agent = "spec" }))
    assert(session:login {
      client_id = "confidential",
      client_secret = function()
        asked = asked + 1
        return oauth2.SECRET
      end,
      redirect = wiki:person(),
    })
    wiki:kill_access_tokens()
    assert(session:get { action = "query" })
    assert.equal(2, asked)
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)
end)
