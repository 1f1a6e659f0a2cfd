--- A real nginx under names of the spec's choice, on one port of loopback.
local core = require("mwlogin.core")
local socket = require("socket")

local nginx = {}

local Server = {}
Server.__index = Server

local CONFIGURATION <const> = [[
worker_processes 1;
pid FOLDER/nginx.pid;
error_log FOLDER/error.log;
daemon off;
events { worker_connections 256; }
http {
  log_format seen '$host$uri "$http_cookie"';
  access_log FOLDER/access.log seen;
  client_body_temp_path FOLDER/body;
  proxy_temp_path FOLDER/proxy;
  fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi;
  scgi_temp_path FOLDER/scgi;
  SERVERS
}
]]

local function shell(line)
  local pipe <close> = assert(io.popen(line))
  return (pipe:read("a"):gsub("%s+$", ""))
end

local function free_port()
  local probe = assert(socket.bind("127.0.0.1", 0))
  local _, port = probe:getsockname()
  probe:close()
  return math.tointeger(tonumber(port))
end

--- Starts nginx and returns when it answers.
---@param servers string of its configuration; PORT and FOLDER in it are filled in
---@return table server { port, folder }
function nginx.start(servers)
  local self = setmetatable({
    port = free_port(),
    folder = shell("mktemp -d -t mwlogin-nginx.XXXXXX"),
  }, Server)
  local text = CONFIGURATION:gsub("SERVERS", (servers:gsub("%%", "%%%%")))
  text = text:gsub("FOLDER", self.folder):gsub("PORT", tostring(self.port))
  local file = assert(io.open(self.folder .. "/nginx.conf", "w"))
  file:write(text)
  file:close()
  local log = self.folder .. "/error.log"
  self.process = assert(
    core.process({ "nginx", "-e", log, "-p", self.folder, "-c", self.folder .. "/nginx.conf" }, {})
  )
  for _ = 1, 500 do
    local peer = socket.tcp()
    local connected = peer:connect("127.0.0.1", self.port)
    peer:close()
    if connected then
      return self
    end
    socket.sleep(0.01)
  end
  error("nginx did not start:\n" .. shell("cat " .. log), 2)
end

--- The Cookie headers that came to one name; the log is written after the answer, so it is waited
--- for.
---@param host string
---@param count integer how many requests there are to be
---@return string[] cookies "-" where there were none
function Server:cookies_of(host, count)
  local found
  for _ = 1, 500 do
    found = {}
    for line in io.lines(self.folder .. "/access.log") do
      local name, cookies = line:match('^([^/]+)%S+ "(.*)"$')
      found[#found + 1] = name == host and cookies or nil
    end
    if #found >= count then
      return found
    end
    socket.sleep(0.01)
  end
  error(("%d requests to %s, and not %d"):format(#found, host, count), 2)
end

function Server:stop()
  if self.process then
    self.process:close()
    self.process = nil
    os.execute("rm -rf " .. self.folder)
  end
end

return nginx
