---The command with OAuth 1, against a wiki whose signatures oauthlib makes out.
local cjson = require "cjson"
local command = require "spec.cli.command"
local folders = require "spec.folders"
local shared = require "spec.shared"
local wiki = require "spec.oauth.wiki"

describe("mwlogin with OAuth 1", function()
  local folder
  local site = shared(wiki.start)

  before_each(function()
    site:reset()
    folder = folders.new()
  end)

  after_each(function()
    folders.remove(folder)
  end)

  local function mwlogin(subcommand, ...)
    local words = { subcommand, site.origin .. "/w/api.php", ... }
    return command.run(words, {
      env = {
        XDG_STATE_HOME = folder,
        CONSUMER_SECRET = wiki.CONSUMER.consumer_secret,
        OWN_SECRET = wiki.OWNER_ONLY.consumer_secret,
        ACCESS_SECRET = wiki.OWNER_ONLY.access_secret,
        BROWSER = "lua5.4 spec/oauth/wiki/person.lua %s",
        DISPLAY = "",
        WAYLAND_DISPLAY = "",
      },
    })
  end

  local function as_consumer(subcommand, ...)
    local key = wiki.CONSUMER.consumer_key
    return mwlogin(
      subcommand,
      "--consumer-key",
      key,
      "--consumer-secret-from",
      "env:CONSUMER_SECRET",
      ...
    )
  end

  it("logs in with the four values, their secrets by SOURCE", function()
    local result = mwlogin(
      "login",
      "--method",
      "oauth1",
      "--consumer-key",
      wiki.OWNER_ONLY.consumer_key,
      "--consumer-secret-from",
      "env:OWN_SECRET",
      "--access-key",
      wiki.OWNER_ONLY.access_key,
      "--access-secret-from",
      "env:ACCESS_SECRET",
      "--no-input",
      "--json"
    )
    assert.equal(0, result.code, result.stderr)
    local me = cjson.decode(result.stdout)
    assert.equal("Alice", me.name)
    assert.equal("oauth1", me.method)
  end)

  it("sends a person to the browser once; later runs ask nobody", function()
    local result = as_consumer("login", "--method", "oauth1", "--json")
    assert.equal(0, result.code, result.stderr)
    assert.is_true(cjson.decode(result.stdout).fresh)
    result = as_consumer("login", "--no-input", "--json")
    assert.equal(0, result.code, result.stderr)
    assert.is_false(cjson.decode(result.stdout).fresh)
    result = as_consumer("whoami", "--no-input")
    assert.equal(0, result.code, result.stderr)
    assert.matches("Alice", result.stdout .. result.stderr)
  end)

  it("forgets the access at logout, with the consumer's secret or without", function()
    assert.equal(0, as_consumer("login").code)
    local result = mwlogin "logout"
    assert.equal(0, result.code, result.stderr)
    assert.matches("Special:OAuthManageMyGrants", result.stdout)
    assert.equal(0, as_consumer("login").code)
    result = as_consumer "logout"
    assert.equal(1, result.code)
    assert.matches("Special:OAuthManageMyGrants", result.stderr)
    assert.matches("no session is kept", mwlogin("logout").stderr)
  end)

  it("opens no browser under --no-input and --no-browser", function()
    for _, flag in ipairs { "--no-input", "--no-browser" } do
      site:reset()
      local result = as_consumer("login", flag)
      assert.equal(3, result.code, result.stderr)
      for _, asked in ipairs(site:journal()) do
        assert.not_equal("Special:OAuth/authorize", asked.title)
      end
    end
  end)

  it("takes no secret from the command line, and shows none in a trace", function()
    assert.equal(2, mwlogin("login", "--consumer-secret", "x").code)
    local result = as_consumer("login", "--trace")
    assert.equal(0, result.code, result.stderr)
    assert.matches("Special:OAuth/token", result.stderr)
    assert.is_nil(result.stderr:find(wiki.CONSUMER.consumer_secret, 1, true))
    for _, asked in ipairs(site:journal()) do
      for _, name in ipairs { "oauth_token", "oauth_signature" } do
        local value = (asked.authorization or ""):match(name .. '="([^"]+)"')
        assert.is_nil(value and result.stderr:find(value, 1, true))
      end
    end
  end)
end)
