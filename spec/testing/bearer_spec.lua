local capture = require("spec.testing.capture")
local cookie_client = require("spec.testing.cookie_client")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

describe("mwlogin.testing: a bearer of OAuth 2", function()
  local function new()
    return testing.wiki({
      accounts = { Alice = { password = "open sesame", bearers = { "abc.def.ghi" } } },
    })
  end

  --- One request with an Authorization header; the reply decoded, and what came with it.
  local function ask(wiki, authorization, query, cookie)
    local reply = assert(wiki.transport({
      method = "GET",
      url = ("%s?%s&format=json&formatversion=2"):format(wiki.api, query),
      headers = { Authorization = authorization, Cookie = cookie },
      body = "",
    }))
    return require("cjson").decode(reply.body), reply
  end

  it("is its user, whatever the cookies say, and sets none", function()
    local wiki = new()
    local query = "action=query&meta=userinfo%7Ctokens&type=csrf"
    local body, reply = ask(wiki, "Bearer abc.def.ghi", query, "wikiUserID=99; wiki_session=x")
    capture.assert_same_shape("oauth2-owner-only-userinfo", body)
    assert.equal("Alice", body.query.userinfo.name)
    assert.is_nil(reply.headers["Set-Cookie"])
  end)

  it("that is none of this wiki's is refused, as captured", function()
    local body = ask(new(), "Bearer somebody.elses.token", "action=query&meta=userinfo")
    capture.assert_same_shape("oauth2-bad-bearer", body)
    assert.equal(capture.read("oauth2-bad-bearer").error.info, body.error.info)
  end)

  it("is matched with case: another word is no authorization at all", function()
    local body = ask(new(), "bearer abc.def.ghi", "action=query&meta=userinfo")
    assert.equal(0, body.query.userinfo.id)
  end)

  it("cannot log in or out", function()
    local wiki = new()
    local body = ask(wiki, "Bearer abc.def.ghi", "action=query&meta=authmanagerinfo")
    assert.is_false(body.query.authmanagerinfo.canauthenticatenow)
    local tokens = ask(wiki, "Bearer abc.def.ghi", "action=query&meta=tokens")
    local reply = wiki.transport({
      method = "POST",
      url = wiki.api,
      headers = {
        Authorization = "Bearer abc.def.ghi",
        ["Content-Type"] = "application/x-www-form-urlencoded",
      },
      body = "action=logout&format=json&formatversion=2&token="
        .. tokens.query.tokens.csrftoken:gsub("%W", function(byte)
          return ("%%%02X"):format(byte:byte())
        end),
    })
    local said = require("cjson").decode(reply.body)
    assert.equal("cannotlogout", cookie_client.code_of(said))
    capture.assert_same_shape("oauth1-logout", said)
  end)

  it("logs a Session in, which edits", function()
    local wiki = new()
    local options = { transport = wiki.transport, user_agent = "bearer_spec" }
    local session <close> = assert(mwlogin.open(wiki.api, options))
    local me = assert(session:login({ access_token = "abc.def.ghi" }))
    assert.equal("Alice", me.name)
    assert(session:post({ action = "edit", title = "X", text = "y" }, { token = "csrf" }))
    assert.equal("Alice", wiki.edits[1].user)
  end)
end)
