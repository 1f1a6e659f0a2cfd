--- The three rounds of doc/newcomers.md: wikis that nobody had thought of, and the scripts that
--- were written for them with README and doc/ only.
package.path = "./?.lua;./?/init.lua;" .. package.path
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
    $wgAuthManagerAutoConfig['secondaryauth']['Strangers'] = [
      'class' => 'Strangers\%s', 'sort' => 900,
    ];
  ]]
  return wiki.start({ settings = settings:format(here(), class) })
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
