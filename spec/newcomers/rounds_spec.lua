--- The rounds of doc/newcomers.md: wikis that nobody had thought of, and the scripts that
--- were written for them with README and doc/ only.
package.path = "./?.lua;./?/init.lua;" .. package.path
local command = require("spec.cli.command")
local folders = require("spec.folders")
local script = require("spec.scripts.script")
local wiki = require("spec.wiki")

local function here()
  local pipe <close> = assert(io.popen("pwd"))
  return pipe:read("l")
end

--- A wiki with one of the steps of spec/newcomers/Strangers.
local function with_stranger(class)
  local settings = [[
    wfLoadExtension( 'Strangers', '%s/spec/newcomers/Strangers/extension.json' );
    $wgAuthManagerAutoConfig['%s']['Strangers'] = [ 'class' => 'Strangers\%s', 'sort' => 900 ];
  ]]
  local level = class == "Library" and "primaryauth" or "secondaryauth"
  return wiki.start({ settings = settings:format(here(), level, class) })
end

local function says_who(name, one, environment)
  environment.WIKI = one.base
  local result = script.run({ ("spec/newcomers/%s.lua"):format(name) }, environment)
  assert.equal("", result.words)
  assert.equal(0, result.exit)
  return result.output
end

describe("a newcomer's script", function()
  it("works out a proof from a page and a nonce", function()
    local one <close> = with_stranger("Rota")
    local secrets = { WIKI_PASSWORD = one.accounts.Alice }
    assert.equal("I am Alice\n", says_who("rota", one, secrets))
  end)

  it("chooses a way, then takes a code from the mail", function()
    local one <close> = with_stranger("Badge")
    local secrets = { WIKI_PASSWORD = one.accounts.Alice, MAILBOX = one.folder .. "/mail.jsonl" }
    assert.equal("I am Alice\n", says_who("badge", one, secrets))
  end)

  it("joins a wiki that does not know it, captcha included", function()
    local one <close> = wiki.start({
      extensions = { "MwloginTest", "ConfirmEdit/QuestyCaptcha" },
      settings = "$wgMwloginTest = [ 'Partner' ];",
    })
    local secrets = { PARTNER_SECRET = "stranger-at-partner" }
    assert.equal("I am Stranger\n", says_who("join", one, secrets))
    assert.equal("I am Stranger\n", says_who("join", one, secrets))
  end)
end)

describe("a newcomer's handler, with the command alone,", function()
  local function log_in(class, words, config)
    local one <close> = with_stranger(class)
    local env = { WIKI_PASSWORD = one.accounts.Alice, XDG_CONFIG_HOME = "/nonexistent" }
    local folder
    if config then
      folder = folders.new()
      env.XDG_CONFIG_HOME = folder
      assert(os.execute(("mkdir %s/mwlogin"):format(folder)))
      local file = assert(io.open(folder .. "/mwlogin/config.lua", "w"))
      file:write(config:format(one.base, here()))
      file:close()
    end
    local argv = { "login", config and "odd" or one.base, "--no-input" }
    table.move(words, 1, #words, #argv + 1, argv)
    local said = command.run(argv, { env = env })
    os.execute("rm -rf '" .. (folder or "/nonexistent") .. "'")
    return said
  end

  local PASSWORD <const> = { "--user", "Alice", "--password-from", "env:WIKI_PASSWORD" }

  local function with(handler)
    local words = table.move(PASSWORD, 1, #PASSWORD, 1, {})
    words[#words + 1] = "--handler"
    words[#words + 1] = ("spec/newcomers/%s_handler.lua"):format(handler)
    return words
  end

  it("reads the rules and agrees", function()
    local said = log_in("Notice", with("notice"))
    assert.equal("", said.stderr)
    assert.equal(0, said.code)
  end)

  it("takes its time", function()
    local said = log_in("Patience", with("patience"))
    assert.equal("", said.stderr)
    assert.equal(0, said.code)
  end)

  it("takes another way in than by password, configured in a profile", function()
    local said = log_in(
      "Library",
      {},
      [[return { odd = { url = %q, login = { handlers = {
        { use = "%s/spec/newcomers/card_handler.lua", config = { card = "40312" } },
      } } } }]]
    )
    assert.equal("", said.stderr)
    assert.matches("as Alice", said.stdout)
  end)

  it("that wants configuration says how to give it", function()
    local said = log_in("Library", { "--handler", "spec/newcomers/card_handler.lua" })
    assert.equal(2, said.code)
    assert.matches("config.card is missing", said.stderr)
    assert.truthy(said.stderr:find('{ use = "spec/newcomers/card_handler.lua", config', 1, true))
  end)
end)
