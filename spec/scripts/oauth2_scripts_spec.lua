-- The scripts that show OAuth 2, against a real MediaWiki that takes the bearers of a real OpenID
-- provider; rest.php/oauth2, which no package has, is spec.wiki.oauth2's.
package.path = "./?.lua;./?/init.lua;" .. package.path
local folders = require "spec.folders"
local mwlogin = require "mwlogin"
local nginx = require "spec.security.nginx"
local oauth2 = require "spec.wiki.oauth2"
local script = require "spec.scripts.script"
local shared = require "spec.shared"
local wikis = require "spec.wiki"

describe("OAuth 2 by example:", function()
  local folder
  local giver = oauth2.for_block()
  local wiki = shared(function()
    return wikis.start { extensions = { "MwloginTest" }, settings = giver:settings() }
  end)
  local front = shared(function()
    local grants = "location /rest.php/oauth2/ { proxy_pass %s; }"
    local all_else = "location / { proxy_pass %s; }"
    return nginx.start { wiki = grants:format(giver.base) .. all_else:format(wiki.base) }
  end)

  folders.for_block(function(path)
    folder = path
  end)

  before_each(function()
    wiki:mark()
  end)

  local function address()
    return ("http://127.0.0.1:%d/api.php"):format(front.ports.wiki)
  end

  local function run(words, environment)
    local env = { XDG_STATE_HOME = folder, DISPLAY = false, WAYLAND_DISPLAY = false }
    for name, value in pairs(environment) do
      env[name] = value
    end
    table.insert(words, 2, address())
    return script.run(words, env)
  end

  it("scripts/oauth2_owner_only.lua edits with a token", function()
    local session <close> = assert(mwlogin.open(address(), { user_agent = "spec" }))
    assert(session:login { client_id = "public", redirect = giver:person() })
    local token = assert(session:token "bearer")
    local result = run({ "scripts/oauth2_owner_only.lua", "Sand" }, { ACCESS_TOKEN = token })
    assert.equal("", result.words)
    assert.equal("Logged in as Alice by oauth2\nSand: Success\n", result.output)
    local reply = assert(session:get {
      action = "query",
      titles = "Sand",
      prop = "revisions",
      rvprop = { "content", "user" },
      rvslots = "main",
    })
    local revision = reply.query.pages[1].revisions[1]
    assert.equal("Alice", revision.user)
    assert.matches("A line by a client", revision.slots.main.content)
  end)

  it("scripts/oauth2_owner_only.lua says that a token is refused, and shows none", function()
    local result = run(
      { "scripts/oauth2_owner_only.lua", "Sand" },
      { ACCESS_TOKEN = "not-a-token" }
    )
    assert.not_equal(0, result.exit)
    assert.matches("give a new one", result.words)
    assert.is_nil(result.words:find("not-a-token", 1, true))
    assert.same({}, wiki:requests { action = "edit" })
  end)

  it("scripts/oauth2_browser.lua asks a person once", function()
    local words = { "scripts/oauth2_browser.lua", "public" }
    for _, expected in ipairs { "Alice", "Alice, as was allowed before" } do
      local result = run({ table.unpack(words) }, { BROWSER = giver:browser() })
      assert.equal("", result.words)
      assert.equal("Logged in as " .. expected .. "\n", result.output)
    end
    assert.equal(1, giver:count { grant = "authorization_code" })
  end)
end)
