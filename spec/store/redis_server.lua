---A Redis of Debian's on a socket file of its own, and redis-lua clients of it.
local core = require "mwlogin.core"

local redis_server = {}

local Server = {}
Server.__index = Server

---redis-lua is packaged for Lua 5.1, and runs on 5.4 as it is.
local function load_client()
  package.preload.redis = package.preload.redis or loadfile "/usr/share/lua/5.1/redis.lua"
  return require "redis"
end

local function pause(seconds)
  local pool <close> = core.pool()
  pool:sleep(seconds)
end

local function start(self)
  self.process = assert(core.process({
    "redis-server",
    "--port",
    "0",
    "--unixsocket",
    self.path,
    "--dir",
    self.folder,
    "--save",
    "",
    "--appendonly",
    self.lasting and "yes" or "no",
    "--appendfsync",
    "always",
  }, { env = self.env }))
  self:client()
end

---Starts a server and waits until it answers.
---@param folder string of the spec
---@param options table|nil { lasting = whether a restart keeps what is there, env = its variables }
---@return table server
function redis_server.start(folder, options)
  options = options or {}
  local server = setmetatable({
    folder = folder,
    path = folder .. "/redis.sock",
    lasting = options.lasting or false,
    env = options.env,
  }, Server)
  start(server)
  return server
end

---@param timeout number|nil seconds a client waits for an answer
---@return table client of redis-lua
function Server:client(timeout)
  for _ = 1, 500 do
    local ok, client = pcall(load_client().connect, "unix://" .. self.path)
    if ok and pcall(client.ping, client) then
      if timeout then
        client.network.socket:settimeout(timeout, "t")
      end
      return client
    end
    pause(0.01)
  end
  error("redis-server does not answer", 2)
end

---As a machine that loses its power.
function Server:kill()
  if not self.process then
    return
  end
  self.process:kill "KILL"
  self.process:wait(30)
  self.process:close()
  self.process = nil
end

function Server:restart()
  self:kill()
  start(self)
end

---Neither answers nor goes away.
function Server:freeze()
  self.process:kill(19) -- SIGSTOP
end

function Server:thaw()
  self.process:kill(18) -- SIGCONT
end

function Server:stop()
  self:kill()
end

return redis_server
