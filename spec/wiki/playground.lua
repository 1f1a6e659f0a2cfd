--- The wiki of `make wiki` and of doc/tutorial.md: passwords, bot passwords, a second factor for
--- Carol, a partner and an OpenID provider to log in through, an odd extension that is off.
local provider = require("spec.wiki.provider")
local wiki = require("spec.wiki")

local playground = {}

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Brings it up.
---@param options? { private: boolean }
---@return table wiki a spec.Wiki; `environment`: variable → value, `no_provider`: why there is none
function playground.start(options)
  local one = wiki.start({
    private = options and options.private,
    extensions = { "MwloginTest", "OATHAuth", "ConfirmEdit/QuestyCaptcha" },
  })
  local key = one:two_factor("Carol")
  local started, openid = pcall(provider.for_wiki, one)
  local steps = started and "'Partner', 'OpenId', 'Pluggable'" or "'Partner'"
  one:set(("$wgMwloginTest = [ %s ];\n%s"):format(steps, started and openid.settings or ""))
  one.openid, one.no_provider = started and openid or nil, not started and openid or nil
  one.environment = {
    WIKI = one.base,
    WIKI_PASSWORD = one.accounts.Alice,
    BOT_PASSWORD = one.botpassword.password,
    BOB_PASSWORD = one.accounts.Bob,
    CAROL_PASSWORD = one.accounts.Carol,
    CAROL_TOTP = key,
    PARTNER_SECRET = "alice-at-partner",
    OPENID_PASSWORD = started and openid.accounts.alice or nil,
    WIKI_SETTINGS = one.folder .. "/live.php",
  }
  return one
end

--- What a shell reads to have all of it: `. build/wiki.env`.
---@param one table as `start` returned it
---@return string
function playground.shell(one)
  local lines = {}
  for name, value in pairs(one.environment) do
    lines[#lines + 1] = ("export %s=%s\n"):format(name, quote(value))
  end
  table.sort(lines)
  return table.concat(lines)
end

--- Ends it.
function playground.stop(one)
  one:stop()
  if one.openid then
    one.openid:stop()
  end
end

return playground
