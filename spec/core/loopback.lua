--- A server on 127.0.0.1 in a process of its own, for specs about what goes over a real wire.
local cjson = require("cjson")
local server_process = require("spec.server_process")
local socket = require("socket")

local loopback = {}

local Loopback = {}
Loopback.__index = Loopback

--- Starts one; `api`, `base` and `port` say where it is, `stop` ends it.
function loopback.start()
  local self = server_process.start(Loopback, "spec/core/loopback_server.lua")
  self.base = "http://127.0.0.1:" .. self.port
  self.api = self.base .. "/api.php"
  return self
end

--- The requests so far, each { method, target, path, query, headers (lower-case names), body }.
function Loopback:requests()
  local client = assert(socket.connect("127.0.0.1", self.port))
  client:settimeout(10)
  assert(client:send("GET /seen HTTP/1.1\r\nHost: here\r\n\r\n"))
  local answer = assert(client:receive("*a"))
  client:close()
  return cjson.decode(assert(answer:match("\r\n\r\n(.*)$")))
end

function Loopback:last_request()
  local list = self:requests()
  return list[#list]
end

return loopback
