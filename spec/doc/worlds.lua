--- The wikis that the examples of the pages run against, by the name in their mark.
--
-- Real ones are MediaWikis (spec.wiki); scripted ones are `mwlogin.testing.wiki`, for Lua only.
-- Each gives `{ api, base, host, bot, secrets = { variable = value }, stop }`.
local core = require("mwlogin.core")
local playground = require("spec.wiki.playground")
local ports = require("spec.ports")
local provider = require("spec.wiki.provider")
local wiki = require("spec.wiki")

local worlds = {}

local PASSWORD <const> = "open sesame"
local ACCOUNTS <const> = {
  Alice = PASSWORD,
  Bob = "Builder of bridges 22",
  Carol = { password = "Chief & keeper of keys 7", groups = "sysop,bureaucrat,bot" },
}

local function real(options)
  options.accounts = ACCOUNTS
  local one = wiki.start(options)
  return {
    wiki = one,
    base = one.base,
    host = one.base:match("//(.+)$"),
    api = one.api,
    bot = one.botpassword.name,
    stop = function()
      one:stop()
    end,
    secrets = { WIKI_PASSWORD = PASSWORD, BOT_PASSWORD = one.botpassword.password },
  }
end

local REAL <const> = {
  plain = function()
    return real({})
  end,

  -- the wiki of `make wiki`, with the file that it leaves for shells
  playground = function()
    local one = playground.start()
    return {
      wiki = one,
      base = one.base,
      host = one.base:match("//(.+)$"),
      api = one.api,
      bot = one.botpassword.name,
      secrets = one.environment,
      files = { ["build/wiki.env"] = playground.shell(one) },
      refresh = function()
        one:forget_used_codes()
      end,
      stop = function()
        playground.stop(one)
      end,
    }
  end,

  private = function()
    return real({ private = true })
  end,

  ["two-factor"] = function()
    local world = real({ extensions = { "OATHAuth" } })
    local key = world.wiki:two_factor("Alice")
    world.secrets.WIKI_TOTP, world.secrets.TOTP_KEY = key, key
    -- the next example must not wait half a minute for a code of its own
    world.refresh = function()
      world.wiki:forget_used_codes()
    end
    return world
  end,

  captcha = function()
    return real({
      extensions = { "ConfirmEdit/QuestyCaptcha" },
      settings = "$wgCaptchaBadLoginAttempts = 0;",
    })
  end,

  odd = function()
    return real({ extensions = { "MwloginTest" }, settings = "$wgMwloginTest = [ 'Odd' ];" })
  end,

  partner = function()
    local world = real({
      extensions = { "MwloginTest" },
      settings = "$wgMwloginTest = [ 'Partner' ];",
    })
    world.secrets.PARTNER_SECRET = "stranger-at-partner"
    return world
  end,

  mail = function()
    local world = real({
      extensions = { "MwloginTest" },
      settings = "$wgMwloginTest = [ 'Mail' ];",
    })
    world.secrets.MAIL_FILE = world.wiki.folder .. "/mail.jsonl"
    return world
  end,

  openid = function()
    local world = real({ host = "localhost", extensions = { "MwloginTest" } })
    local openid = provider.for_wiki(world.wiki)
    world.wiki:set("$wgMwloginTest = [ 'OpenId', 'Pluggable' ];" .. openid.settings)
    world.secrets.OPENID_PASSWORD = openid.accounts.alice
    local stop = world.stop
    world.stop = function()
      stop()
      openid:stop()
    end
    return world
  end,

  -- Basic in front of everything, as a web server does it.
  basic = function()
    local world = real({
      settings = [[
        if ( PHP_SAPI !== 'cli' && ( ( $_SERVER['PHP_AUTH_USER'] ?? '' ) !== 'guest'
          || ( $_SERVER['PHP_AUTH_PW'] ?? '' ) !== 'let me in' )
        ) {
          header( 'HTTP/1.1 401 Unauthorized' );
          header( 'WWW-Authenticate: Basic realm="staging"' );
          exit;
        }
      ]],
    })
    world.secrets.GATE_PASSWORD = "let me in"
    return world
  end,

  -- a wiki, and a Redis on a port of its own in place of 6379
  redis = function()
    local world = real({})
    local port = ports.free(1)[1]
    world.redis = port
    local words = { "redis-server", "--bind", "127.0.0.1", "--port", tostring(port), "--save", "" }
    local process = assert(core.process(words))
    assert(ports.await(port))
    local stop = world.stop
    world.stop = function()
      stop()
      process:close()
    end
    return world
  end,
}

-- Its options are in a file of spec/doc/scripted.
local function scripted(name)
  return {
    api = "https://wiki.example.org/w/api.php",
    scripted = "spec.doc.scripted." .. name,
    secrets = { WIKI_PASSWORD = PASSWORD, KEYPAD_KEY = "k", ACCESS_TOKEN = "eyJ.an-access.token" },
    stop = function() end,
  }
end

--- Brings a world up.
---@param name string
---@return table world
function worlds.start(name)
  local found = io.open(("spec/doc/scripted/%s.lua"):format(name))
  if found then
    found:close()
    return scripted(name)
  end
  return assert(REAL[name], ("there is no wiki '%s' for examples"):format(name))()
end

return worlds
