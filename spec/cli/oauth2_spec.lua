---The command with OAuth 2, against a real OpenID provider behind a small wiki.
local cjson = require "cjson"
local command = require "spec.cli.command"
local entries = require "mwlogin.store.entry"
local folders = require "spec.folders"
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"

describe("mwlogin with OAuth 2", function()
  local folder
  local wiki = oauth2.for_block()

  folders.for_each(function(path)
    folder = path
  end)

  local function run(words, more)
    local env = {
      XDG_STATE_HOME = folder,
      CLIENT_SECRET = oauth2.SECRET,
      BROWSER = wiki:browser(),
      DISPLAY = "",
      WAYLAND_DISPLAY = "",
    }
    for name, value in pairs(more or {}) do
      env[name] = value
    end
    return command.run(words, { env = env })
  end

  local function log_in(...)
    local result = run { "login", wiki.api, "--client-id", "public", ... }
    assert.equal(0, result.code, result.stderr)
    return result
  end

  it("logs in through a browser, keeps the tokens, and needs nobody from then on", function()
    local told = cjson.decode(log_in("--method", "oauth2", "--json").stdout)
    assert.same({ "Alice", "oauth2", true }, { told.name, told.method, told.fresh })
    wiki:mark()
    assert.equal("Alice\n", run({ "whoami", wiki.api }).stdout)
    assert.equal(1, wiki:count {})
    local result = run { "api", wiki.api, "action=edit", "title=A", "text=x", "--token", "csrf" }
    assert.equal(0, result.code, result.stderr)
    assert.equal(0, wiki:count { authorized = false })
    assert.is_false(cjson.decode(log_in("--json").stdout).fresh)
  end)

  it("takes a confidential client's secret by SOURCE, and never keeps it", function()
    local words = { "login", wiki.api, "--client-id", "confidential" }
    words[#words + 1] = "--client-secret-from"
    words[#words + 1] = "env:CLIENT_SECRET"
    local result = run(words)
    assert.equal(0, result.code, result.stderr)
    wiki:kill_access_tokens()
    result = run { "whoami", wiki.api }
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("--client-secret-from", 1, true), result.stderr)
    result = run(words)
    assert.equal(0, result.code, result.stderr)
    assert.equal("Alice\n", run({ "whoami", wiki.api }).stdout)
  end)

  it("listens at --redirect-uri, and says when its port is taken", function()
    local place = assert(require("mwlogin.listener").open {})
    local address = ("http://127.0.0.1:%d/fixed"):format(place.port)
    local result = run { "login", wiki.api, "--client-id", "public", "--redirect-uri", address }
    assert.equal(3, result.code)
    assert.truthy(result.stderr:find("port " .. place.port, 1, true), result.stderr)
    place:close()
    log_in("--redirect-uri", address)
  end)

  it("opens no browser under --no-input", function()
    local result = run { "login", wiki.api, "--client-id", "public", "--no-input" }
    assert.equal(3, result.code)
    assert.equal(0, wiki:count {})
  end)

  it("knows the grants there are", function()
    local result = run { "login", wiki.api, "--client-id", "public", "--grant", "password" }
    assert.equal(2, result.code)
    assert.truthy(result.stderr:find("client_credentials", 1, true))
  end)

  it("prints the bearer for other tools, renewed when it is refused or at its end", function()
    log_in()
    local store = mwlogin.store.file { folder = folder .. "/mwlogin" }
    local id = entries.id(wiki.api, "public")
    local first = assert(entries.decode(id, assert(store:read(id)))).tokens.access_token
    assert.equal(first .. "\n", run({ "token", wiki.api, "bearer" }).stdout)
    wiki:kill_access_tokens()
    local result = run { "token", wiki.api, "bearer", "--json" }
    local told = cjson.decode(result.stdout)
    assert.equal("bearer", told.type)
    assert.is_true(told.token ~= first and #told.token > 10)
    assert.equal(1, wiki:count { grant = "refresh_token" })
  end)

  it("shows scopes and when they end in `sessions`, never a token", function()
    log_in("--scope", "openid")
    local line = run({ "sessions" }).stdout
    assert.truthy(line:find("Alice, kept as public (oauth2)", 1, true), line)
    assert.truthy(line:find "renewed in %d+ minutes; scopes: openid", line)
    local result = run { "sessions", "--json" }
    local told = cjson.decode(result.stdout)
    assert.equal("openid", told.scope)
    assert.equal("public", told.client_id)
    assert.is_true(told.lasts_until > os.time())
    local bearer = run({ "token", wiki.api, "bearer" }).stdout:match "%S+"
    assert.is_nil((line .. result.stdout):find(bearer, 1, true))
  end)

  it("tells what logout can and cannot do, and forgets the tokens", function()
    log_in()
    local result = run { "logout", wiki.api }
    assert.equal(1, result.code)
    assert.truthy(result.stderr:find("forgotten here", 1, true), result.stderr)
    assert.truthy(result.stderr:find("OAuthManageMyGrants", 1, true))
    assert.truthy(run({ "sessions" }).stderr:find("no session is kept", 1, true))
  end)

  it("says each time that an access has ended, until somebody logs in or out", function()
    log_in()
    wiki:kill_access_tokens()
    wiki:mode "lost"
    run { "whoami", wiki.api, "--max-wait", "1" }
    wiki:mode "normal"
    wiki:mark()
    for _ = 1, 2 do
      local result = run { "api", wiki.api, "action=query" }
      assert.equal(3, result.code)
      assert.truthy(result.stderr:find("Log in again", 1, true), result.stderr)
    end
    assert.equal(0, wiki:count { authorized = false })
    assert.truthy(run({ "sessions" }).stdout:find("has ended: log in again", 1, true))
    log_in()
    assert.equal("Alice\n", run({ "whoami", wiki.api }).stdout)
  end)

  it("hands no empty jar to others", function()
    log_in()
    for _, words in ipairs { { "cookies", wiki.api }, { "exec", wiki.api, "--", "true" } } do
      local result = run(words)
      assert.equal(2, result.code)
      assert.truthy(result.stderr:find("bearer", 1, true), result.stderr)
    end
  end)
end)
