--- The scripts of scripts/ run on a scripted wiki, without a network: the seam that people test
--- their own scripts by (doc/testing.md). Those that it cannot stand for have specs of their own:
--- the command, the demo on a real wiki, OAuth with signatures or a browser, the server's loop.
package.path = "./?.lua;./?/init.lua;" .. package.path
local core = require("mwlogin.core")
local folders = require("spec.folders")

--- Script → where else it is run.
local OTHERS <const> = {
  ["mwlogin"] = "spec/cli/usage_spec.lua",
  ["demo.lua"] = "spec/scripts/demo_spec.lua",
  ["odd_door.lua"] = "spec/scripts/offline_spec.lua", -- odd_extension.lua's handler
  ["oauth1_browser.lua"] = "spec/scripts/oauth1_scripts_spec.lua",
  ["oauth1_owner_only.lua"] = "spec/scripts/oauth1_scripts_spec.lua",
  ["oauth2_browser.lua"] = "spec/scripts/oauth2_scripts_spec.lua",
  ["service.lua"] = "spec/scripts/service_spec.lua",
}
local WIKI <const> = "https://wiki.example.org"

local folder

local function program(name, text)
  local path = folder .. "/" .. name
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  assert(os.execute("chmod 700 " .. path))
  return path
end

--- Name of the script → its arguments, its secrets, the last line it prints, and what else it says.
local SCRIPTS <const> = {
  botpassword = {
    arguments = { WIKI, "Alice@tool", "Sandbox" },
    secrets = { BOT_PASSWORD = ("0123456789abcdef"):rep(2) },
    output = "Logged in as Alice by botpassword\nSandbox is now at revision %d+\n",
  },
  clientlogin_edit = {
    arguments = { WIKI, "Alice", "Sandbox" },
    secrets = { WIKI_PASSWORD = "open sesame" },
    output = "Logged in as Alice by clientlogin\nSandbox is now at revision %d+\n",
  },
  two_factor = {
    arguments = { WIKI, "Alice" },
    secrets = { WIKI_PASSWORD = "open sesame", TOTP_KEY = "GEZDGNBVGY3TQOJQ" },
    output = "Logged in as Alice\n",
  },
  text_captcha = {
    arguments = { WIKI, "Alice" },
    secrets = { WIKI_PASSWORD = "open sesame" },
    output = "Logged in as Alice\n",
  },
  image_captcha = {
    arguments = function()
      local reader = program("read-word", '#!/bin/sh\ntail -n 1 "$1"\n')
      return { WIKI, "Alice", reader }
    end,
    secrets = { WIKI_PASSWORD = "open sesame" },
    output = "Logged in as Alice\n",
  },
  email_code = {
    arguments = function()
      return { WIKI, "Alice", program("newest-code", '#!/bin/sh\ncat "$MAIL"\n') }
    end,
    secrets = { WIKI_PASSWORD = "open sesame" },
    output = "Logged in as Alice\n",
  },
  odd_extension = {
    arguments = { WIKI, "Alice", "scripts/odd_door.lua" },
    secrets = { WIKI_PASSWORD = "open sesame" },
    output = "Logged in as Alice\n",
  },
  oauth2_owner_only = {
    arguments = { WIKI, "Sandbox" },
    secrets = { ACCESS_TOKEN = "eyJ.an-access.token" },
    output = "Logged in as Alice by oauth2\nSandbox: Success\n",
  },
  create_account = {
    arguments = { WIKI, "stranger", "Stranger" },
    secrets = { PARTNER_SECRET = "stranger-at-partner" },
    output = "Logged in as Stranger\n",
  },
  example22 = {
    arguments = { WIKI, "openid.example.net", "alice" },
    secrets = { OPENID_PASSWORD = "not asked for here", CODE = "817420", CAPTCHA = "Paris" },
    output = "START .*\nREDIRECT .*\nUI .*\nPASS        as Alice\n",
  },
}

local function run(name, script)
  local words = { "lua5.4", "-l", "spec.scripted", ("scripts/%s.lua"):format(name) }
  local arguments = script.arguments
  arguments = type(arguments) == "function" and arguments() or arguments
  table.move(arguments, 1, #arguments, #words + 1, words)
  local env = {
    LUA_PATH = package.path,
    LUA_CPATH = package.cpath,
    MWLOGIN_SCRIPTED = "spec.scripts.offline." .. name,
    MAIL = folder .. "/mail",
    http_proxy = "http://127.0.0.1:9", -- whatever would go out would fail
    https_proxy = "http://127.0.0.1:9",
  }
  for key, value in pairs(script.secrets) do
    env[key] = value
  end
  local options = { stdout = "pipe", stderr = "pipe", env = env, timeout = 60 }
  local process = assert(core.process(words, options))
  local output, complaints = process:read(1) or "", process:read(2) or ""
  local status = process:wait()
  process:close()
  return status.exit, output, complaints
end

describe("offline,", function()
  folders.for_block(function(path)
    folder = path
  end)

  for name, script in pairs(SCRIPTS) do
    it(("scripts/%s.lua logs in"):format(name), function()
      local exit, output, complaints = run(name, script)
      assert.equal("", complaints)
      assert.truthy(output:find("^" .. script.output .. "$"), output)
      assert.equal(0, exit)
    end)

    it(("scripts/%s.lua tells how to use it"):format(name), function()
      local bare = { arguments = {}, secrets = script.secrets }
      local exit, _, complaints = run(name, bare)
      assert.equal(1, exit)
      assert.truthy(complaints:find(("usage: %s.lua WIKI"):format(name), 1, true), complaints)
    end)
  end

  it("no script is left out", function()
    local pipe <close> = assert(io.popen("ls scripts"))
    for file in pipe:lines() do
      local other = OTHERS[file]
      assert.truthy(other or SCRIPTS[file:match("^(.*)%.lua$")], file)
      if other then
        assert(io.open(other), other):close()
      end
    end
  end)
end)
