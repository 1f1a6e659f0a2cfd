---nginx on loopback that answers like a wiki at no cost, for as long as a variable is in scope.
local ports = require "spec.ports"
local shell = require "spec.shell"
local socket = require "socket"

local server = {}
server.__index = server

local function make_certificate(folder)
  local command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
    .. "-days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
    .. "-keyout %s/key.pem -out %s/cert.pem 2>/dev/null"
  assert(os.execute(command:format(folder, folder)))
end

local function write_configuration(folder, http, https)
  local template <close> = assert(io.open "spec/bench/nginx.conf")
  local text = template:read("a"):gsub("@(%u+)@", { FOLDER = folder, HTTP = http, HTTPS = https })
  local file <close> = assert(io.open(folder .. "/nginx.conf", "w"))
  file:write(text)
end

---@return table server { http, https: addresses of api.php; certificate: path; `stop` ends it }
function server.start()
  local folder = shell.output "mktemp -d"
  local http, https = table.unpack(ports.free(2))
  make_certificate(folder)
  write_configuration(folder, http, https)
  local pid = shell.output(("nginx -c %s/nginx.conf >/dev/null 2>&1 & echo $!"):format(folder))
  assert(ports.await(http), "nginx did not start")
  return setmetatable({
    pid = pid,
    folder = folder,
    port = http,
    http = ("http://127.0.0.1:%d/api.php"):format(http),
    https = ("https://127.0.0.1:%d/api.php"):format(https),
    certificate = folder .. "/cert.pem",
  }, server)
end

---@return integer count of requests so far
function server:requests()
  local client = assert(socket.connect("127.0.0.1", self.port))
  client:send "GET /requests HTTP/1.0\r\n\r\n"
  local text = client:receive "*a"
  client:close()
  return math.tointeger(tonumber(text:match "\n %d+ %d+ (%d+)"))
end

function server:stop()
  os.execute(("kill %s; rm -rf %s"):format(self.pid, self.folder))
end

server.__close = server.stop

return server
