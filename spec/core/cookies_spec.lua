-- Which cookies a session takes, sends and hands on: by libcurl's engine, and by the jar that a
-- transport gets, which must agree with it.
local core = require("mwlogin.core")
local loopback = require("spec.core.loopback")
local shared = require("spec.shared")

local FAR = 4102444800 -- in the year 2100

local function line(fields)
  return table.concat({
    fields.domain or "127.0.0.1",
    fields.subdomains or "FALSE",
    fields.path or "/",
    fields.secure or "FALSE",
    ("%d"):format(fields.expires or 0),
    fields.name or "who",
    fields.value or "me",
  }, "\t")
end

local function sorted(list)
  table.sort(list)
  return list
end

describe("the cookies of a session", function()
  local pool, sent_cookie
  local server = shared(loopback.start)

  lazy_setup(function()
    pool = core.pool()
  end)

  lazy_teardown(function()
    pool:close()
  end)

  local ways = {
    ["on a wire"] = function()
      local session = assert(pool:session(server.api))
      return session,
        function(path)
          assert(session:fetch(path or "/api.php"))
          return server:last_request().headers.cookie
        end
    end,
    ["on a transport"] = function()
      local session = assert(pool:session("http://127.0.0.1:1/api.php", {
        transport = function(request)
          sent_cookie = request.headers.Cookie
          local set = request.url:match("set=([^&]+)")
          return {
            status = 200,
            headers = { ["Set-Cookie"] = set and { set .. "; path=/; HttpOnly" } },
            body = "{}",
          }
        end,
      }))
      return session,
        function(path)
          assert(session:fetch(path or "/api.php"))
          return sent_cookie
        end
    end,
  }

  for way, open in pairs(ways) do
    it("are kept, sent back and exported " .. way, function()
      local session, visit = open()
      assert.same({}, session:cookies())
      assert.is_nil(visit("/api.php?set=who=me"))
      assert.equal("who=me", visit())
      assert.same({ "#HttpOnly_" .. line({}) }, session:cookies())
    end)

    it("are replaced by a newer one of that name " .. way, function()
      local session, visit = open()
      visit("/api.php?set=who=me")
      visit("/api.php?set=who=you")
      assert.equal("who=you", visit())
      assert.equal(1, #session:cookies())
    end)

    it("can be imported as a list or a text " .. way, function()
      local session, visit = open()
      assert.equal(
        2,
        session:cookies({ line({ name = "a" }), line({ name = "b", expires = FAR }) })
      )
      assert.equal(
        1,
        session:cookies("# Netscape HTTP Cookie File\n\n" .. line({ name = "c" }) .. "\r\n")
      )
      local names = {}
      for name in visit():gmatch("(%w+)=me") do
        names[#names + 1] = name
      end
      assert.same({ "a", "b", "c" }, sorted(names))
      assert.same(
        { line({ name = "a" }), line({ name = "c" }), line({ name = "b", expires = FAR }) },
        sorted(session:cookies())
      )
    end)

    it("travel to another session by export and import " .. way, function()
      local session, visit = open()
      visit("/api.php?set=who=me")
      local other, other_visit = open()
      assert.equal(1, other:cookies(session:cookies()))
      assert.equal("who=me", other_visit())
      assert.same(session:cookies(), other:cookies())
    end)

    it("are taken with what browsers' exports have beside it " .. way, function()
      local session, visit = open()
      local fraction = line({ name = "a", expires = FAR }):gsub("\t" .. FAR, "%0.25")
      local text = "\xEF\xBB\xBF# Netscape HTTP Cookie File\r\n"
        .. "# https://curl.se/docs/http-cookies\r\n\r\n"
        .. fraction
        .. "\r\n#HttpOnly_"
        .. line({ name = "b" })
        .. "\r\n"
      assert.equal(2, session:cookies(text))
      local sent = visit()
      assert.truthy(sent:find("a=me", 1, true))
      assert.truthy(sent:find("b=me", 1, true))
    end)

    it("of other hosts, and lines that are none, are left out " .. way, function()
      local session, visit = open()
      assert.equal(
        0,
        session:cookies({
          line({ domain = "evil.example.org" }),
          line({ domain = ".0.0.1", subdomains = "TRUE" }),
          "no cookie at all",
          "",
          "# comment",
          "127.0.0.1\tFALSE\t/\tFALSE\tnever\twho\tme",
          "127.0.0.1\tFALSE\t/\tFALSE\t1.x\twho\tme",
          "127.0.0.1\tFALSE\t/\tFALSE\t.5\twho\tme",
          line({ value = ("x"):rep(9000) }),
        })
      )
      assert.is_nil(visit())
      assert.same({}, session:cookies())
    end)

    it("are not sent when they are out of date or of another path " .. way, function()
      local session, visit = open()
      session:cookies({
        line({ name = "old", expires = 1 }),
        line({ name = "deep", path = "/w/" }),
      })
      assert.is_nil(visit())
      assert.equal("deep=me", visit("/w/api.php"))
      assert.is_nil(visit("/wiki"))
    end)

    it("are gone when the jar is emptied " .. way, function()
      local session, visit = open()
      visit("/api.php?set=who=me")
      assert.is_true(session:cookies(false))
      assert.same({}, session:cookies())
      assert.is_nil(visit())
    end)

    it("stay at home when a fetch is told so " .. way, function()
      local session, visit = open()
      visit("/api.php?set=who=me")
      sent_cookie = nil
      assert(session:fetch("/api.php?set=who=other", { cookies = false }))
      assert.is_nil(sent_cookie)
      if way == "on a wire" then
        assert.is_nil(server:last_request().headers.cookie)
      end
      assert.equal("who=me", visit())
    end)

    it("are not to be seen in a fetch's headers " .. way, function()
      local session = open()
      local page = assert(session:fetch("/api.php?set=who=me"))
      assert.is_nil(page.headers["set-cookie"])
      assert.equal(200, page.status)
    end)
  end

  it("refuse what is no list of lines", function()
    local session = ways["on a transport"]()
    for _, value in ipairs({ true, { 1 }, { {} }, print }) do
      assert.has_error(function()
        session:cookies(value)
      end)
    end
  end)
end)

describe("a transport's jar", function()
  -- What a Set-Cookie of `origin` gives to a visit of `target`, both on the host wiki.example.org.
  local function goes(header, target, api)
    local pool <close> = core.pool()
    local set, got = header, nil
    local session = assert(pool:session(api or "https://wiki.example.org/w/api.php", {
      transport = function(request)
        got = request.headers.Cookie
        local headers = set and { ["Set-Cookie"] = set } or {}
        set = nil
        return { status = 200, headers = headers, body = "{}" }
      end,
    }))
    assert(session:call("GET", {}))
    assert(session:fetch(target or "/w/api.php"))
    return got
  end

  it("has the path of its request when the cookie names none", function()
    assert.equal("a=1", goes("a=1"))
    assert.is_nil(goes("a=1", "/other"))
    assert.equal("a=1", goes("a=1; path=/", "/other"))
    assert.is_nil(goes("a=1; Path=/w", "/wiki"))
    assert.equal("a=1", goes("a=1; Path=/w", "/w/x"))
  end)

  it("takes a parent domain, and no other", function()
    assert.equal("a=1", goes("a=1; domain=example.org"))
    assert.equal("a=1", goes("a=1; Domain=.example.org"))
    assert.is_nil(goes("a=1; domain=org"))
    assert.is_nil(goes("a=1; domain=co.uk", nil, "https://wiki.co.uk/w/api.php"))
    assert.is_nil(goes("a=1; domain=.Co.Uk", nil, "https://wiki.co.uk/w/api.php"))
    assert.equal("a=1", goes("a=1; domain=a.co.uk", nil, "https://wiki.a.co.uk/w/api.php"))
    assert.is_nil(goes("a=1; domain=other.org"))
    assert.is_nil(goes("a=1; domain=x.wiki.example.org"))
    assert.is_nil(goes("a=1; domain=i.example.org"))
  end)

  it("forgets a cookie whose time is over", function()
    assert.is_nil(goes("a=1; Max-Age=0"))
    assert.is_nil(goes("a=1; expires=Thu, 01 Jan 1970 00:00:01 GMT"))
    assert.equal("a=1", goes("a=1; Max-Age=100"))
    assert.equal("a=1", goes("a=1; Max-Age=100; expires=Thu, 01 Jan 1970 00:00:01 GMT"))
  end)

  it("keeps a secure cookie for https", function()
    assert.equal("a=1", goes("a=1; Secure"))
    assert.is_nil(goes("a=1; Secure", nil, "http://wiki.example.org/w/api.php"))
  end)

  it("keeps an imported secure cookie for https, too", function()
    local pool <close> = core.pool()
    local got = {}
    for _, scheme in ipairs({ "http", "https" }) do
      local session = assert(pool:session(scheme .. "://wiki.example.org/api.php", {
        transport = function(request)
          got[scheme] = request.headers.Cookie
          return { status = 200, body = "{}" }
        end,
      }))
      session:cookies({ line({ domain = "wiki.example.org", secure = "TRUE" }) })
      assert(session:call("GET", {}))
    end
    assert.same({ https = "who=me" }, got)
  end)

  it("takes a value as it stands", function()
    assert.equal("a=x=y%20&z", goes("a=x=y%20&z; path=/"))
    assert.equal("a=", goes("a=; path=/"))
    assert.is_nil(goes("=1; path=/"))
    assert.is_nil(goes("novalue"))
  end)
end)
