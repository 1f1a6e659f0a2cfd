-- The scripts that show OAuth 2, each against a real OpenID provider behind a small wiki.
package.path = "./?.lua;./?/init.lua;" .. package.path
local folders = require "spec.folders"
local mwlogin = require "mwlogin"
local oauth2 = require "spec.wiki.oauth2"
local script = require "spec.scripts.script"
local shared = require "spec.shared"

describe("OAuth 2 by example:", function()
  local folder
  local wiki = shared(oauth2.start)

  lazy_setup(function()
    folder = folders.new()
  end)

  lazy_teardown(function()
    folders.remove(folder)
  end)

  local function run(words, environment)
    local env = { XDG_STATE_HOME = folder, DISPLAY = false, WAYLAND_DISPLAY = false }
    for name, value in pairs(environment) do
      env[name] = value
    end
    table.insert(words, 2, wiki.api)
    return script.run(words, env)
  end

  it("scripts/oauth2_owner_only.lua edits with a token", function()
    local session <close> = assert(mwlogin.open(wiki.api, { user_agent = "spec" }))
    assert(session:login { client_id = "public", redirect = wiki:person() })
    local token = assert(session:token "bearer")
    local result = run({ "scripts/oauth2_owner_only.lua", "Sand" }, { ACCESS_TOKEN = token })
    assert.equal("", result.words)
    assert.equal("Logged in as Alice by oauth2\nSand: Success\n", result.output)
  end)

  it("scripts/oauth2_owner_only.lua says that a token is refused, and shows none", function()
    local result = run(
      { "scripts/oauth2_owner_only.lua", "Sand" },
      { ACCESS_TOKEN = "not-a-token" }
    )
    assert.not_equal(0, result.exit)
    assert.matches("give a new one", result.words)
    assert.is_nil(result.words:find("not-a-token", 1, true))
  end)

  it("scripts/oauth2_browser.lua asks a person once", function()
    local words = { "scripts/oauth2_browser.lua", "public" }
    for _, expected in ipairs { "Alice", "Alice, as was allowed before" } do
      local result = run({ table.unpack(words) }, { BROWSER = wiki:browser() })
      assert.equal("", result.words)
      assert.equal("Logged in as " .. expected .. "\n", result.output)
    end
  end)
end)
