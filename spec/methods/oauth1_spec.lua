---OAuth 1 against a wiki whose signatures are made out by oauthlib, and which has another name for
---itself than the host that is spoken to (T33).
local core = require "mwlogin.core"
local query = require "mwlogin.query"
local trace = require "mwlogin.trace"
local wiki = require "spec.oauth.wiki"

local with, person = wiki.with, wiki.person

describe("OAuth 1", function()
  local site = wiki.for_block()

  -- == four values ================================================================================

  describe("with the four values of an owner-only consumer", function()
    it("signs every request under the name the wiki has for itself (T33)", function()
      local session <close> = site:session()
      local me = assert(session:login(wiki.OWNER_ONLY))
      assert.equal("Alice", me.name)
      assert.equal("oauth1", me.method)
      assert.is_true(me.fresh)
      local text = "1+1=2 & ü~ %7E 語 🙂\n'quoted' (*)"
      local reply = assert(
        session:post(
          { action = "edit", title = "A b", text = text, empty = "" },
          { token = "csrf" }
        )
      )
      assert.equal(text, reply.given.text)
      assert.equal("", reply.given.empty)
      reply = assert(session:get { action = "query", titles = { "A|b", "c" }, ["pf[]"] = { 2, 1 } })
      assert.equal("\31A|b\31c", reply.given.titles)
    end)

    it("sends a GET that is too long for an address by POST, signed as that", function()
      local session <close> = site:session()
      assert(session:login(wiki.OWNER_ONLY))
      assert(session:get { action = "query", titles = ("ü"):rep(4000) })
      local journal = site:journal()
      assert.equal("POST", journal[#journal].method)
    end)

    it("leaves a multipart body out of the signature", function()
      local session <close> = site:session()
      assert(session:login(wiki.OWNER_ONLY))
      local path = os.tmpname()
      local file = assert(io.open(path, "wb"))
      file:write("bytes\0\255")
      file:close()
      local reply = session:post(
        { action = "upload", filename = "a b.png", file = core.file(path) },
        { token = "csrf" }
      )
      os.remove(path)
      assert.equal("a b.png", assert(reply).given.filename)
    end)

    it("signs a secret that is sent, without taking it out of its memory's lock", function()
      local session <close> = site:session()
      assert(session:login(wiki.OWNER_ONLY))
      local secret = core.secret "new pass&word ü"
      local reply =
        assert(session:post({ action = "changeauthenticationdata", password = secret, z = 1 }))
      assert.equal("new pass&word ü", reply.given.password)
    end)

    it("signs names that come twice in an address as they are sent", function()
      local session <close> = site:session()
      assert(session:login(wiki.OWNER_ONLY))
      for _, path in ipairs {
        "rest.php/v1/x?a=2&a=1&a=2",
        "rest.php/v1/x?b&a=&a&%C3%BC=~+%20%7e",
        "rest.php/v1/a~b/%C3%BC?x%5B%5D=2&x%5B%5D=1",
        "rest.php/v1/x?q=1%3D2%262&&r==",
      } do
        local response = assert(session:fetch(path))
        assert.equal(200, response.status, path .. " " .. response.body)
      end
    end)

    it("signs forms, but no JSON, sent to rest.php", function()
      local session <close> = site:session()
      assert(session:login(wiki.OWNER_ONLY))
      for _, sent in ipairs {
        { method = "POST", params = { a = "1 2", b = "ü" } },
        { method = "PUT", json = { a = 1 } },
        { method = "POST", json = { a = "b=c&d" } },
        { params = { a = "1 2", ["b[]"] = { "y", "x" } } },
      } do
        local response = assert(session:fetch("rest.php/v1/x?c=3", sent))
        assert.equal(200, response.status, response.body)
      end
    end)

    it("signs each hop of a redirect anew", function()
      local session <close> = site:session()
      assert(session:login(wiki.OWNER_ONLY))
      local response = assert(session:fetch "rest.php/v1/hop")
      assert.equal(200, response.status, response.body)
      assert.truthy(response.body:find("a=1&a=2", 1, true))
    end)

    it("has a new nonce for every try, also of the same request (T34)", function()
      local session <close> = site:session()
      assert(session:login(wiki.OWNER_ONLY))
      for _ = 1, 5 do
        assert(session:get { action = "query", meta = "userinfo" })
      end
      local seen, count = {}, 0
      for _, asked in ipairs(site:journal()) do
        local nonce = tostring(asked.authorization):match 'oauth_nonce="([^"]+)"'
        if nonce then
          assert.is_nil(seen[nonce])
          seen[nonce], count = true, count + 1
        end
      end
      assert.is_true(count >= 6)
    end)

    it("sends no cookie along (I22), and keeps none", function()
      local session <close> = site:session()
      session:import_cookies { "127.0.0.1\tFALSE\t/\tFALSE\t0\twikiUserName\tBob" }
      site:set { cookie = "wiki_session=stray; path=/" }
      assert(session:login(wiki.OWNER_ONLY))
      assert(session:post({ action = "edit" }, { token = "csrf" }))
      assert(session:fetch "rest.php/v1/x")
      for _, asked in ipairs(site:journal()) do
        assert.is_nil(asked.cookie)
      end
      assert.same({}, session:export_cookies())
    end)

    it("finds out that the header is lost on the way, at the login and ever after", function()
      local session <close> = site:session()
      assert(session:login(wiki.OWNER_ONLY))
      site:set { header = "dropped" }
      local reply, lost = session:get { action = "query", meta = "tokens" }
      assert.is_nil(reply)
      assert.equal("assertuserfailed", lost.code)
      local err = site:refusal(wiki.OWNER_ONLY)
      assert.equal("assertuserfailed", err.code)
      assert.truthy(err.advice:find("drop the header", 1, true))
    end)

    it("says which value is missing, before anything is sent", function()
      for given, lacking in pairs {
        [{ consumer_key = "a" }] = "consumer_secret",
        [{ method = "oauth1", consumer_secret = "a" }] = "consumer_key",
        [{ consumer_key = "a", consumer_secret = "b", access_key = "c" }] = "access_secret",
        [{ consumer_key = "a", consumer_secret = "b", access_secret = "c" }] = "access_key",
      } do
        local err = site:refusal(given)
        assert.equal("answer", err.kind)
        assert.truthy(err.message:find("needs " .. lacking, 1, true))
      end
      assert.same({}, site:journal())
    end)

    it(
      "works where the wiki's name has no scheme, and knows only what the proxy told it",
      function()
        for _, scheme in ipairs { "http", "https" } do
          site:set { server = "//wiki.example.org", ["seen-as"] = scheme }
          local session <close> = site:session()
          assert.equal("Alice", assert(session:login(wiki.OWNER_ONLY)).name)
        end
      end
    )

    it("works on a private wiki, which does not tell its name to strangers", function()
      site:set { private = "1" }
      local session <close> = site:session()
      assert.equal("Alice", assert(session:login(wiki.OWNER_ONLY)).name)
    end)

    it("takes the values from sources", function()
      local path = os.tmpname()
      local file <close> = assert(io.open(path, "w"))
      file:write(wiki.OWNER_ONLY.consumer_secret, "\n")
      file:flush()
      local session <close> = site:session()
      local given = with(wiki.OWNER_ONLY, {
        consumer_secret = require("mwlogin.secret").file(path),
        consumer_key = function()
          return wiki.OWNER_ONLY.consumer_key
        end,
      })
      assert.equal("Alice", assert(session:login(given)).name)
      os.remove(path)
    end)

    it("says at logout that the wiki cannot, and forgets", function()
      local session <close> = site:session()
      assert(session:login(wiki.OWNER_ONLY))
      local done, err = session:logout()
      assert.is_nil(done)
      assert.equal("cannotlogout", err.code)
      assert.is_true(assert(session:whoami()).anonymous)
    end)
  end)

  -- == clocks =====================================================================================

  describe("on a machine whose clock is wrong", function()
    it("goes on by the wiki's clock, once it was refused", function()
      for _, ahead in ipairs { 3600, -3600 } do
        site:reset()
        site:set { ahead = tostring(ahead) }
        local events = {}
        local session <close> = site:session {
          trace = function(event)
            events[#events + 1] = event
          end,
        }
        assert.equal("Alice", assert(session:login(wiki.OWNER_ONLY)).name)
        local before = #site:journal()
        assert(session:get { action = "query", meta = "userinfo" })
        assert.equal(before + 1, #site:journal())
        local told
        for _, event in ipairs(events) do
          told = event.event == "clock" and event.ahead or told
        end
        assert.is_true(math.abs(told + ahead) <= 5)
      end
    end)

    it("does so in three legs too", function()
      site:set { ahead = "3600" }
      local session <close> = site:session()
      assert.equal("Alice", assert(session:login(wiki.CONSUMER)).name)
    end)

    it("names it when the wiki does not tell the time", function()
      site:set { ahead = "3600", date = "off" }
      local err = site:refusal(wiki.OWNER_ONLY)
      assert.equal("mwoauth-invalid-authorization", err.code)
      assert.truthy(err.advice:find("Set this machine's clock", 1, true))
    end)
  end)

  -- == refusals ===================================================================================

  describe("names cause and cure", function()
    local function advice(given, words)
      local err = site:refusal(given)
      assert.truthy(err.advice:find(words, 1, true), tostring(err))
      return err
    end

    it("of a wrong secret, and which one it can be", function()
      local err = advice(
        with(wiki.CONSUMER, { consumer_secret = "wrong" }),
        "Check consumer_secret, which is not"
      )
      assert.equal("mwoauth-oauth-exception", err.code)
      err = advice(
        with(wiki.OWNER_ONLY, { access_secret = "wrong" }),
        "Check consumer_secret or access_secret"
      )
      assert.equal("mwoauth-invalid-authorization", err.code)
    end)

    it("of a consumer, an access, an address that the wiki does not know", function()
      local nobody = ("f"):rep(32)
      advice(with(wiki.CONSUMER, { consumer_key = nobody }), "does not know this consumer_key")
      advice(with(wiki.OWNER_ONLY, { consumer_key = nobody }), "does not know this consumer_key")
      advice(with(wiki.OWNER_ONLY, { access_key = nobody }), "does not know this access_key")
      site:set { ip = "restricted" }
      advice(wiki.OWNER_ONLY, "this machine's to its usage restrictions")
    end)

    it("of a consumer whose grants do not reach the API", function()
      site:set { grants = "authonly" }
      local err = advice(wiki.CONSUMER, "grants for the API")
      assert.equal("readapidenied", err.code)
    end)

    it("without a secret, key or signature in it", function()
      local err = site:refusal(with(wiki.OWNER_ONLY, { access_secret = "the-wrong-one" }))
      local text = tostring(err) .. err.message
      for _, value in ipairs { "the-wrong-one", wiki.OWNER_ONLY.consumer_secret } do
        assert.is_nil(text:find(value, 1, true))
      end
    end)
  end)

  -- == traces =====================================================================================

  it("leaves no secret, token, verifier or signature in a trace", function()
    local flows = {
      wiki.CONSUMER,
      with(wiki.CONSUMER, { redirect = person(wiki.allow) }),
      wiki.OWNER_ONLY,
      with(wiki.OWNER_ONLY, { access_secret = "the-wrong-one" }),
    }
    for _, given in ipairs(flows) do
      site:reset()
      local lines = {}
      local session <close> = site:session {
        trace = function(event)
          lines[#lines + 1] = trace.line(event)
        end,
      }
      session:login(given)
      session:post({ action = "edit", text = "x" }, { token = "csrf" })
      local text = table.concat(lines, "\n")
      assert.truthy(text:find("Special:OAuth", 1, true) or given.access_key)
      local hidden = { given.consumer_secret, given.access_secret, given.access_key }
      for _, asked in ipairs(site:journal()) do
        for _, name in ipairs { "oauth_token", "oauth_signature", "oauth_nonce" } do
          hidden[#hidden + 1] = (asked.authorization or ""):match(name .. '="([^"]+)"')
        end
        hidden[#hidden + 1] = query.read(asked.query).oauth_verifier
        hidden[#hidden + 1] = query.read(asked.query).oauth_token
      end
      assert.is_true(#hidden >= 5)
      for _, value in ipairs(hidden) do
        assert.is_nil(text:find(value, 1, true), value)
      end
    end
  end)
end)
