--- A wiki's OAuth 1 in a process of its own, made out by oauthlib, and the person who allows it.
local busted = require "busted"
local core = require "mwlogin.core"
local http = require "socket.http"
local json = require "mwlogin.json"
local ltn12 = require "ltn12"
local mwlogin = require "mwlogin"
local shared = require "spec.shared"
local stand = require "spec.redirect.stand"

local Wiki = {}
Wiki.__index = Wiki

local wiki = {}

wiki.CONSUMER = { consumer_key = ("0ff1ce"):rep(5) .. "01", consumer_secret = ("c0ffee"):rep(6) }

wiki.OWNER_ONLY = {
  consumer_key = ("0b5e55"):rep(5) .. "02",
  consumer_secret = ("dec0de"):rep(6),
  access_key = ("acce55"):rep(5) .. "03",
  access_secret = ("5ecre7"):rep(6),
}

---The name it has for itself; nobody could speak to it by that.
wiki.CANONICAL = "https://wiki.example.org:8443"

---The person's browser, as $BROWSER names it.
wiki.BROWSER = "lua5.4 spec/oauth/wiki/person.lua %s"

---These credentials with others beside them or in their place.
function wiki.with(base, more)
  local made = {}
  for _, values in ipairs { base, more or {} } do
    for name, value in pairs(values) do
      made[name] = value
    end
  end
  return made
end

---A `redirect` in the place of a browser.
function wiki.person(act)
  return function(step)
    return act(step.redirect_url)
  end
end

function wiki.start()
  local process = assert(core.process({ "/usr/bin/python3", "spec/oauth/wiki/server.py" }, {
    stdin = "null",
    stdout = "pipe",
    stderr = "inherit",
  }))
  local port = assert(process:read(1, { stop = "\n", timeout = 30 }))
  return setmetatable({ process = process, origin = "http://127.0.0.1:" .. port }, Wiki)
end

---One for the specs of a block: for each of them as it was at the beginning, with a person at this
---machine's browser.
function wiki.for_block()
  local site = shared(wiki.start)
  busted.before_each(function()
    site:reset()
    stand.environment { BROWSER = wiki.BROWSER, DISPLAY = false, WAYLAND_DISPLAY = false }
  end)
  busted.after_each(stand.restore_environment)
  return site
end

function Wiki:close()
  self.process:close()
end

local function form(values)
  local parts = {}
  for name, value in pairs(values) do
    parts[#parts + 1] = core.encode(name) .. "=" .. core.encode(value)
  end
  return table.concat(parts, "&")
end

---Makes it misbehave.
function Wiki:set(modes)
  assert(http.request(self.origin .. "/-/set?" .. form(modes)))
end

---As it was at the beginning; its journal is empty then.
function Wiki:reset()
  assert(http.request(self.origin .. "/-/reset"))
end

---Every access that a person allowed is revoked.
function Wiki:revoke()
  assert(http.request(self.origin .. "/-/forget"))
end

function Wiki:journal()
  return json.decode((assert(http.request(self.origin .. "/-/journal"))))
end

---A Session of this wiki, spoken to as 127.0.0.1.
function Wiki:session(options)
  local made = { user_agent = "oauth1_spec/1 (spec@example.org)" }
  for name, value in pairs(options or {}) do
    made[name] = value
  end
  return assert(mwlogin.open(self.origin .. "/w/api.php", made))
end

---How a login fails that must not go through.
---@return table err
function Wiki:refusal(credentials, options)
  local session <close> = self:session(options)
  local me, err = session:login(credentials)
  assert(me == nil and err, "the login went through")
  return err
end

---Allows it on the wiki's page (or does not), and goes where the wiki sends on to.
---@return string|nil address the browser ends at
---@return string|nil page that is shown there, when nobody is at that address
function wiki.allow(address, button)
  assert(http.request(address))
  local body = {}
  local text = (button or "accept") .. "=1"
  local _, status, headers = http.request {
    url = address,
    method = "POST",
    source = ltn12.source.string(text),
    sink = ltn12.sink.table(body),
    headers = {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      ["Content-Length"] = #text,
    },
    redirect = false,
  }
  return status == 302 and headers.location or nil, table.concat(body)
end

return wiki
