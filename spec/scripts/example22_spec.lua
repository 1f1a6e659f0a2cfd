package.path = "./?.lua;./?/init.lua;" .. package.path

local core = require("mwlogin.core")
local openid = require("spec.wiki.provider")
local shared = require("spec.shared")
local stand = require("spec.redirect.stand")
local wiki = require("spec.wiki")

describe("scripts/example22.lua", function()
  local one = shared(wiki.start, {
    host = "localhost",
    extensions = { "MwloginTest", "ConfirmEdit/QuestyCaptcha" },
  })
  local provider = shared(openid.for_wiki, one)

  lazy_setup(function()
    one:set(
      "$wgMwloginTest = [ 'OpenId', 'Code' ]; $wgCaptchaBadLoginAttempts = 0; " .. provider.settings
    )
  end)

  local function run(secrets)
    local env = { LUA_PATH = package.path, LUA_CPATH = package.cpath, CAPTCHA = "Paris" }
    env.TMPDIR = stand.folder
    for name, value in pairs(secrets) do
      env[name] = value
    end
    local process = assert(core.process({
      "lua5.4",
      "scripts/example22.lua",
      one.api,
      "openid.example.net",
      "alice",
    }, { stdout = "pipe", stderr = "pipe", env = env, timeout = 60 }))
    local output = process:read(1) or ""
    local words = process:read(2) or ""
    local status = process:wait()
    process:close()
    return status.exit, output, words
  end

  it("goes the whole way and logs in as Alice", function()
    local before = stand.left_behind()
    one:mark()
    local exit, output, words = run({ OPENID_PASSWORD = provider.accounts.alice, CODE = "817420" })
    assert.equal("", words)
    assert.equal(0, exit)
    local steps = {}
    for status in output:gmatch("%f[%w]%u%u+%f[%W]") do
      steps[#steps + 1] = status
    end
    assert.same({ "START", "REDIRECT", "UI", "PASS" }, steps)
    assert.truthy(output:find("PASS        as Alice\n", 1, true))
    local received = one:received()
    assert.equal(3, #received)
    assert.same({ code = "817420" }, received[3].fields)
    assert.not_equal("817420", received[2].fields.code)
    assert.is_nil((output .. words):find(provider.accounts.alice, 1, true))
    stand.nothing_left_since(before)
  end)

  it("says what is wrong when the provider does not know the password", function()
    local before = stand.left_behind()
    local exit, _, words = run({ OPENID_PASSWORD = "not hers", CODE = "817420" })
    assert.equal(1, exit)
    assert.truthy(words:find("There is no '#allow' on the page", 1, true))
    assert.is_nil(words:find("not hers", 1, true))
    stand.nothing_left_since(before)
  end)
end)
