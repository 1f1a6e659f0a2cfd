--- A real proxy (proxy.js, under node) that sends names of our own to ports of this machine, so
--- that hosts beyond it can be played: https://wiki.example.test, http://evil.example.test.

local core = require("mwlogin.core")
local json = require("cjson")

local proxy = {}

local Proxy = {}
Proxy.__index = Proxy

--- Starts it.
---@param places table<string, integer> port of 127.0.0.1 by "host:port"
---@param credentials? string USER:PASSWORD that it wants
---@return table proxy `address` for `open`'s option; `log`, `reset`, `stop`
function proxy.start(places, credentials)
  local self = setmetatable({ path = os.tmpname() }, Proxy)
  local argv = { "node", "spec/security/proxy.js", json.encode(places), self.path, credentials }
  self.process = assert(core.process(argv, { stdin = "pipe", stdout = "pipe", stderr = "inherit" }))
  local port = assert(self.process:read(1, { stop = "\n", timeout = 60 })):match("%d+")
  self.port = math.tointeger(tonumber(port))
  local before = credentials and credentials .. "@" or ""
  self.address = ("http://%s127.0.0.1:%d"):format(before, self.port)
  return self
end

--- What it saw since `reset`.
---@return table[] list of { kind = "http"|"connect", target, headers }
function Proxy:log()
  local list = {}
  for line in io.lines(self.path) do
    list[#list + 1] = json.decode(line)
  end
  return list
end

function Proxy:reset()
  assert(io.open(self.path, "w")):close()
end

function Proxy:stop()
  if self.process then
    self.process:close()
    self.process = nil
    os.remove(self.path)
  end
end

return proxy
