---The client credentials grant against a real OpenID provider: a program that acts as its owner.
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"

describe("the client credentials grant", function()
  local session
  local wiki = oauth2.for_block()

  before_each(function()
    session = assert(mwlogin.open(wiki.api, { user_agent = "spec" }))
  end)

  after_each(function()
    session:close()
  end)

  local function log_in(secret)
    return session:login {
      client_id = "robot",
      client_secret = secret,
      grant = "client_credentials",
    }
  end

  it("logs in as the client's owner, without anybody, and edits", function()
    local me = assert(log_in(oauth2.SECRET))
    assert.same({ "Robot", "oauth2", true }, { me.name, me.method, me.fresh })
    assert(session:post({ action = "edit", title = "A", text = "hi" }, { token = "csrf" }))
    assert.equal(1, wiki:count { grant = "client_credentials" })
    assert.equal(0, wiki:count { authorized = false })
    assert.same({}, session:export_cookies())
  end)

  it("asks for another bearer, once, when the wiki takes the first no more", function()
    assert(log_in(oauth2.SECRET))
    wiki:kill_access_tokens()
    assert(session:post({ action = "edit", title = "A", text = "hi" }, { token = "csrf" }))
    assert.equal(2, wiki:count { grant = "client_credentials" })
    wiki:mode "refusing"
    local reply, err = session:get { action = "query", meta = "userinfo" }
    assert.is_nil(reply)
    assert.equal("mwoauth-invalid-authorization", err.code)
    assert.equal(3, wiki:count { grant = "client_credentials" })
  end)

  it("says what the provider has against a wrong secret, and shows none", function()
    local me, err = log_in "the-wrong-secret"
    assert.is_nil(me)
    assert.equal("refused", err.kind)
    assert.equal("invalid_client", err.code)
    assert.is_nil(tostring(err):find("the-wrong-secret", 1, true))
    assert.equal(0, wiki:count { action = "query" })
  end)
end)
