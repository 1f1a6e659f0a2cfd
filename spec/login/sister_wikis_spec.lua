-- Wikis that share their logins (CentralAuth): cookies on a parent domain serve the sisters, and no
-- other host. A real wiki, under several names of a real nginx.
local command = require("spec.cli.command")
local folders = require("spec.folders")
local memory = require("spec.store.memory")
local mwlogin = require("mwlogin")
local nginx = require("spec.security.nginx")
local shared = require("spec.shared")
local testing = require("mwlogin.testing")
local wikis = require("spec.wiki")

---The Cookie headers that came to a host; a server's log is written after its answer.
---@return string[] cookies "" where there were none
local function cookies_of(server, name, host, count)
  local found
  for _ = 1, 100 do
    found = {}
    for _, line in ipairs(server:log(name)) do
      local asked, cookies = line:match(" | ([^ :]+)[:%d]* | cookie=(.-) | authorization=")
      found[#found + 1] = asked == host and cookies or nil
    end
    if #found >= count then
      return found
    end
  end
  error(("%d requests to %s, and not %d"):format(#found, host, count), 2)
end

describe("sister wikis", function()
  local SISTERS <const> = [[
    server_name en.wikis.localhost de.wikis.localhost wikis.localhost evilwikis.localhost
      en.wikis.localhost.evil.localhost other.localhost;
    location / {
      proxy_pass http://127.0.0.1:%d;
      proxy_set_header Host $http_host;
    }]]

  local wiki = shared(wikis.start, {
    settings = '$wgCookieDomain = strpos( $_SERVER["HTTP_HOST"] ?? "", ".wikis.localhost" ) '
      .. '? ".wikis.localhost" : "";',
  })

  local server = shared(function()
    return nginx.start({ sisters = SISTERS:format(wiki.port) })
  end)

  before_each(function()
    wiki:forget_throttles()
    wiki:mark()
  end)

  local function api(host)
    return ("http://%s:%d/api.php"):format(host, server.ports.sisters)
  end

  local function open(host, options)
    local opts = { user_agent = "spec" }
    for name, value in pairs(options or {}) do
      opts[name] = value
    end
    return assert(mwlogin.open(api(host), opts))
  end

  local function log_in()
    local session = open("en.wikis.localhost")
    assert(session:login({ username = "Bob", password = wiki.accounts.Bob, remember = true }))
    local lines = session:export_cookies()
    session:close()
    assert.is_true(#lines >= 4)
    return lines
  end

  it("take the cookies of one another, and know the user", function()
    local lines = log_in()
    for _, host in ipairs({ "de.wikis.localhost", "wikis.localhost" }) do
      local session <close> = open(host)
      assert.equal(#lines, session:import_cookies(lines))
      local me = assert(session:login())
      assert.equal("Bob", me.name)
      assert.is_false(me.fresh)
      assert(session:post({ action = "edit", title = host, text = "hi" }, { token = "csrf" }))
    end
    assert.equal(1, #wiki:requests({ action = "clientlogin" }))
  end)

  it("keep what they were given, like any session", function()
    local store = memory.new()
    do
      local session <close> = open("de.wikis.localhost", { store = store })
      session:import_cookies(log_in())
      assert(session:login())
    end
    wiki:forget_sessions()
    local session <close> = open("de.wikis.localhost", { store = store })
    assert.equal("Bob", assert(session:login()).name)
    assert.equal(1, #wiki:requests({ action = "clientlogin" }))
  end)

  it("are served by the command's export and import", function()
    local state = folders.new()
    local function run(...)
      return command.run({ ... }, { env = { XDG_STATE_HOME = state, P = wiki.accounts.Bob } })
    end
    local credentials = { "--user", "Bob", "--password-from", "env:P", "--no-input" }
    local result = run("cookies", api("en.wikis.localhost"), table.unpack(credentials))
    assert.equal(0, result.code, result.stderr)
    local path = state .. "/cookies.txt"
    local file = assert(io.open(path, "w"))
    file:write(result.stdout)
    file:close()
    result = run("cookies", api("de.wikis.localhost"), "--import", path, "--no-input")
    assert.equal(0, result.code, result.stderr)
    assert.equal("Bob\n", run("whoami", api("de.wikis.localhost"), "--no-input").stdout)
    result = run("cookies", api("evilwikis.localhost"), "--import", path, "--no-input")
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("no cookie of this wiki", 1, true), result.stderr)
    folders.remove(state)
    assert.equal(1, #wiki:requests({ action = "clientlogin" }))
  end)

  it("are the only ones that get these cookies", function()
    local lines = log_in()
    for _, host in ipairs({
      "evilwikis.localhost",
      "en.wikis.localhost.evil.localhost",
      "other.localhost",
    }) do
      local session <close> = open(host)
      assert.equal(0, session:import_cookies(lines))
      assert.is_true(assert(session:whoami()).anonymous)
      for _, cookies in ipairs(cookies_of(server, "sisters", host, 1)) do
        assert.equal("", cookies)
      end
    end
  end)

  it("do not get the cookies that one of them sets for itself alone", function()
    local lines = log_in()
    for position, line in ipairs(lines) do
      lines[position] = line:gsub("%.wikis%.localhost\tTRUE", "en.wikis.localhost\tFALSE")
    end
    local session <close> = open("de.wikis.localhost")
    assert.equal(0, session:import_cookies(lines))
  end)
end)

describe("a cookie for all of a public suffix", function()
  local server

  lazy_setup(function()
    server = nginx.start({
      any = [[
    location / {
      default_type application/json;
      add_header Set-Cookie "wide=1; Domain=co.uk; Path=/";
      add_header Set-Cookie "single=1; Domain=uk; Path=/";
      add_header Set-Cookie "foreign=1; Domain=other.co.uk; Path=/";
      add_header Set-Cookie "parent=1; Domain=wikis.co.uk; Path=/";
      return 200 '{"batchcomplete":true}';
    }]],
    })
  end)

  lazy_teardown(function()
    server:stop()
  end)

  ---Any host's name, by nginx as a proxy.
  local function open(host)
    return assert(mwlogin.open(("http://%s/api.php"):format(host), {
      user_agent = "spec",
      insecure_http = true,
      proxy = ("http://127.0.0.1:%d"):format(server.ports.any),
    }))
  end

  local function names_of(lines)
    local names = {}
    for position, line in ipairs(lines) do
      names[position] = line:match("([^\t]+)\t[^\t]*$")
    end
    return names
  end

  it("is not taken from a server", function()
    local session <close> = open("en.wikis.co.uk")
    assert(session:get({ action = "query" }))
    assert(session:get({ action = "query" }))
    assert.same({ "parent" }, names_of(session:export_cookies()))
    -- the first looks whether the wiki wants https
    assert.same({ "", "", "parent=1" }, cookies_of(server, "any", "en.wikis.co.uk", 3))
  end)

  it("is not imported", function()
    local session <close> = open("de.wikis.co.uk")
    local lines = {}
    for _, domain in ipairs({ ".uk", ".co.uk", ".other.co.uk", ".wikis.co.uk" }) do
      lines[#lines + 1] = domain .. "\tTRUE\t/\tFALSE\t0\t" .. domain:gsub("%.", "") .. "\t1"
    end
    assert.equal(1, session:import_cookies(lines))
    assert(session:get({ action = "query" }))
    assert.same({ "", "wikiscouk=1" }, cookies_of(server, "any", "de.wikis.co.uk", 2))
  end)
end)

describe("sister wikis of the scripted kind", function()
  local wiki

  ---The scripted wiki, with CentralAuth's domain on each of its cookies.
  local function open(host)
    return assert(mwlogin.open(("https://%s/w/api.php"):format(host), {
      user_agent = "spec",
      transport = function(request)
        local url = request.url:gsub("//[^/]+", "//en.example.org")
        local changed = {}
        for name, value in pairs(request) do
          changed[name] = value
        end
        changed.url = url
        local reply = wiki.transport(changed)
        for name, value in pairs(reply.headers) do
          if name:lower() == "set-cookie" then
            for position, cookie in ipairs(value) do
              value[position] = cookie .. "; domain=.example.org"
            end
          end
        end
        return reply
      end,
    }))
  end

  before_each(function()
    wiki = testing.wiki({
      api = "https://en.example.org/w/api.php",
      accounts = { Alice = { password = "open sesame" } },
    })
  end)

  local function log_in()
    local session <close> = open("en.example.org")
    assert(session:login({ username = "Alice", password = "open sesame" }))
    return session:export_cookies()
  end

  it("know the user by one another's cookies", function()
    local session <close> = open("de.example.org")
    session:import_cookies(log_in())
    assert.equal("Alice", assert(session:login()).name)
  end)

  it("keep them from a host that only ends alike", function()
    local lines = log_in()
    for _, host in ipairs({ "evilexample.org", "example.org.evil.org", "org" }) do
      local session <close> = open(host)
      assert.equal(0, session:import_cookies(lines), host)
    end
  end)
end)
