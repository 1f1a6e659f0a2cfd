--- A real nginx with the servers a spec describes, and a log of what each was sent.
---
---     local front <close> = nginx.start({ wiki = "location / { proxy_pass http://…; }" })
---     front.ports.wiki, front:log("wiki"), front:reset()

local ports = require("spec.ports")
local socket = require("socket")

local nginx = {}

local Nginx = {}
Nginx.__index = Nginx

-- What a server could keep of a request: each header that carries a credential, and the body.
local FORMAT <const> = table.concat({
  "$request",
  "$http_host",
  "cookie=$http_cookie",
  "authorization=$http_authorization",
  "proxy-authorization=$http_proxy_authorization",
  "referer=$http_referer",
  "body=$request_body",
}, " | ")

local HEAD <const> = [[
daemon off;
user root;
pid FOLDER/pid;
error_log FOLDER/error.log info;
events {}
http {
  log_format everything escape=json '%s';
  access_log FOLDER/access.log everything;
  client_body_temp_path FOLDER/body;
  proxy_temp_path FOLDER/proxy;
  fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi;
  scgi_temp_path FOLDER/scgi;
  client_body_buffer_size 1m;
  client_body_in_single_buffer on;
]]

-- Its answer comes when the one worker has done, and written down, all that came before.
local SETTLED <const> = "server { listen 127.0.0.1:%d; access_log off; return 204; }\n"

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

--- Starts nginx; returns when every server answers.
---@param servers table<string, string|{ tls: table, http2: boolean, body: string }> what is inside
--- of `server {}` by name; `PORT:name` stands for that server's port; `tls`: as of
--- `certificates.issue`
---@return table front `ports` by name, `folder`; `log`, `reset`, `stop`
function nginx.start(servers)
  local names = {}
  for name in pairs(servers) do
    names[#names + 1] = name
  end
  table.sort(names)
  local pipe <close> = assert(io.popen("mktemp -d -t mwlogin-nginx.XXXXXX"))
  local self = setmetatable({ folder = pipe:read("l"), ports = {} }, Nginx)
  local free = ports.free(#names + 1)
  for number, name in ipairs(names) do
    self.ports[name] = free[number]
  end
  self.settled_port = free[#free]
  local lines = { HEAD:format(FORMAT) }
  for _, name in ipairs(names) do
    local server = servers[name]
    local tls = type(server) == "table" and server.tls
    lines[#lines + 1] = ("server { listen 127.0.0.1:%d%s;"):format(
      self.ports[name],
      tls and (server.http2 and " ssl http2" or " ssl") or ""
    )
    lines[#lines + 1] = ("access_log FOLDER/%s.log everything;"):format(name)
    if tls then
      lines[#lines + 1] = ("ssl_certificate %s; ssl_certificate_key %s;"):format(
        tls.certificate,
        tls.key
      )
    end
    lines[#lines + 1] = (type(server) == "table" and server.body or server) .. "\n}"
  end
  lines[#lines + 1] = SETTLED:format(self.settled_port) .. "}"
  local text = table
    .concat(lines, "\n")
    :gsub("FOLDER", self.folder)
    :gsub("PORT:([%w_]+)", function(name)
      return tostring(assert(self.ports[name], name))
    end)
  write(self.folder .. "/nginx.conf", text)
  self:begin()
  self:reset()
  return self
end

--- Starts it again after `halt`; otherwise it runs already.
function Nginx:begin()
  if self.pipe then
    return
  end
  local line = "exec nginx -e %s/error.log -p %s -c %s/nginx.conf"
  self.pipe = assert(io.popen(line:format(self.folder, self.folder, self.folder), "w"))
  if ports.await(self.settled_port) then -- it listens at all of them, or at none
    return
  end
  local log = io.open(self.folder .. "/error.log")
  local told = log and log:read("a") or ""
  self:stop()
  error("nginx did not start:\n" .. told, 2)
end

local function settle(self)
  local client = assert(socket.connect("127.0.0.1", self.settled_port))
  client:settimeout(30)
  assert(client:send("GET / HTTP/1.0\r\n\r\n"))
  assert(client:receive("*a"))
  client:close()
end

--- What a server was sent since `reset`: a line for each request.
---@param name string
---@return string[] lines
function Nginx:log(name)
  settle(self) -- a line is written after the answer was read
  local lines = {}
  for line in io.lines(("%s/%s.log"):format(self.folder, name)) do
    lines[#lines + 1] = line
  end
  return lines
end

--- Forgets what was logged.
function Nginx:reset()
  for name in pairs(self.ports) do
    write(("%s/%s.log"):format(self.folder, name), "")
  end
end

--- Sends it a signal: HUP has new processes take over from the old ones, which end their work.
---@param name string
function Nginx:signal(name)
  local file = io.open(self.folder .. "/pid")
  local pid = file and file:read("n")
  if file then
    file:close()
  end
  if pid then
    os.execute(("kill -%s %d"):format(name, pid))
  end
end

--- Ends it, its connections at once; `begin` starts it again, at the same ports.
function Nginx:halt()
  self:signal("TERM")
  self.pipe:close()
  self.pipe = nil
end

function Nginx:stop()
  if self.pipe then
    self:halt()
  end
  if self.folder then
    os.execute("rm -rf '" .. self.folder .. "'")
    self.folder = nil
  end
end

Nginx.__gc = Nginx.stop
Nginx.__close = Nginx.stop

return nginx
