-- The scripts that answer what a wiki asks, each against a real wiki.
package.path = "./?.lua;./?/init.lua;" .. package.path
local script = require("spec.scripts.script")
local shared = require("spec.shared")
local wiki = require("spec.wiki")

local ALWAYS = "$wgCaptchaBadLoginAttempts = 0;"

local function says_alice(result)
  assert.equal("", result.words)
  assert.equal("Logged in as Alice\n", result.output)
  assert.equal(0, result.exit)
end

--- A program of a line or two, in the wiki's own folder.
local function program(one, name, text)
  local path = one.folder .. "/" .. name
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  assert(os.execute("chmod 700 " .. path))
  return path
end

describe("scripts/two_factor.lua", function()
  local key
  local one = shared(wiki.start, { extensions = { "OATHAuth" } })

  lazy_setup(function()
    key = one:two_factor("Alice")
  end)

  it("logs in with a code of the key", function()
    says_alice(script.run({ "scripts/two_factor.lua", one.api, "Alice" }, {
      WIKI_PASSWORD = one.accounts.Alice,
      TOTP_KEY = key,
    }))
  end)

  it("says what is missing when the key is, and shows no secret", function()
    local result = script.run({ "scripts/two_factor.lua", one.api, "Alice" }, {
      WIKI_PASSWORD = one.accounts.Alice,
      TOTP_KEY = false,
    })
    assert.is_true(result.exit ~= 0)
    assert.matches("TOTP_KEY", result.words)
    assert.is_nil(result.words:find(one.accounts.Alice, 1, true))
  end)
end)

describe("scripts/text_captcha.lua", function()
  it("answers a question it knows", function()
    local one <close> = wiki.start({
      extensions = { "ConfirmEdit/QuestyCaptcha" },
      settings = ALWAYS,
    })
    says_alice(script.run({ "scripts/text_captcha.lua", one.api, "Alice" }, {
      WIKI_PASSWORD = one.accounts.Alice,
    }))
  end)

  it("works out a sum", function()
    local one <close> = wiki.start({ extensions = { "ConfirmEdit" }, settings = ALWAYS })
    says_alice(script.run({ "scripts/text_captcha.lua", one.api, "Alice" }, {
      WIKI_PASSWORD = one.accounts.Alice,
    }))
  end)
end)

describe("scripts/image_captcha.lua", function()
  it("has the picture read by a program", function()
    local one <close> = wiki.start({
      extensions = { "ConfirmEdit/FancyCaptcha" },
      settings = ALWAYS,
    })
    local reader = program(
      one,
      "read-word",
      ([[#!/usr/bin/env lua5.4
package.path = %q
local credentials = require("spec.wiki.credentials")
local file = assert(io.open(arg[1], "rb"))
print((credentials.read_image({ base_folder = %q }, file:read("a"))))
]]):format(package.path, one.base_folder)
    )
    says_alice(script.run({ "scripts/image_captcha.lua", one.api, "Alice", reader }, {
      WIKI_PASSWORD = one.accounts.Alice,
    }))
  end)
end)

describe("scripts on a wiki with extensions of its own", function()
  local one = shared(wiki.start, { extensions = { "MwloginTest" } })

  it("email_code.lua reads the code after it was sent", function()
    one:set("$wgMwloginTest = [ 'Mail' ];")
    one:mark()
    local reader = program(
      one,
      "newest-code",
      ([[#!/usr/bin/env lua5.4
local text = assert(io.open(%q)):read("a")
local code
for found in text:gmatch("%%f[%%d]%%d%%d%%d%%d%%d%%d%%f[%%D]") do
  code = found
end
print(code)
]]):format(one.folder .. "/mail.jsonl")
    )
    says_alice(script.run({ "scripts/email_code.lua", one.api, "Alice", reader }, {
      WIKI_PASSWORD = one.accounts.Alice,
    }))
  end)

  it("odd_extension.lua opens the odd door, by a handler of at most fifteen lines", function()
    one:set("$wgMwloginTest = [ 'Odd' ];")
    local words = { "scripts/odd_extension.lua", one.api, "Alice", "scripts/odd_door.lua" }
    says_alice(script.run(words, { WIKI_PASSWORD = one.accounts.Alice }))
    local lines = 0
    for line in io.lines("scripts/odd_door.lua") do
      lines = lines + ((line:find("^%s*%-%-") or line == "") and 0 or 1)
    end
    assert.is_true(lines <= 15)
  end)

  it("create_account.lua makes an account after RESTART, once", function()
    one:set("$wgMwloginTest = [ 'Partner' ];")
    one:mark()
    local words = { "scripts/create_account.lua", one.api, "stranger", "Stranger" }
    for _ = 1, 2 do
      local result = script.run(words, { PARTNER_SECRET = "stranger-at-partner" })
      assert.equal("", result.words)
      assert.equal("Logged in as Stranger\n", result.output)
    end
    local received = one:received()
    assert.equal("create", received[2].action)
    assert.equal(4, #received)
  end)
end)
