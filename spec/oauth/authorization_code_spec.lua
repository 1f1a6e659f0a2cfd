---The authorization code grant: RFC 6749's own example, and a real OpenID provider whose tokens
---rotate, with a person at its pages.
local authorization_code = require "mwlogin.oauth.authorization_code"
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"
local query = require "mwlogin.query"
local stand = require "spec.redirect.stand"

describe("the authorization code grant", function()
  local session
  local wiki = oauth2.for_block()

  before_each(function()
    session = assert(mwlogin.open(wiki.api, { user_agent = "spec" }))
  end)

  after_each(function()
    stand.restore_environment()
    session:close()
  end)

  it("asks as RFC 6749, 4.1.1 and RFC 7636, 4.3 do", function()
    local page = authorization_code.page(
      { api = "https://server.example.com/api.php", options = {} },
      {
        client_id = "s6BhdRkqt3",
        redirect_uri = "https://client.example.com/cb",
        state = "xyz",
        challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        scope = "basic editpage",
      }
    )
    assert.equal(
      "https://server.example.com/rest.php/oauth2/authorize?response_type=code"
        .. "&client_id=s6BhdRkqt3&redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb&state=xyz"
        .. "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        .. "&code_challenge_method=S256&scope=basic%20editpage",
      page
    )
  end)

  it("lets a person in with a public client, and edits as him", function()
    local me = assert(session:login { client_id = "public", redirect = wiki:person() })
    assert.same({ "Alice", "oauth2", true }, { me.name, me.method, me.fresh })
    assert(session:post({ action = "edit", title = "A", text = "hi" }, { token = "csrf" }))
    assert.equal(1, wiki:count { grant = "authorization_code" })
    assert.equal(0, wiki:count { authorized = false })
    assert.equal("Alice", assert(session:whoami()).name)
    assert.equal("Alice", assert(session:login {}).name)
    assert.same({}, session:export_cookies())
  end)

  it("lets him in with a confidential one, whose secret is read from its source", function()
    local me = assert(session:login {
      client_id = "confidential",
      client_secret = function()
        return oauth2.SECRET
      end,
      scope = { "openid", "basic" },
      redirect = wiki:person(),
    })
    assert.equal("Alice", me.name)
  end)

  it("opens the system's browser and listens on a free port", function()
    stand.environment { BROWSER = wiki:browser() }
    assert.equal("Alice", assert(session:login { client_id = "public" }).name)
  end)

  it("listens where redirect_uri says, and tells when that port is taken", function()
    local place = assert(require("mwlogin.listener").open {})
    local port = place.port
    place:close()
    local address = ("http://127.0.0.1:%d/fixed"):format(port)
    stand.environment { BROWSER = wiki:browser() }
    local given = { client_id = "public", redirect_uri = address }
    assert.equal("Alice", assert(session:login(given)).name)
    local taken <close> = assert(require("mwlogin.listener").open { port = port })
    assert.equal(port, taken.port)
    local me, err = session:login(given)
    assert.is_nil(me)
    assert.equal("port", err.code)
    assert.equal("interaction", err.kind)
  end)

  it("takes a pasted address where the registered one is another machine's", function()
    local shown
    local me = assert(session:login {
      client_id = "fixed",
      redirect_uri = oauth2.FIXED,
      redirect = "paste",
      respond = function(step)
        local field = step.requests[1].fields[1]
        shown = field.help:match "(http://%S+)"
        return { [field.name] = wiki:person() { redirect_url = shown } }
      end,
    })
    assert.equal("Alice", me.name)
    assert.equal(oauth2.FIXED, query.of(shown).redirect_uri)
  end)

  it("goes through Chromium, headless, driven by a script", function()
    local me = assert(session:login {
      client_id = "public",
      redirect = function(step, context)
        return context.browse(step, function(page)
          assert(page:wait("#login", 60))
          assert(page:fill("#login", "alice"))
          assert(page:fill("#password", wiki.provider.accounts.alice))
          assert(page:click "#submit")
          assert(page:wait("#allow", 60))
          assert(page:click "#allow")
          return true
        end)
      end,
    })
    assert.equal("Alice", me.name)
  end)

  it("says that the person refused, and asks for no token", function()
    local me, err = session:login { client_id = "public", redirect = wiki:person "deny" }
    assert.is_nil(me)
    assert.same({ "refused", "access_denied" }, { err.kind, err.code })
    assert.truthy(err.advice:find("allow it", 1, true))
    assert.equal(0, wiki:count { grant = "authorization_code" })
  end)

  it("turns down an answer whose state is wrong, missing or of an earlier login", function()
    local old
    assert(session:login {
      client_id = "public",
      redirect = wiki:person("allow", function(back)
        old = back
      end),
    })
    local function changed(pattern, replacement)
      return function(step)
        return (wiki:person()(step):gsub(pattern, replacement))
      end
    end
    local bad = {
      changed("state=[^&]*", "state=theirs"),
      changed("&state=[^&]*", ""),
      function(step)
        return query.of(step.redirect_url).redirect_uri .. "?" .. old:match "%?(.*)"
      end,
    }
    wiki:mark()
    for _, redirect in ipairs(bad) do
      local me, err = session:login { client_id = "public", redirect = redirect }
      assert.is_nil(me)
      assert.same({ "refused", "foreign-answer" }, { err.kind, err.code })
    end
    assert.equal(0, wiki:count { grant = "authorization_code" })
  end)

  it("says that a code was used already", function()
    local code
    assert(session:login {
      client_id = "public",
      redirect = wiki:person("allow", function(back)
        code = query.of(back).code
      end),
    })
    wiki:mark()
    local me, err = session:login {
      client_id = "public",
      redirect = function(step)
        local asked = query.of(step.redirect_url)
        return ("%s?code=%s&state=%s"):format(asked.redirect_uri, code, asked.state)
      end,
    }
    assert.is_nil(me)
    assert.same({ "refused", "invalid_grant" }, { err.kind, err.code })
    assert.is_nil(tostring(err):find(code, 1, true))
    assert.equal(1, wiki:count { grant = "authorization_code" })
  end)

  it("says that the client's secret is wrong", function()
    local me, err = session:login {
      client_id = "confidential",
      client_secret = "not the secret at all",
      redirect = wiki:person(),
    }
    assert.is_nil(me)
    assert.same({ "refused", "invalid_client" }, { err.kind, err.code })
    assert.truthy(err.advice:find("client_secret", 1, true))
    assert.is_nil(tostring(err):find("not the secret", 1, true))
  end)

  it("sends a code once, whatever becomes of the answer", function()
    local kinds = { down = "http", lost = "network", page = "protocol", jwt = "protocol" }
    for mode, kind in pairs(kinds) do
      wiki:mode(mode)
      wiki:mark()
      local me, err = session:login { client_id = "public", redirect = wiki:person() }
      assert.is_nil(me)
      assert.equal(kind, err.kind, mode)
      assert.equal(1, wiki:count { grant = "authorization_code" }, mode)
    end
  end)

  it("follows no redirect of the token endpoint: the secret stays with the wiki", function()
    wiki:mode "elsewhere"
    local me, err = session:login {
      client_id = "confidential",
      client_secret = oauth2.SECRET,
      redirect = wiki:person(),
    }
    assert.is_nil(me)
    assert.same({ "protocol", "token-answer" }, { err.kind, err.code })
  end)

  it("asks the token endpoint of another host where rest_url names it, and only there", function()
    local other <close> = assert(mwlogin.open(wiki.api:gsub("127%.0%.0%.1", "localhost"), {
      user_agent = "spec",
      rest_url = wiki.base .. "/rest.php",
    }))
    assert.equal(
      "Alice",
      assert(other:login { client_id = "public", redirect = wiki:person() }).name
    )
  end)

  it("names who cannot be asked, before anything is sent", function()
    stand.environment { MWLOGIN_NO_BROWSER = "1" }
    local me, err = session:login { client_id = "public" }
    assert.is_nil(me)
    assert.equal("interaction", err.kind)
    assert.equal(0, wiki:count {})
  end)
end)
