-- Cookies and credentials stay at the wiki's own origin, wherever a wiki points; the other server
-- is a real one, and its log is looked at. (Redirects: redirects_spec.lua.)
local certificates = require("spec.security.certificates")
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local folders = require("spec.folders")
local hops = require("mwlogin.redirect.hops")
local mwlogin = require("mwlogin")
local nginx = require("spec.security.nginx")
local picture = require("mwlogin.respond.picture")
local ports = require("spec.ports")
local proxies = require("spec.security.proxy")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

local ROW <const> = "ways to lead credentials or cookies to another origin"
local WIKI <const>, EVIL <const> = "https://wiki.example.test", "https://evil.example.test"
local USERINFO <const> = '{"query":{"userinfo":{"id":0,"name":"1.2.3.4","anon":true}}}'

local function cookie(name, domain)
  local with = domain and "; Domain=" .. domain or ""
  return ("add_header Set-Cookie '%s=worth-a-login; path=/%s';"):format(name, with)
end

describe("another origin", function()
  local folder, authority, front, proxy

  lazy_setup(function()
    folder = folders.new()
    authority = certificates.authority(folder)
    local leaf = authority:issue("wiki", { host = "wiki.example.test" })
    local json = "default_type application/json;"
    local lines = { json }
    for name, domain in pairs({
      host = false,
      parent = "example.test",
      suffix = "test",
      other = "evil.example.test",
      below = "sub.wiki.example.test",
      itself = "wiki.example.test",
    }) do
      lines[#lines + 1] = cookie(name, domain)
    end
    assert(
      os.execute(
        ("printf 'front:%%s\\n' $(openssl passwd -apr1 front-password) >%s/htpasswd"):format(folder)
      )
    )
    -- what only returns is not asked who is there: the wiki itself is a server behind
    local wiki = [[
      absolute_redirect off;
      location = /api.php {
        auth_basic wiki; auth_basic_user_file HTPASSWD; proxy_pass http://127.0.0.1:PORT:inner;
      }
      location = /away { return 302 EVIL/authorize?state=s; }
      location = /picture { return 302 EVIL/captcha.png; }
      location = /inside { return 302 /away; }
      location /rest.php { return 307 EVIL$request_uri; }
      location / { return 404; }]]
    wiki = wiki:gsub("EVIL", EVIL):gsub("HTPASSWD", folder .. "/htpasswd")
    front = nginx.start({
      wiki = { tls = leaf, body = wiki },
      inner = ("%s return 200 '%s';"):format(table.concat(lines, " "), USERINFO),
      -- the same host, another port: as much another origin
      port = { tls = leaf, body = json .. " return 200 '{}';" },
      http = json .. " return 200 '{}';",
      evil = {
        tls = authority:issue("evil", { host = "evil.example.test" }),
        -- it would like to know who is there
        body = "add_header WWW-Authenticate 'Basic realm=\"wiki\"' always; return 401;",
      },
    })
    proxy = proxies.start({
      ["wiki.example.test:443"] = front.ports.wiki,
      ["wiki.example.test:444"] = front.ports.port,
      ["wiki.example.test:80"] = front.ports.http,
      ["evil.example.test:443"] = front.ports.evil,
    })
  end)

  lazy_teardown(function()
    proxy:stop()
    front:stop()
    folders.remove(folder)
  end)

  local pool

  before_each(function()
    pool = core.pool()
    front:reset()
  end)

  after_each(function()
    pool:close()
  end)

  local function open(address, more)
    local opts = {
      user_agent = "mwlogin spec",
      proxy = proxy.address,
      ca_file = authority.certificate,
      max_wait = 0,
      pool = pool,
    }
    for name, value in pairs(more or {}) do
      opts[name] = value
    end
    return assert(mwlogin.open((address or WIKI) .. "/api.php", opts))
  end

  -- A session whose jar is full of what the wiki set, and which has something to show in front.
  local function full(more)
    more = more or {}
    more.http_auth = { username = "front", password = "front-password" }
    local session = open(WIKI, more)
    assert(session:whoami())
    assert.is_true(#session:export_cookies() > 0)
    assert.matches("authorization=Basic", table.concat(front:log("wiki")))
    return session
  end

  local function assert_untold(name)
    for _, line in ipairs(front:log(name)) do
      assert.is_nil(line:find("worth%-a%-login"), line)
      assert.is_nil(line:find("authorization=[^ ]"), line)
      assert.is_nil(line:find("front%-password"), line)
      assert.is_nil(line:find("referer=[^ ]"), line)
    end
    counts.record(ROW, 1, 0)
  end

  it("is sent nothing by hops of a redirecting login", function()
    local session <close> = full()
    for _, path in ipairs({ "/away", "/inside" }) do
      local finish = assert(hops.follow(session, WIKI .. path, "http://127.0.0.1:9/back"))
      assert.equal(EVIL .. "/authorize?state=s", finish.address)
      assert.same({}, front:log("evil"))
      counts.record(ROW, 1, 0)
    end
  end)

  it("is asked for no picture of a captcha", function()
    local session <close> = full()
    for _, address in ipairs({
      EVIL .. "/captcha.png",
      "//evil.example.test/captcha.png",
      "https://wiki.example.test:444/captcha.png",
      "http://wiki.example.test/captcha.png",
      "https://wiki.example.test@evil.example.test/captcha.png",
      "https://wiki.example.test\\@evil.example.test/captcha.png",
      "/picture",
    }) do
      assert.is_nil((picture.save(session, address)), address)
      assert.same({}, front:log("evil"))
      assert.same({}, front:log("port"))
      assert.same({}, front:log("http"))
      counts.record(ROW, 1, 0)
    end
  end)

  it("gets no secret of a client that asks for tokens", function()
    local session <close> = open(WIKI)
    local me, err = session:login({
      client_id = "client",
      client_secret = "secret-of-the-client",
      grant = "client_credentials",
    })
    assert.is_nil(me)
    assert.equal("token-answer", err.code)
    assert.matches("POST /rest.php/oauth2/access_token", table.concat(front:log("wiki")))
    assert.same({}, front:log("evil"))
    counts.record(ROW, 1, 0)
  end)

  it("gets no cookie, whatever domain the wiki gives it, from any session of the pool", function()
    local session <close> = full()
    local names = {}
    for _, line in ipairs(session:export_cookies()) do
      names[#names + 1] = line:match("([^\t]+)\t[^\t]*$")
    end
    table.sort(names)
    assert.same({ "host", "itself", "parent" }, names)
    local other <close> = open(EVIL)
    assert.is_nil((other:whoami()))
    assert_untold("evil")
    local again <close> = open("https://wiki.example.test:444")
    again:whoami()
    assert_untold("port")
  end)

  it("gets nothing by a handle that the wiki's session used before", function()
    for _ = 1, 5 do
      local session = full()
      session:close()
      local other <close> = open(EVIL)
      assert.is_nil((other:whoami()))
    end
    assert.is_true(#front:log("evil") >= 5)
    assert_untold("evil")
  end)

  it("has no say in the wiki's cookies, nor an import of its own", function()
    local session <close> = full()
    session:import_cookies({
      "evil.example.test\tFALSE\t/\tTRUE\t0\tplanted\tby-evil",
      ".test\tTRUE\t/\tTRUE\t0\tplanted2\tby-evil",
    })
    session:whoami()
    for _, line in ipairs(front:log("wiki")) do
      assert.is_nil(line:find("by-evil", 1, true), line)
    end
    counts.record(ROW, 1, 0)
  end)
end)

describe("Digest in front of the wiki", function()
  local process, address, log
  local wiki = shared(wikis.start)

  lazy_setup(function()
    log = os.tmpname()
    local port = ports.free(1)[1]
    address = ("http://127.0.0.1:%s/api.php"):format(port)
    process = assert(core.process({
      "php",
      "-S",
      "127.0.0.1:" .. port,
      "spec/security/digest.php",
    }, {
      stdin = "null",
      stdout = "null",
      stderr = "null",
      env = { WIKI = ("127.0.0.1:%d"):format(wiki.port), PASSWORD = "digest-password", LOG = log },
    }))
    assert(ports.await(port))
  end)

  lazy_teardown(function()
    process:close()
    os.remove(log)
  end)

  local function login(password)
    assert(io.open(log, "w")):close()
    local session <close> = assert(mwlogin.open(address, {
      user_agent = "mwlogin spec",
      http_auth = password and { username = "front", password = password } or nil,
    }))
    local me, err = session:login({ username = "Alice", password = wiki.accounts.Alice })
    local file <close> = assert(io.open(log))
    return me, err, file:read("a")
  end

  it("is passed, and never sees its password", function()
    local me, err, seen = login("digest-password")
    assert(me, err)
    assert.equal("Alice", me.name)
    assert.matches("POST Digest", seen)
    assert.is_nil(seen:find("digest-password", 1, true))
    assert.is_nil(seen:find("Basic", 1, true))
  end)

  it("says where it is missing or wrong, and sends no password of the wiki then", function()
    for _, password in ipairs({ false, "wrong" }) do
      local me, err, seen = login(password)
      assert.is_nil(me)
      assert.equal("401", err.code)
      assert.matches("http_auth", err.advice)
      assert.is_nil(seen:find("POST", 1, true))
      local _, count = seen:gsub("Digest", "")
      assert.is_true(count <= 1, seen)
    end
  end)
end)
