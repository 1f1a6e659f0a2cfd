--- A proxy between mwlogin and a wiki that spoils one exchange of a flow, at one byte, in one way.
---
---     local between = proxy.start()
---     between:wiki({ accounts = { Alice = { password = "…" } } })     -- or { real = PORT }
---     between:arm({ exchange = 2, kind = "cut", at = 40 })
---     … mwlogin.open(between.api) …
---     between:seen().passwords
local cjson = require("cjson")
local mime = require("mime")
local server_process = require("spec.server_process")
local socket = require("socket")

local proxy = {}

local Proxy = {}
Proxy.__index = Proxy

--- Starts one in a process of its own; `api` is its address.
function proxy.start()
  local self = server_process.start(Proxy, "spec/faults/proxy_server.lua")
  self.base = ("http://127.0.0.1:%d"):format(self.port)
  self.api = self.base .. "/api.php"
  return self
end

local function ask(self, name, value)
  local client = assert(socket.connect("127.0.0.1", self.port))
  client:settimeout(30)
  local body = value and cjson.encode(value) or ""
  local head = "POST /__%s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s"
  assert(client:send(head:format(name, #body, body)))
  local answer = assert(client:receive("*a"))
  client:close()
  return cjson.decode((assert(answer:match("\r\n\r\n(.*)$"), answer)))
end

--- Another wiki behind it.
---@param options table of mwlogin.testing.wiki, or { real = PORT }
function Proxy:wiki(options)
  ask(self, "wiki", options)
end

--- One response to whatever is asked.
---@param response table { status, headers, body }
function Proxy:say(response)
  local sent = { status = response.status, headers = response.headers }
  sent.body = mime.b64(response.body)
  ask(self, "say", sent)
end

--- What goes wrong from now on; exchanges are counted from here.
---@param fault table { exchange, kind, at, status, retry_after, believable, unasked, hard }; {}:
---   nothing
function Proxy:arm(fault)
  ask(self, "arm", next(fault) and fault or { kind = "none" })
end

--- What came since.
---@return table seen { exchanges, sizes = { { bytes of the request, of the response } }, passwords,
---   edits, spent = { { kind, value, exchange, taken: whether the server gave something for it } },
---   secrets: what OAuth servers gave and were sent,
---   facts: of a scripted wiki, { carol: has she an account, links and password of Alice } }
function Proxy:seen()
  return ask(self, "seen")
end

return proxy
