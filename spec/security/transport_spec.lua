-- What goes over the wire, to whom, and in the open or not: real servers with real certificates,
-- and what each of them was sent.
local certificates = require("spec.security.certificates")
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local folders = require("spec.folders")
local mwlogin = require("mwlogin")
local nginx = require("spec.security.nginx")
local proxies = require("spec.security.proxy")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

local BOT <const> = "0123456789abcdefghijklmnopqrstuv"
local FRONT <const> = "front-password-42"

local FORM <const> = [[{"batchcomplete":true,"query":{"tokens":{"logintoken":"abc+\\"},]]
  .. [["authmanagerinfo":{"canauthenticatenow":true,"requests":[{"id":]]
  .. [["MediaWiki\\Auth\\PasswordAuthenticationRequest","required":"primary-required","fields":]]
  .. [[{"username":{"type":"string","label":"u","help":"u"},]]
  .. [["password":{"type":"password","label":"p","help":"p","sensitive":true}}}]}}}]]

-- nginx quotes with ' here: nothing in the form needs more than its own backslashes doubled
local function answering(body)
  return ("default_type application/json; return 200 '%s';"):format(body:gsub("\\", "\\\\"))
end

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  assert(pipe:close(), output)
  return output:match("[^\n]*")
end

describe("transport", function()
  local folder, authority, front, proxy, leaf

  -- Servers that answer a login's first question, and then as `post` says.
  local function leading(post)
    local cookie = "'wiki_session=cookie-of-the-wiki; path=/; HttpOnly'"
    local words = "location / { if ($request_method = POST) { %s } add_header Set-Cookie %s; %s }"
    return words:format(post, cookie, answering(FORM))
  end

  local wiki = shared(wikis.start, { settings = '$wgServer = "https://wiki.example.test";' })

  lazy_setup(function()
    folder = folders.new()
    authority = certificates.authority(folder)
    run("mkdir " .. folder .. "/other")
    local other = certificates.authority(folder .. "/other")
    leaf = authority:issue("wiki", { host = "wiki.example.test" })
    run(("printf 'front:%%s\\n' $(openssl passwd -apr1 %s) >%s/htpasswd"):format(FRONT, folder))
    authority:issue("me", { host = "me" })
    local pass = (
      "location / { proxy_pass %s; proxy_set_header X-Forwarded-Proto $scheme; "
      .. "proxy_set_header Host wiki.example.test; proxy_redirect off; }"
    ):format(wiki.base)
    local servers = {
      wiki = { tls = leaf, body = pass },
      -- an http address of an https wiki, as MediaWiki and web servers do it
      forced = "location / { return 301 https://$host$request_uri; }",
      open = pass,
      name = { tls = authority:issue("name", { host = "other.example.test" }), body = pass },
      expired = {
        tls = authority:issue("expired", { host = "wiki.example.test", days = -1 }),
        body = pass,
      },
      self = {
        tls = authority:issue("self", { host = "wiki.example.test", self_signed = true }),
        body = pass,
      },
      unknown = { tls = other:issue("unknown", { host = "wiki.example.test" }), body = pass },
      mutual = {
        tls = leaf,
        body = ("ssl_client_certificate %s; ssl_verify_client on; %s"):format(
          authority.certificate,
          pass
        ),
      },
      basic = {
        tls = leaf,
        body = ("auth_basic wiki; auth_basic_user_file %s/htpasswd; %s"):format(folder, pass),
      },
      evil = {
        tls = authority:issue("evil", { host = "evil.example.test" }),
        body = answering(FORM),
      },
      evil_http = answering(FORM),
    }
    for _, status in ipairs({ 301, 302, 303, 307, 308 }) do
      servers["away" .. status] = {
        tls = leaf,
        body = leading(("return %d https://evil.example.test/api.php;"):format(status)),
      }
      servers["down" .. status] = {
        tls = leaf,
        body = leading(("return %d http://wiki.example.test/api.php;"):format(status)),
      }
      servers["page_away" .. status] = {
        tls = leaf,
        body = (
          "auth_basic wiki; auth_basic_user_file %s/htpasswd; location / { return %d "
          .. "https://evil.example.test$request_uri; }"
        ):format(folder, status),
      }
      servers["page_down" .. status] = {
        tls = leaf,
        body = ("location / { return %d http://wiki.example.test$request_uri; }"):format(status),
      }
      servers["page_port" .. status] = {
        tls = leaf,
        body = ("location / { return %d https://wiki.example.test:444$request_uri; }"):format(
          status
        ),
      }
    end
    servers.link = {
      tls = leaf,
      body = [[location / { default_type text/html; return 200 '<html><head><link rel="EditURI"
        type="application/rsd+xml" href="https://evil.example.test/api.php?action=rsd">'; }]],
    }
    front = nginx.start(servers)
    local places = { ["evil.example.test:443"] = front.ports.evil }
    places["evil.example.test:80"] = front.ports.evil_http
    places["wiki.example.test:80"] = front.ports.open
    places["wiki.example.test:444"] = front.ports.evil
    proxy = proxies.start(places)
  end)

  lazy_teardown(function()
    proxy:stop()
    front:stop()
    folders.remove(folder)
  end)

  before_each(function()
    wiki:forget_throttles()
    front:reset()
    proxy:reset()
  end)

  -- A proxy under which https://wiki.example.test is one of the servers.
  local function as_wiki(name, more)
    local places = {
      ["wiki.example.test:443"] = front.ports[name],
      ["evil.example.test:443"] = front.ports.evil,
      ["evil.example.test:80"] = front.ports.evil_http,
      ["wiki.example.test:80"] = front.ports.open,
      ["wiki.example.test:444"] = front.ports.evil,
    }
    for place, port in pairs(more or {}) do
      places[place] = port
    end
    return setmetatable({ proxy = proxies.start(places) }, {
      __close = function(self)
        self.proxy:stop()
      end,
    })
  end

  local function options(stand, more)
    local opts = {
      user_agent = "mwlogin spec",
      proxy = stand.proxy.address,
      ca_file = authority.certificate,
      max_wait = 0,
    }
    for name, value in pairs(more or {}) do
      opts[name] = value
    end
    return opts
  end

  -- Everything that servers other than the wiki were sent, and what the proxy could read.
  local function others(...)
    local lines = {}
    for _, name in ipairs({ ... }) do
      for _, line in ipairs(front:log(name)) do
        lines[#lines + 1] = name .. ": " .. line
      end
    end
    return lines
  end

  local CREDENTIALS <const> = {
    clientlogin = { username = "Alice", password = "sesame, open the gate" },
    botpassword = { username = "Alice@app", password = BOT },
  }

  local function assert_nothing_said(lines, ...)
    local text = table.concat(lines, "\n")
    for _, secret in ipairs({ "sesame", BOT, "cookie%-of%-the%-wiki", FRONT, ... }) do
      assert.is_nil(text:find(secret), text)
    end
    assert.is_nil(text:find("cookie=[^ ]"), text)
    assert.is_nil(text:find("authorization=[^ ]"), text)
  end

  -- == certificates ==============================================================================

  local UNTRUSTED <const> = {
    name = { "certificate_name", "issued for another name", "somebody else" },
    expired = { "certificate_expired", "has expired", "clock" },
    self = { "certificate_self_signed", "self%-signed", "ca_file" },
    unknown = { "certificate_authority", "authority this machine does not know", "ca_file" },
  }

  for name, words in pairs(UNTRUSTED) do
    it(
      "trusts no certificate with a wrong " .. name .. ", and says what is wrong with it",
      function()
        local stand <close> = as_wiki(name)
        for _, address in ipairs({
          "https://wiki.example.test/api.php",
          "https://wiki.example.test/",
          "wiki.example.test",
        }) do
          local session, err = mwlogin.open(
            address,
            options(stand, {
              http_auth = { username = "front", password = FRONT },
            })
          )
          if session then
            local _
            _, err = session:login(CREDENTIALS.clientlogin)
            session:close()
          end
          assert.equal("tls", err.kind)
          assert.equal(words[1], err.code)
          assert.matches(words[2], err.message)
          assert.matches(words[3], err.advice)
          assert.same({}, front:log(name))
          counts.record("certificates that are not to be trusted", 1, 0)
        end
      end
    )
  end

  it("trusts what ca_file vouches for, and the machine's own authorities do not", function()
    local stand <close> = as_wiki("wiki")
    local session <close> =
      assert(mwlogin.open("https://wiki.example.test/api.php", options(stand)))
    assert.equal(
      "Alice",
      assert(session:login({
        username = "Alice",
        password = wiki.accounts.Alice,
      })).name
    )
    local other <close> = assert(mwlogin.open("https://wiki.example.test/api.php", {
      user_agent = "mwlogin spec",
      proxy = stand.proxy.address,
    }))
    local _, err = other:whoami()
    assert.equal("certificate_authority", err.code)
    counts.record("certificates that are not to be trusted", 1, 0)
  end)

  it("shows a client certificate where one is wanted, and says so where none was given", function()
    local stand <close> = as_wiki("mutual")
    local address = "https://wiki.example.test/api.php"
    local session <close> = assert(mwlogin.open(address, options(stand)))
    local _, err = session:login(CREDENTIALS.clientlogin)
    assert.equal("tls", err.kind)
    assert.equal("client_cert_wanted", err.code)
    assert.matches("client_cert", err.advice)
    for _, given in ipairs({
      { client_cert = folder .. "/me.pem", client_key = folder .. "/me.key" },
    }) do
      local known <close> = assert(mwlogin.open(address, options(stand, given)))
      assert(known:login({ username = "Alice", password = wiki.accounts.Alice }))
    end
    local broken <close> = assert(mwlogin.open(
      address,
      options(stand, {
        client_cert = folder .. "/none.pem",
      })
    ))
    _, err = broken:whoami()
    assert.equal("client_cert", err.code)
    -- the next session of the pool has none to show
    local again <close> = assert(mwlogin.open(address, options(stand)))
    _, err = again:whoami()
    assert.equal("client_cert_wanted", err.code)
  end)

  -- == in front of the wiki ======================================================================

  it("passes Basic in front, says where it is missing, and tries a wrong one once", function()
    local stand <close> = as_wiki("basic")
    local address = "https://wiki.example.test/api.php"
    local alice = { username = "Alice", password = wiki.accounts.Alice }
    local session <close> = assert(mwlogin.open(
      address,
      options(stand, {
        http_auth = { username = "front", password = FRONT },
      })
    ))
    assert.equal("Alice", assert(session:login(alice)).name)
    local missing <close> = assert(mwlogin.open(address, options(stand)))
    local _, err = missing:login(alice)
    assert.equal("401", err.code)
    assert.matches("http_auth", err.advice)
    front:reset()
    local wrong <close> = assert(mwlogin.open(
      address,
      options(stand, {
        http_auth = { username = "front", password = "not this" },
      })
    ))
    _, err = wrong:login(alice)
    assert.equal("401", err.code)
    local sent = 0
    for _, line in ipairs(front:log("basic")) do
      sent = sent + (line:find("authorization=Basic", 1, true) and 1 or 0)
      assert.is_nil(line:find("Wonder", 1, true))
    end
    assert.equal(1, sent)
  end)

  -- == proxies ===================================================================================

  it("shows a proxy the host and nothing else, and the wiki nothing of the proxy's", function()
    local places = { ["wiki.example.test:443"] = front.ports.wiki }
    local stand = { proxy = proxies.start(places, "me:proxy-password") }
    local opts = options(stand, { http_auth = { username = "front", password = FRONT } })
    local session <close> = assert(mwlogin.open("https://wiki.example.test/api.php", opts))
    assert(session:login({ username = "Alice", password = wiki.accounts.Alice }))
    local seen = stand.proxy:log()
    stand.proxy:stop()
    assert.is_true(#seen > 0)
    for _, one in ipairs(seen) do
      assert.equal("connect", one.kind)
      assert.equal("wiki.example.test:443", one.target)
      assert.is_nil(one.headers.cookie)
      assert.is_nil(one.headers.authorization)
    end
    for _, line in ipairs(front:log("wiki")) do
      assert.is_nil(line:find(core.crypto.base64("me:proxy-password"), 1, true))
      assert.matches("proxy%-authorization= ", line)
    end
    counts.record("credentials for one place seen at another", #seen, 0)
  end)

  it("says so when the proxy wants a name and password, or is not there", function()
    local stand = { proxy = proxies.start({}, "me:proxy-password") }
    local opts = options(stand, { proxy = ("http://127.0.0.1:%d"):format(stand.proxy.port) })
    local session <close> = assert(mwlogin.open("https://wiki.example.test/api.php", opts))
    local _, err = session:whoami()
    stand.proxy:stop()
    assert.equal("network", err.kind)
    assert.matches("407", err.message)
    local again <close> = assert(mwlogin.open("https://wiki.example.test/api.php", opts))
    _, err = again:whoami()
    assert.equal("network", err.kind)
    assert.is_nil(tostring(err):find("proxy-password", 1, true))
  end)

  -- == redirects =================================================================================

  for _, status in ipairs({ 301, 302, 303, 307, 308 }) do
    for name, credentials in pairs(CREDENTIALS) do
      for where, log in pairs({ away = "evil", down = "open" }) do
        it(("follows no %d of a %s POST (%s)"):format(status, name, where), function()
          local stand <close> = as_wiki(where .. status)
          local session <close> =
            assert(mwlogin.open("https://wiki.example.test/api.php", options(stand)))
          local me, err = session:login(credentials)
          assert.is_nil(me)
          assert.equal("http", err.kind)
          assert.equal("redirect", err.code)
          assert.same({}, others(log, "evil_http"))
          for _, one in ipairs(stand.proxy:log()) do
            assert.equal("wiki.example.test:443", one.target)
          end
          counts.record("redirects to another origin or back to http", 1, 0)
        end)
      end
    end

    for where, code in pairs({
      page_away = "redirect",
      page_down = "downgrade",
      page_port = "redirect",
    }) do
      it(
        ("follows no %d of a page (%s) while it looks for the wiki"):format(status, where),
        function()
          local stand <close> = as_wiki(where .. status)
          local opts = options(stand, { http_auth = { username = "front", password = FRONT } })
          local session, err = mwlogin.open("https://wiki.example.test/wiki/Main", opts)
          assert.is_nil(session)
          assert.equal(code, err.code)
          assert.same({}, others("evil", "evil_http", "open"))
          counts.record("redirects to another origin or back to http", 1, 0)
        end
      )
    end

    it(("hands a %d of a page to another origin back"):format(status), function()
      local stand <close> = as_wiki("page_away" .. status)
      local session <close> = assert(
        mwlogin.open(
          "https://wiki.example.test/api.php",
          options(stand, { http_auth = { username = "front", password = FRONT } })
        )
      )
      session:import_cookies({
        "wiki.example.test\tFALSE\t/\tTRUE\t0\twiki_session\tcookie-of-the-wiki",
      })
      local page = assert(session:fetch("/w/index.php"))
      assert.equal("https://evil.example.test/w/index.php", page.location)
      assert.matches("cookie%-of%-the%-wiki", table.concat(front:log("page_away" .. status)))
      assert.same({}, others("evil", "evil_http"))
      counts.record("redirects to another origin or back to http", 1, 0)
    end)
  end

  it("believes no page that names an API on another origin", function()
    local stand <close> = as_wiki("link")
    local session, err = mwlogin.open("https://wiki.example.test/wiki/Main", options(stand))
    assert.is_nil(session)
    assert.equal("foreign-api", err.code)
    assert.same({}, others("evil", "evil_http"))
    counts.record("redirects to another origin or back to http", 1, 0)
  end)

  -- == http ======================================================================================

  it("moves to https before the first secret where the wiki wants it", function()
    local stand <close> = as_wiki("wiki", { ["wiki.example.test:80"] = front.ports.forced })
    for _, address in ipairs({
      "http://wiki.example.test/api.php",
      "http://wiki.example.test/index.php",
      "http://wiki.example.test",
    }) do
      front:reset()
      local session <close> = assert(mwlogin.open(
        address,
        options(stand, {
          http_auth = { username = "front", password = FRONT },
        })
      ))
      assert(session:login({ username = "Alice", password = wiki.accounts.Alice }))
      assert.equal("https://wiki.example.test/api.php", session.api)
      local lines = front:log("forced")
      assert.is_true(#lines >= 1)
      assert_nothing_said(lines, "Wonder")
      for _, line in ipairs(lines) do
        assert.matches("^GET ", line)
      end
      counts.record("http addresses: what was said before https", #lines, 0)
    end
  end)

  it("sends no secret over http beyond this machine, nor by a proxy there", function()
    local stand <close> = as_wiki("wiki")
    for name, credentials in pairs(CREDENTIALS) do
      local session <close> =
        assert(mwlogin.open("http://wiki.example.test/api.php", options(stand)))
      local me, err = session:login(credentials)
      assert.is_nil(me)
      assert.equal("tls", err.kind)
      assert.equal("insecure_http", err.code, name)
      assert.matches("https", err.advice)
      counts.record("http addresses: what was said before https", 1, 0)
    end
    assert_nothing_said(others("open"))
  end)

  it("sends no kept cookie over http beyond this machine", function()
    local stand <close> = as_wiki("wiki")
    local session <close> = assert(mwlogin.open("http://wiki.example.test/api.php", options(stand)))
    session:import_cookies({
      "wiki.example.test\tFALSE\t/\tFALSE\t0\twiki_session\tcookie-of-the-wiki",
    })
    local _, err = session:whoami()
    assert.equal("insecure_http", err.code)
    assert.is_string(err.advice)
    _, err = session:fetch("/index.php")
    assert.equal("insecure_http", err.code)
    local later <close> = assert(mwlogin.open("http://wiki.example.test/api.php", options(stand)))
    assert.is_true(assert(later:whoami()).anonymous)
    later:import_cookies({
      "wiki.example.test\tFALSE\t/\tFALSE\t0\twiki_session\tcookie-of-the-wiki",
    })
    _, err = later:whoami()
    assert.equal("insecure_http", err.code)
    assert_nothing_said(others("open"))
    counts.record("http addresses: what was said before https", 1, 0)
  end)

  it("moves to no other path of the host, nor to another host, on the word of http", function()
    for _, to in ipairs({
      "https://wiki.example.test/~mallory/api.php",
      "https://evil.example.test/api.php",
      "http://evil.example.test/api.php",
    }) do
      local liar <close> = nginx.start({ http = ("location / { return 301 %s; }"):format(to) })
      local stand <close> = as_wiki("wiki", { ["wiki.example.test:80"] = liar.ports.http })
      local session <close> =
        assert(mwlogin.open("http://wiki.example.test/api.php", options(stand)))
      local me, err = session:login({ username = "Alice", password = wiki.accounts.Alice })
      assert.is_nil(me)
      assert.equal("redirect", err.code, to)
      assert_nothing_said(others("wiki", "evil", "evil_http"), "Wonder")
      counts.record("redirects to another origin or back to http", 1, 0)
    end
  end)
end)
