--- A real OpenID provider on loopback (npm's oidc-provider) for specs: started, used, stopped.
--
-- Its pages are plain forms: #login, #password, #submit; then #allow, #deny; #problem, #trouble.

local json = require("cjson.safe")
local socket = require("socket")
local template = require("spec.wiki.template")

local provider = {}

local HERE = template.here .. "/provider"
local OPTIONS = {
  port = true,
  host = true,
  clients = true,
  accounts = true,
  rotate_refresh = true,
  access_ttl = true,
}

---@class spec.Provider
---@field issuer string
---@field accounts table<string, string> passwords by account name, which is also the subject
---@field settings? string PHP for `wiki:set`, when started by `for_wiki`
local Provider = {}
Provider.__index = Provider

local read = template.read

--- Starts a provider and returns when it answers.
---@param options table
---  port (default: a free one); host: the name the provider calls itself (default 127.0.0.1);
---  accounts: passwords by name (default alice and stranger); access_ttl: seconds (default 600);
---  clients: as dynamic registration names them ({ client_id, client_secret, redirect_uris });
---  token_endpoint_auth_method "none" makes a public one; any_loopback = true lets every loopback
---  address be a return address. rotate_refresh (default true): each refresh token works once.
---@return spec.Provider
function provider.start(options)
  for name in pairs(options) do
    assert(OPTIONS[name], "unknown option " .. tostring(name))
  end
  if not read(HERE .. "/node_modules/oidc-provider/package.json") then
    error("the OpenID provider is not installed: run `npm ci` in " .. HERE, 2)
  end
  local accounts = options.accounts
    or { alice = "Alice at home 1", stranger = "Stranger at home 2" }
  local folder = template.run("mktemp", "-d", "-t", "mwlogin-provider.XXXXXX"):match("[^\n]+")
  template.write(
    folder .. "/config.json",
    json.encode({
      port = options.port or 0,
      host = options.host or "127.0.0.1",
      clients = #options.clients > 0 and options.clients or nil,
      accounts = accounts,
      rotate_refresh = options.rotate_refresh ~= false,
      access_ttl = options.access_ttl or 600,
    })
  )
  local self = setmetatable({ folder = folder, accounts = accounts }, Provider)
  local command = "exec node %s %s >%s 2>&1"
  local log = folder .. "/log"
  self.pipe = assert(
    io.popen(
      command:format(
        template.quote(HERE .. "/server.js"),
        template.quote(folder),
        template.quote(log)
      ),
      "w"
    )
  )
  self.pipe:setvbuf("no")
  for _ = 1, 3000 do
    local ready = read(folder .. "/ready")
    if ready then
      local state = json.decode(ready)
      self.issuer, self.pid = state.issuer, math.tointeger(state.pid)
      return self
    end
    local said = read(log)
    if said and said:find("Error", 1, true) or not read(folder .. "/config.json") then
      break
    end
    socket.sleep(0.01)
  end
  local said = read(log)
  self:stop()
  template.run("rm", "-rf", folder)
  error("the OpenID provider did not start:\n" .. tostring(said), 2)
end

--- Starts a provider that a test wiki's logins can go through; `settings` is what the wiki needs,
--- to be given to `wiki:set` together with `$wgMwloginTest = [ 'OpenId', 'Code' ];` or the like.
---
--- The wiki then offers openIdProvider "openid.example.net" (back through Special:MwloginReturn)
--- and "straight.example.net" (straight to the client's return address); with 'Pluggable' also the
--- buttons pluggableauthlogin0 (the provider) and pluggableauthlogin1 (needs no browser: Alice).
---@param wiki spec.Wiki
---@param options? table as for `start`, without clients
---@return spec.Provider
function provider.for_wiki(wiki, options)
  local secret = "the-wiki's-own-secret-of-32-bytes!"
  options = options or {}
  options.clients = {
    {
      client_id = "wiki",
      client_secret = secret,
      redirect_uris = {
        wiki:page("Special:MwloginReturn"),
        wiki:page("Special:MwloginPluggable"),
      },
      token_endpoint_auth_method = "client_secret_post",
    },
    {
      client_id = "straight",
      client_secret = secret,
      redirect_uris = { "http://127.0.0.1/back" },
      any_loopback = true,
      token_endpoint_auth_method = "client_secret_post",
    },
  }
  local self = provider.start(options)
  local entry = "[ 'issuer' => '%s', 'clientId' => '%s', 'clientSecret' => \"%s\", %s ]"
  local function config(id, more)
    return entry:format(self.issuer, id, secret, more)
  end
  self.settings = table.concat({
    "$wgMwloginTestOpenId = [",
    "'openid.example.net' => " .. config("wiki", "'way' => 'wiki'") .. ",",
    "'straight.example.net' => " .. config("straight", "'way' => 'straight'") .. ",",
    "];",
    "$wgMwloginTestPluggable = [",
    config("wiki", "'label' => 'Log in with OpenID'") .. ",",
    "[ 'label' => 'Log in by directory', 'user' => 'Alice' ],",
    "];",
  }, "\n")
  return self
end

--- Ends the provider and removes its folder. Twice is fine.
function Provider:stop()
  local pipe = self.pipe
  if pipe then
    self.pipe = nil
    pcall(pipe.write, pipe, "stop\n")
    pipe:close()
  end
end

Provider.__gc = Provider.stop
Provider.__close = Provider.stop

return provider
