-- The scripts that show OAuth 1, each against a wiki whose signatures oauthlib makes out.
package.path = "./?.lua;./?/init.lua;" .. package.path
local folders = require "spec.folders"
local script = require "spec.scripts.script"
local shared = require "spec.shared"
local wiki = require "spec.oauth.wiki"

describe("OAuth 1 by example:", function()
  local folder
  local site = shared(wiki.start)

  folders.for_block(function(path)
    folder = path
  end)

  local function run(words, environment)
    local env = { XDG_STATE_HOME = folder, DISPLAY = false, WAYLAND_DISPLAY = false }
    for name, value in pairs(environment) do
      env[name] = value
    end
    table.insert(words, 2, site.origin .. "/w/api.php")
    return script.run(words, env)
  end

  it("scripts/oauth1_owner_only.lua edits with four values", function()
    local given = wiki.OWNER_ONLY
    local words = { "scripts/oauth1_owner_only.lua", given.consumer_key, given.access_key, "Sand" }
    local result = run(words, {
      CONSUMER_SECRET = given.consumer_secret,
      ACCESS_SECRET = given.access_secret,
    })
    assert.equal("", result.words)
    assert.equal("Logged in as Alice by oauth1\nSand is now at revision 7\n", result.output)
  end)

  it("scripts/oauth1_browser.lua asks a person once", function()
    for _, expected in ipairs { "Alice", "Alice, as was allowed before" } do
      local result = run({ "scripts/oauth1_browser.lua", wiki.CONSUMER.consumer_key }, {
        CONSUMER_SECRET = wiki.CONSUMER.consumer_secret,
        BROWSER = "lua5.4 spec/oauth/wiki/person.lua %s",
      })
      assert.equal("", result.words)
      assert.equal("Logged in as " .. expected .. "\n", result.output)
    end
  end)

  it("scripts/oauth1_browser.lua says which secret is wrong, and shows none", function()
    local result = run({ "scripts/oauth1_browser.lua", wiki.CONSUMER.consumer_key }, {
      CONSUMER_SECRET = "a-wrong-secret",
      BROWSER = "lua5.4 spec/oauth/wiki/person.lua %s",
      XDG_STATE_HOME = folder .. "/other",
    })
    assert.not_equal(0, result.exit)
    assert.matches("consumer_secret", result.words)
    assert.is_nil(result.words:find("a-wrong-secret", 1, true))
  end)
end)
