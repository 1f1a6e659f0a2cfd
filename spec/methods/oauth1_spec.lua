---OAuth 1 against a wiki whose signatures are made out by oauthlib, and which has another name for
---itself than the host that is spoken to (T33).
local core = require "mwlogin.core"
local memory = require "spec.store.memory"
local query = require "mwlogin.query"
local stand = require "spec.redirect.stand"
local trace = require "mwlogin.trace"
local wiki = require "spec.oauth.wiki"

local PERSON <const> = "lua5.4 spec/oauth/wiki/person.lua "

local function with(base, more)
  local made = {}
  for _, values in ipairs { base, more or {} } do
    for name, value in pairs(values) do
      made[name] = value
    end
  end
  return made
end

describe("OAuth 1", function()
  local site

  setup(function()
    site = wiki.start()
  end)

  teardown(function()
    site:close()
  end)

  before_each(function()
    site:reset()
    stand.environment { BROWSER = PERSON .. "%s", DISPLAY = false, WAYLAND_DISPLAY = false }
  end)

  after_each(function()
    stand.restore_environment()
  end)

  ---A function in the place of a browser.
  local function person(act)
    return function(step)
      return act(step.redirect_url)
    end
  end

  local function refused(given, options)
    local session <close> = site:session(options)
    local me, err = session:login(given)
    assert.is_nil(me)
    return err
  end

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

    it("finds out that the header is lost on the way", function()
      site:set { header = "dropped" }
      local err = refused(wiki.OWNER_ONLY)
      assert.equal("assertuserfailed", err.code)
      assert.truthy(err.advice:find("drop the header", 1, true))
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
      local err = refused(wiki.OWNER_ONLY)
      assert.equal("mwoauth-invalid-authorization", err.code)
      assert.truthy(err.advice:find("Set this machine's clock", 1, true))
    end)
  end)

  -- == three legs =================================================================================

  describe("in three legs", function()
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
      local err = refused(with(wiki.CONSUMER, {
        return_url = "https://tool.example.org/cb",
        redirect = person(wiki.allow),
      }))
      assert.equal("mwoauth-callback-not-oob-or-prefix", err.code)
      assert.truthy(err.advice:find("return_url", 1, true))
    end)

    it("is not answered by another login's token", function()
      local err = refused(with(wiki.CONSUMER, {
        redirect = person(function(address)
          local back = wiki.allow(address)
          return (back:gsub("oauth_token=%w+", "oauth_token=theirs"))
        end),
      }))
      assert.equal("refused", err.kind)
      assert.truthy(err.message:find("oauth_token", 1, true))
    end)

    it("does not go on without a verifier", function()
      local err = refused(with(wiki.CONSUMER, {
        redirect = person(function(address)
          return (wiki.allow(address):gsub("oauth_verifier=[^&]*", "x=1"))
        end),
      }))
      assert.equal("no_verifier", err.code)
    end)

    it("says that the verifier is wrong", function()
      site:set { verifier = "notthisone123456789012345678901" }
      local err = refused(wiki.CONSUMER)
      assert.equal("mwoauthdatastore-bad-verifier", err.code)
      assert.equal("refused", err.kind)
      assert.is_nil(err.message:find("<", 1, true))
    end)

    it("says that a port is taken", function()
      local taken <close> = assert(require("mwlogin.listener").open { path = "/cb" })
      local err = refused(with(wiki.CONSUMER, { return_url = taken.url }))
      assert.equal("interaction", err.kind)
      assert.equal("port", err.code)
    end)

    it("is not for owner-only consumers, and says what they need", function()
      local err = refused {
        consumer_key = wiki.OWNER_ONLY.consumer_key,
        consumer_secret = wiki.OWNER_ONLY.consumer_secret,
      }
      assert.equal("mwoauthserver-consumer-owner-only", err.code)
      assert.truthy(err.advice:find("access_key", 1, true))
    end)

    it("takes no request token whose return address was not confirmed", function()
      site:set { initiate = "unconfirmed" }
      local err = refused(wiki.CONSUMER)
      assert.equal("callback-unconfirmed", err.code)
      for _, asked in ipairs(site:journal()) do
        assert.not_equal("Special:OAuth/authorize", asked.title)
      end
    end)

    it("says what came instead of a token", function()
      for _, page in ipairs { "initiate", "token" } do
        for mode, code in pairs { html = "html", form = "not_json", redirect = "redirect" } do
          site:reset()
          site:set { [page] = mode }
          local err = refused(wiki.CONSUMER)
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
        local err = refused(wiki.CONSUMER)
        assert.equal("identify", err.code)
        assert.truthy(err.message:find(reason, 1, true), err.message)
      end
    end)

    it("believes no API that names somebody else", function()
      site:set { ["api-user"] = "Mallory" }
      local err = refused(wiki.CONSUMER)
      assert.equal("other-user", err.code)
      assert.truthy(err.message:find("Alice", 1, true) and err.message:find("Mallory", 1, true))
    end)
  end)

  -- == what is kept ==============================================================================

  describe("with a store", function()
    local store

    before_each(function()
      store = memory.new()
    end)

    local function visits()
      local count = 0
      for _, asked in ipairs(site:journal()) do
        count = count
          + (asked.title == "Special:OAuth/authorize" and asked.method == "POST" and 1 or 0)
      end
      return count
    end

    it("needs a person once; the next run goes on with what was kept", function()
      for run = 1, 3 do
        local session <close> = site:session { store = store }
        local me = assert(session:login(wiki.CONSUMER))
        assert.equal("Alice", me.name)
        assert.equal(run == 1, me.fresh)
        assert(session:post({ action = "edit", text = "x" }, { token = "csrf" }))
      end
      assert.equal(1, visits())
    end)

    it("keeps no secret of the consumer", function()
      local session <close> = site:session { store = store }
      assert(session:login(wiki.CONSUMER))
      local text = store.kept[store:ids()[1]]
      assert.truthy(text:find('"access_secret"', 1, true))
      assert.is_nil(text:find(wiki.CONSUMER.consumer_secret, 1, true))
    end)

    it("asks a person again when the access was revoked", function()
      local session <close> = site:session { store = store }
      assert(session:login(wiki.CONSUMER))
      site:revoke()
      local reply, err = session:get { action = "query", meta = "userinfo" }
      assert.is_nil(reply)
      assert.equal("interaction", err.kind)
      assert.equal("access-ended", err.code)
      local next_one <close> = site:session { store = store }
      assert.is_true(assert(next_one:login(wiki.CONSUMER)).fresh)
      assert.equal(2, visits())
    end)

    it("says that the consumer's secret is needed all the same", function()
      local session <close> = site:session { store = store }
      assert(session:login(wiki.CONSUMER))
      local next_one <close> = site:session { store = store }
      local me, err = next_one:login {}
      assert.is_nil(me)
      assert.equal("consumer-secret", err.code)
    end)

    it("does not take another consumer's access", function()
      local session <close> = site:session { store = store, account = "one" }
      assert(session:login(wiki.CONSUMER))
      local next_one <close> = site:session { store = store, account = "one" }
      local me, err = next_one:login(with(wiki.CONSUMER, { consumer_key = ("f"):rep(32) }))
      assert.is_nil(me)
      assert.equal("mwoauth-oauth-exception", err.code)
    end)

    it("forgets the access at logout, so that nothing goes out with it", function()
      local session <close> = site:session { store = store }
      assert(session:login(wiki.CONSUMER))
      local _, err = session:logout()
      assert.equal("cannotlogout", err.code)
      assert.same({}, store:ids())
    end)

    it("serves processes that log in at once by one consent", function()
      local folder = os.tmpname()
      os.remove(folder)
      local running = {}
      for position = 1, 3 do
        running[position] = assert(core.process({
          "lua5.4",
          "spec/oauth/wiki/keeper.lua",
          site.origin,
          folder,
        }, {
          stdin = "null",
          stdout = "pipe",
          stderr = "inherit",
          env = { BROWSER = PERSON .. "%s", DISPLAY = false, WAYLAND_DISPLAY = false },
        }))
      end
      local fresh = 0
      for _, process in ipairs(running) do
        local line = assert(process:read(1, { stop = "\n", timeout = 60 }))
        assert.truthy(line:find "^Alice")
        fresh = fresh + (line:find "true" and 1 or 0)
        process:close()
      end
      os.execute("rm -rf " .. folder)
      assert.equal(1, fresh)
      assert.equal(1, visits())
    end)
  end)

  -- == refusals ===================================================================================

  describe("names cause and cure", function()
    local function advice(given, words)
      local err = refused(given)
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
      local err = refused(with(wiki.OWNER_ONLY, { access_secret = "the-wrong-one" }))
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
