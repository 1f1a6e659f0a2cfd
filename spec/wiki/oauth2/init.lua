--- A wiki with OAuth 2 for specs: server.mjs beside this file, in front of a real OpenID provider.

local busted = require("busted")
local http = require("socket.http")
local json = require("cjson.safe")
local person = require("spec.wiki.person")
local provider = require("spec.wiki.provider")
local shared = require("spec.shared")
local socket = require("socket")
local template = require("spec.wiki.template")

local oauth2 = {}

---@class spec.OAuth2Wiki
---@field api string
---@field provider spec.Provider
local Wiki = {}
Wiki.__index = Wiki

--- The clients there are: "public" has no secret, "confidential" has one; both may return to any
--- loopback address. "fixed" returns to one address only. "robot" is its owner's own.
oauth2.SECRET = "the-secret-of-the-confidential-client"
oauth2.FIXED = "https://tool.example.org/callback"

local function clients()
  return {
    {
      client_id = "public",
      redirect_uris = { "http://127.0.0.1/back" },
      any_loopback = true,
      token_endpoint_auth_method = "none",
      application_type = "native",
    },
    {
      client_id = "confidential",
      client_secret = oauth2.SECRET,
      redirect_uris = { "http://127.0.0.1/back" },
      any_loopback = true,
      token_endpoint_auth_method = "client_secret_post",
    },
    {
      client_id = "fixed",
      redirect_uris = { oauth2.FIXED },
      token_endpoint_auth_method = "none",
    },
    {
      client_id = "robot",
      client_secret = oauth2.SECRET,
      token_endpoint_auth_method = "client_secret_post",
    },
  }
end

local read = template.read

--- Starts the provider and the wiki in front of it.
---@param options? { access_ttl?: integer, rotate_refresh?: boolean }
---@return spec.OAuth2Wiki
function oauth2.start(options)
  options = options or {}
  options.clients = clients()
  local self = setmetatable({ provider = provider.start(options) }, Wiki)
  local folder = template.run("mktemp", "-d", "-t", "mwlogin-oauth2.XXXXXX"):match("[^\n]+")
  local robot = { client_id = "robot", client_secret = oauth2.SECRET }
  local config = json.encode({ issuer = self.provider.issuer, robot = robot })
  template.write(folder .. "/config.json", config)
  self.pipe = assert(
    io.popen(
      ("exec node %s %s >%s 2>&1"):format(
        template.quote(template.here .. "/oauth2/server.mjs"),
        template.quote(folder),
        template.quote(folder .. "/log")
      ),
      "w"
    )
  )
  self.pipe:setvbuf("no")
  for _ = 1, 3000 do
    local ready = read(folder .. "/ready")
    if ready then
      self.base = ("http://127.0.0.1:%d"):format(json.decode(ready).port)
      self.api = self.base .. "/api.php"
      return self
    end
    socket.sleep(0.01)
  end
  error("the OAuth 2 wiki did not start:\n" .. tostring(read(folder .. "/log")), 2)
end

--- One for the specs of a block: each finds it as it was at the beginning, and fails where a client
--- does something wrong.
---@param options? table as for `start`
---@return spec.OAuth2Wiki
function oauth2.for_block(options)
  local wiki = shared(oauth2.start, options)
  busted.before_each(function()
    wiki:mode("normal")
    wiki:mark()
  end)
  busted.after_each(function()
    local wrongs = wiki:wrongs()
    assert(#wrongs == 0, table.concat(wrongs, "\n"))
  end)
  return wiki
end

local function control(self, query)
  return json.decode((assert(http.request(self.base .. "/control?" .. query))))
end

--- How the token endpoint behaves from now on: "normal", "down" (503), "held" (the provider has
--- answered, and nobody hears of it until the mode changes), "lost" (nor ever will), "page", "jwt",
--- "elsewhere"; or "refusing": no bearer is accepted; "deaf": the Authorization is dropped on the
--- way.
function Wiki:mode(name)
  control(self, "mode=" .. name)
end

--- Every access token there is is refused from now on; refresh tokens work.
function Wiki:kill_access_tokens()
  control(self, "kill")
end

--- Forgets the journal.
function Wiki:mark()
  control(self, "forget")
end

--- How many requests of a kind there were since `mark`.
---@param match table<string, any>
---@return integer
function Wiki:count(match)
  local count = 0
  for _, line in ipairs(control(self, "")) do
    local fits = true
    for name, value in pairs(match) do
      fits = fits and line[name] == value
    end
    count = count + (fits and 1 or 0)
  end
  return count
end

--- The tokens that were given last.
---@return table answer access_token, refresh_token, …
function Wiki:given()
  return control(self, "given")
end

--- What a client did wrong since `mark`.
---@return string[]
function Wiki:wrongs()
  local found = {}
  for _, line in ipairs(control(self, "")) do
    found[#found + 1] = line.wrong
  end
  return found
end

--- A `redirect` function for a login: Alice at the provider's forms, without a browser.
---@param answer? "allow"|"deny"
---@param seen? fun(address: string) told where she comes back to
function Wiki:person(answer, seen)
  return function(step)
    local _, status, headers = http.request({ url = step.redirect_url, redirect = false })
    assert(status == 307, status)
    local back = person.walk(self.provider, headers.location, "alice", answer)
    if seen then
      seen(back)
    end
    return back
  end
end

--- PHP for `wiki:set` or `settings`: a real wiki (with MwloginTest) takes this provider's bearers;
--- open it with `rest_url = oauth2_wiki.base .. "/rest.php"`.
---@return string
function Wiki:settings()
  return ([=[$wgSessionProviders['MwloginTest\Bearer'] = [
    'class' => 'MwloginTest\Bearer', 'args' => [ [ 'verify' => '%s/whose' ] ],
  ];]=]):format(self.base)
end

--- What BROWSER is to say, so that Alice's own browser goes there and allows it.
---@return string
function Wiki:browser()
  local port = self.provider.issuer:match("%d+$")
  return ("lua5.4 spec/wiki/oauth2/visitor.lua %s alice allow %%s"):format(port)
end

--- Ends both. Twice is fine.
function Wiki:stop()
  local pipe = self.pipe
  if pipe then
    self.pipe = nil
    pcall(pipe.write, pipe, "stop\n")
    pipe:close()
  end
  self.provider:stop()
end

Wiki.__gc = Wiki.stop
Wiki.__close = Wiki.stop

return oauth2
