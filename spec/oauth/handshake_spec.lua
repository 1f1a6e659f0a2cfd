---The three legs of OAuth 1, through a person's browser, at a wiki whose signatures oauthlib makes
---out.
local query = require "mwlogin.query"
local wiki = require "spec.oauth.wiki"

local with, person = wiki.with, wiki.person

describe("OAuth 1 in three legs", function()
  local site = wiki.for_block()

  it("goes through the person's browser and back to a free port", function()
    local session <close> = site:session()
    local me = assert(session:login(wiki.CONSUMER))
    assert.equal("Alice", me.name)
    assert.equal("oauth1", me.method)
    assert(session:post({ action = "edit", text = "x" }, { token = "csrf" }))
    local titles = {}
    for _, asked in ipairs(site:journal()) do
      titles[#titles + 1] = asked.title and asked.title:match "Special:OAuth/(.*)"
    end
    assert.same({ "initiate", "authorize", "authorize", "token", "identify" }, titles)
  end)

  it("asks as the wiki measured it: title, format=json, oauth_callback in the query", function()
    local session <close> = site:session()
    assert(session:login(wiki.CONSUMER))
    local by_page = {}
    for _, asked in ipairs(site:journal()) do
      if asked.title then
        by_page[asked.title] = query.read(asked.query)
      end
    end
    local initiate = by_page["Special:OAuth/initiate"]
    assert.equal("json", initiate.format)
    assert.truthy(initiate.oauth_callback:find "^http://127%.0%.0%.1:%d+/")
    assert.equal("json", by_page["Special:OAuth/token"].format)
    assert.truthy(by_page["Special:OAuth/token"].oauth_verifier)
    local authorize = by_page["Special:OAuth/authorize"]
    assert.equal(wiki.CONSUMER.consumer_key, authorize.oauth_consumer_key)
    assert.same({ title = "Special:OAuth/identify" }, by_page["Special:OAuth/identify"])
  end)

  it("takes the names of the newest versions for key and secret", function()
    site:set { names = "new" }
    local session <close> = site:session()
    assert.equal("Alice", assert(session:login(wiki.CONSUMER)).name)
  end)

  it("uses the registered address where that is the only one", function()
    local at = assert(require("mwlogin.listener").open { path = "/cb" })
    local url = at.url
    at:close()
    site:set { callback = url }
    local session <close> = site:session()
    local me = assert(session:login(with(wiki.CONSUMER, { return_url = url })))
    assert.equal("Alice", me.name)
  end)

  it("asks for the code where nobody is awaited", function()
    for _, given in ipairs {
      { redirect = "paste" },
      { return_url = "oob", redirect = "paste" },
      { redirect = "paste", whole = true },
    } do
      local asked
      local session <close> = site:session()
      local whole = given.whole
      given.whole = nil
      given.respond = function(shown)
        local field = shown.requests[1].fields[1]
        asked = field.help
        local address = asked:match "http://%S+"
        local _, page = wiki.allow(address)
        local code = page:match "<b id=verifier>(%w+)</b>"
        if whole then
          local token = query.of(address).oauth_token
          code = "https://tool.example/cb?oauth_verifier=" .. code .. "&oauth_token=" .. token
        end
        return { [field.name] = code }
      end
      assert.equal("Alice", assert(session:login(with(wiki.CONSUMER, given))).name)
      assert.truthy(asked:find("the wiki shows a code", 1, true))
    end
  end)

  it("asks for the code where the consumer has another return address", function()
    site:set { callback = "none" }
    local session <close> = site:session()
    local me = assert(session:login(with(wiki.CONSUMER, {
      respond = function(shown)
        local field = shown.requests[1].fields[1]
        local _, page = wiki.allow(field.help:match "http://%S+")
        return { [field.name] = page:match "<b id=verifier>(%w+)</b>" }
      end,
    })))
    assert.equal("Alice", me.name)
  end)

  it("may be gone by a function", function()
    local session <close> = site:session()
    local me = assert(session:login(with(wiki.CONSUMER, { redirect = person(wiki.allow) })))
    assert.equal("Alice", me.name)
  end)

  it("may be gone by a headless browser of our own", function()
    local session <close> = site:session()
    local me = assert(session:login(with(wiki.CONSUMER, {
      redirect = function(step, context)
        return context.browse(step, function(page)
          page:click "#mw-mwoauth-accept"
        end)
      end,
    })))
    assert.equal("Alice", me.name)
  end)

  it("says that a return address does not belong to the consumer", function()
    local err = site:refusal(with(wiki.CONSUMER, {
      return_url = "https://tool.example.org/cb",
      redirect = person(wiki.allow),
    }))
    assert.equal("mwoauth-callback-not-oob-or-prefix", err.code)
    assert.truthy(err.advice:find("return_url", 1, true))
  end)

  it("is not answered by another login's token", function()
    local err = site:refusal(with(wiki.CONSUMER, {
      redirect = person(function(address)
        local back = wiki.allow(address)
        return (back:gsub("oauth_token=%w+", "oauth_token=theirs"))
      end),
    }))
    assert.equal("refused", err.kind)
    assert.truthy(err.message:find("oauth_token", 1, true))
  end)

  it("does not go on without a verifier", function()
    local err = site:refusal(with(wiki.CONSUMER, {
      redirect = person(function(address)
        return (wiki.allow(address):gsub("oauth_verifier=[^&]*", "x=1"))
      end),
    }))
    assert.equal("no_verifier", err.code)
  end)

  it("says that the verifier is wrong", function()
    site:set { verifier = "notthisone123456789012345678901" }
    local err = site:refusal(wiki.CONSUMER)
    assert.equal("mwoauthdatastore-bad-verifier", err.code)
    assert.equal("refused", err.kind)
    assert.is_nil(err.message:find("<", 1, true))
  end)

  it("says that it was not allowed, where the person has pressed Cancel", function()
    local function cancel(step)
      local location, page = wiki.allow(step.redirect_url, "cancel")
      assert.is_nil(location)
      assert.truthy(page:find("chosen not to allow", 1, true))
      return "cancelled"
    end
    local err = site:refusal(with(wiki.CONSUMER, { return_url = "oob", redirect = cancel }))
    assert.equal("mwoauthdatastore-bad-token", err.code)
    assert.truthy(err.advice:find("allow it", 1, true))
  end)

  it("says that a port is taken", function()
    local taken <close> = assert(require("mwlogin.listener").open { path = "/cb" })
    local err = site:refusal(with(wiki.CONSUMER, { return_url = taken.url }))
    assert.equal("interaction", err.kind)
    assert.equal("port", err.code)
  end)

  it("is not for owner-only consumers, and says what they need", function()
    local err = site:refusal {
      consumer_key = wiki.OWNER_ONLY.consumer_key,
      consumer_secret = wiki.OWNER_ONLY.consumer_secret,
    }
    assert.equal("mwoauthserver-consumer-owner-only", err.code)
    assert.truthy(err.advice:find("access_key", 1, true))
  end)

  it("takes no request token whose return address was not confirmed", function()
    site:set { initiate = "unconfirmed" }
    local err = site:refusal(wiki.CONSUMER)
    assert.equal("callback-unconfirmed", err.code)
    for _, asked in ipairs(site:journal()) do
      assert.not_equal("Special:OAuth/authorize", asked.title)
    end
  end)

  it("says what came instead of a token", function()
    for _, page in ipairs { "initiate", "token" } do
      for mode, code in pairs {
        html = "html",
        form = "not_json",
        jwt = "not_json",
        redirect = "redirect",
      } do
        site:reset()
        site:set { [page] = mode }
        local err = site:refusal(wiki.CONSUMER)
        assert.equal(code, err.code)
        assert.truthy(err.message:find("Special:OAuth/" .. page, 1, true))
      end
    end
  end)

  it("believes no identity that another could have written", function()
    for reason, modes in pairs {
      ["no JSON Web Token"] = { identify = "json" },
      ["Web Token"] = { identify = "form" },
      ["signature is wrong"] = { identify = "forged" },
      ["not signed by HS256"] = { alg = "none" },
      ["not signed"] = { alg = "HS512" },
      ["another wiki"] = { claims = '{"iss":"https://evil.example.org"}' },
      ["by another wiki"] = { claims = '{"iss":"https://wiki.example.org"}' },
      ["another consumer"] = { claims = '{"aud":"someone else"}' },
      ["another request"] = { claims = '{"nonce":"0123"}' },
      ["expired"] = { claims = '{"exp":1000000000}' },
      ["the future"] = { claims = '{"iat":4000000000,"exp":4000000100}' },
      ["names no user"] = { claims = '{"username":null}' },
    } do
      site:reset()
      site:set(modes)
      local err = site:refusal(wiki.CONSUMER)
      assert.equal("identify", err.code)
      assert.truthy(err.message:find(reason, 1, true), err.message)
    end
  end)

  it("believes no API that names somebody else", function()
    site:set { ["api-user"] = "Mallory" }
    local err = site:refusal(wiki.CONSUMER)
    assert.equal("other-user", err.code)
    assert.truthy(err.message:find("Alice", 1, true) and err.message:find("Mallory", 1, true))
  end)
end)
