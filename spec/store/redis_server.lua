---A Redis of Debian's on a socket of its own, ended by its pid.
local redis_server = {}

local function shell(command)
  local pipe <close> = assert(io.popen(command))
  return (pipe:read "a":gsub("%s+$", ""))
end

---redis-lua is packaged for older Lua only, and runs on 5.4.
local function load_client()
  package.preload.redis = package.preload.redis or loadfile "/usr/share/lua/5.1/redis.lua"
  return require "redis"
end

---@return table server { port, client() → redis-lua's, stop() }
function redis_server.start()
  local socket = require "socket"
  local probe = assert(socket.bind("127.0.0.1", 0))
  local _, port = probe:getsockname()
  probe:close()
  local folder = shell "mktemp -d"
  local pid = shell(
    ("redis-server --bind 127.0.0.1 --port %d --dir %s --save '' >/dev/null 2>&1 & echo $!"):format(
      port,
      folder
    )
  )
  local server = { port = math.tointeger(tonumber(port)), pid = pid }
  function server.client()
    local client
    for _ = 1, 100 do
      local ok, made = pcall(load_client().connect, "127.0.0.1", server.port)
      if ok then
        client = made
        break
      end
      socket.sleep(0.05)
    end
    return client or error "redis-server did not come up"
  end
  function server.stop()
    os.execute(("kill %s 2>/dev/null; rm -rf %s"):format(pid, folder))
  end
  return server
end

return redis_server
