---Ports of 127.0.0.1 for servers that specs start.
local socket = require("socket")

local ports = {}

---@param count integer
---@return integer[] ports that nobody listens at just now, each another
function ports.free(count)
  local held, free = {}, {}
  for number = 1, count do
    held[number] = assert(socket.bind("127.0.0.1", 0))
    free[number] = math.tointeger(tonumber((select(2, held[number]:getsockname()))))
  end
  for _, one in ipairs(held) do
    one:close()
  end
  return free
end

---Waits until somebody listens.
---@param port integer
---@return boolean listens false after half a minute
function ports.await(port)
  for _ = 1, 1500 do
    local client = socket.tcp()
    local connected = client:connect("127.0.0.1", port)
    client:close()
    if connected then
      return true
    end
    socket.sleep(0.02)
  end
  return false
end

return ports
