---Servers of specs in processes of their own: each is a Lua script that tells by a file which port
---it listens at, and ends with its standard input.
local socket = require("socket")

local server_process = {}

---@param class table the metatable of what is returned; gets `stop`, also for `<close>`
---@param script string path of the server, with its arguments before the file
---@return table server with `port`
function server_process.start(class, script)
  local announce = os.tmpname()
  os.remove(announce)
  local pipe = assert(io.popen(("exec lua5.4 %s %s"):format(script, announce), "w"))
  class.stop, class.__close = server_process.stop, server_process.stop
  local self = setmetatable({ pipe = pipe }, class)
  for _ = 1, 6000 do
    local file = io.open(announce)
    if file then
      self.port = math.tointeger(file:read("n"))
      file:close()
    end
    if self.port then
      os.remove(announce)
      return self
    end
    socket.sleep(0.005)
  end
  self:stop()
  error(script .. " did not start", 2)
end

---Ends a server. Twice is fine.
function server_process.stop(self)
  if self.pipe then
    self.pipe:close()
    self.pipe = nil
  end
end

---In the server: tells the port, which is there whole or not at all.
---@param announce string the file
---@param port integer
function server_process.announce(announce, port)
  local file = assert(io.open(announce .. ".new", "w"))
  file:write(port)
  file:close()
  assert(os.rename(announce .. ".new", announce))
end

---In the server: its standard input, for `socket.select`; readable when the server is to end.
server_process.stdin = {
  getfd = function()
    return 0
  end,
}

return server_process
