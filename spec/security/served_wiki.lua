--- https://wiki.example.test as real servers with real certificates serve it, well or badly, and
--- what each of them was sent.
local busted = require("busted")
local certificates = require("spec.security.certificates")
local folders = require("spec.folders")
local nginx = require("spec.security.nginx")
local proxies = require("spec.security.proxy")
local shared = require("spec.shared")
local shell = require("spec.shell")
local wikis = require("spec.wiki")

local served_wiki = {}

local Served = {}
Served.__index = Served

local BOT <const> = "0123456789abcdefghijklmnopqrstuv"

--- The password that Basic wants, where it stands in front of the wiki; the name is "front".
served_wiki.FRONT = "front-password-42"

--- What people log in with at servers that never let anybody in.
served_wiki.CREDENTIALS = {
  clientlogin = { username = "Alice", password = "sesame, open the gate" },
  botpassword = { username = "Alice@app", password = BOT },
}

local FORM <const> = [[{"batchcomplete":true,"query":{"tokens":{"logintoken":"abc+\\"},]]
  .. [["authmanagerinfo":{"canauthenticatenow":true,"requests":[{"id":]]
  .. [["MediaWiki\\Auth\\PasswordAuthenticationRequest","required":"primary-required","fields":]]
  .. [[{"username":{"type":"string","label":"u","help":"u"},]]
  .. [["password":{"type":"password","label":"p","help":"p","sensitive":true}}}]}}}]]

-- nginx quotes with ' here: nothing in the form needs more than its own backslashes doubled
local function answering(body)
  return ("default_type application/json; return 200 '%s';"):format(body:gsub("\\", "\\\\"))
end

-- Servers that answer a login's first question, and then as `post` says.
local function leading(post)
  local cookie = "'wiki_session=cookie-of-the-wiki; path=/; HttpOnly'"
  local words = "location / { if ($request_method = POST) { %s } add_header Set-Cookie %s; %s }"
  return words:format(post, cookie, answering(FORM))
end

local function servers_of(self, leaf, other)
  local pass = (
    "location / { proxy_pass %s; proxy_set_header X-Forwarded-Proto $scheme; "
    .. "proxy_set_header Host wiki.example.test; proxy_redirect off; }"
  ):format(self.wiki.base)
  local servers = {
    wiki = { tls = leaf, body = pass },
    -- an http address of an https wiki, as MediaWiki and web servers do it
    forced = "location / { return 301 https://$host$request_uri; }",
    open = pass,
    name = { tls = self.authority:issue("name", { host = "other.example.test" }), body = pass },
    expired = {
      tls = self.authority:issue("expired", { host = "wiki.example.test", days = -1 }),
      body = pass,
    },
    self = {
      tls = self.authority:issue("self", { host = "wiki.example.test", self_signed = true }),
      body = pass,
    },
    unknown = { tls = other:issue("unknown", { host = "wiki.example.test" }), body = pass },
    mutual = {
      tls = leaf,
      body = ("ssl_client_certificate %s; ssl_verify_client on; %s"):format(
        self.authority.certificate,
        pass
      ),
    },
    basic = {
      tls = leaf,
      body = ("auth_basic wiki; auth_basic_user_file %s/htpasswd; %s"):format(self.folder, pass),
    },
    evil = {
      tls = self.authority:issue("evil", { host = "evil.example.test" }),
      body = answering(FORM),
    },
    evil_http = answering(FORM),
  }
  for _, status in ipairs({ 301, 302, 303, 307, 308 }) do
    servers["away" .. status] = {
      tls = leaf,
      body = leading(("return %d https://evil.example.test/api.php;"):format(status)),
    }
    servers["down" .. status] = {
      tls = leaf,
      body = leading(("return %d http://wiki.example.test/api.php;"):format(status)),
    }
    servers["page_away" .. status] = {
      tls = leaf,
      body = (
        "auth_basic wiki; auth_basic_user_file %s/htpasswd; location / { return %d "
        .. "https://evil.example.test$request_uri; }"
      ):format(self.folder, status),
    }
    servers["page_down" .. status] = {
      tls = leaf,
      body = ("location / { return %d http://wiki.example.test$request_uri; }"):format(status),
    }
    servers["page_port" .. status] = {
      tls = leaf,
      body = ("location / { return %d https://wiki.example.test:444$request_uri; }"):format(status),
    }
  end
  servers.link = {
    tls = leaf,
    body = [[location / { default_type text/html; return 200 '<html><head><link rel="EditURI"
      type="application/rsd+xml" href="https://evil.example.test/api.php?action=rsd">'; }]],
  }
  return servers
end

---@return table served `wiki`, `front` (its servers), `authority`, `folder`
local function start()
  local self = setmetatable({}, Served)
  self.wiki = wikis.start({ settings = '$wgServer = "https://wiki.example.test";' })
  self.folder = folders.new()
  self.authority = certificates.authority(self.folder)
  shell.run("mkdir " .. self.folder .. "/other")
  local other = certificates.authority(self.folder .. "/other")
  local leaf = self.authority:issue("wiki", { host = "wiki.example.test" })
  local line = "printf 'front:%%s\\n' $(openssl passwd -apr1 %s) >%s/htpasswd"
  shell.run(line:format(served_wiki.FRONT, self.folder))
  self.authority:issue("me", { host = "me" })
  self.front = nginx.start(servers_of(self, leaf, other))
  return self
end

--- One for the specs of a block; what was sent is forgotten before each.
function served_wiki.for_block()
  local served = shared(start)
  busted.before_each(function()
    served.wiki:forget_throttles()
    served.front:reset()
  end)
  return served
end

function Served:stop()
  self.front:stop()
  self.wiki:stop()
  folders.remove(self.folder)
end

--- A proxy under which https://wiki.example.test is one of the servers.
---@param name string of the server
---@param more? table<string, integer> ports of other places
---@return table stand `proxy`; ends at `<close>`
function Served:as(name, more)
  local places = {
    ["wiki.example.test:443"] = self.front.ports[name],
    ["evil.example.test:443"] = self.front.ports.evil,
    ["evil.example.test:80"] = self.front.ports.evil_http,
    ["wiki.example.test:80"] = self.front.ports.open,
    ["wiki.example.test:444"] = self.front.ports.evil,
  }
  for place, port in pairs(more or {}) do
    places[place] = port
  end
  return setmetatable({ proxy = proxies.start(places) }, {
    __close = function(it)
      it.proxy:stop()
    end,
  })
end

--- Options of `mwlogin.open` for what that proxy shows.
function Served:options(stand, more)
  local opts = {
    user_agent = "mwlogin spec",
    proxy = stand.proxy.address,
    ca_file = self.authority.certificate,
    max_wait = 0,
  }
  for name, value in pairs(more or {}) do
    opts[name] = value
  end
  return opts
end

--- All that these servers were sent.
function Served:others(...)
  local lines = {}
  for _, name in ipairs({ ... }) do
    for _, line in ipairs(self.front:log(name)) do
      lines[#lines + 1] = name .. ": " .. line
    end
  end
  return lines
end

--- No secret, cookie or authorization stands in what a server was sent.
function served_wiki.assert_nothing_said(lines, ...)
  local text = table.concat(lines, "\n")
  for _, secret in ipairs({ "sesame", BOT, "cookie%-of%-the%-wiki", served_wiki.FRONT, ... }) do
    assert(not text:find(secret), text)
  end
  assert(not text:find("cookie=[^ ]"), text)
  assert(not text:find("authorization=[^ ]"), text)
end

return served_wiki
