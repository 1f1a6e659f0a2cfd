-- The child of spec/core/loopback.lua: an HTTP server on 127.0.0.1 that answers what the path says
-- and remembers every request. Ends when its standard input does.
local cjson = require("cjson")
local http_request = require("spec.http_request")
local server_process = require("spec.server_process")
local socket = require("socket")

local announce = arg[1]
local server = assert(socket.bind("127.0.0.1", 0))
local _, port = server:getsockname()
local seen, silent = {}, {}

local function respond(status, headers, body)
  local lines = { ("HTTP/1.1 %s Whatever"):format(status), "Connection: close" }
  for _, header in ipairs(headers) do
    lines[#lines + 1] = header
  end
  if body then
    lines[#lines + 1] = "Content-Length: " .. #body
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or "")
end

local function json(value, headers)
  headers = headers or {}
  headers[#headers + 1] = "Content-Type: application/json"
  return respond(200, headers, cjson.encode(value))
end

local function gzip_of_zeros(count)
  local pipe = assert(io.popen(("head -c %d /dev/zero | gzip -c"):format(count)))
  local bytes = pipe:read("a")
  pipe:close()
  return bytes
end

local answers = {
  ["/api.php"] = function(request)
    local headers = {}
    local cookie = request.query:match("set=([^&]+)")
    if cookie then
      headers[1] = "Set-Cookie: " .. cookie:gsub("%%3D", "=") .. "; path=/; HttpOnly"
    end
    return json({ batchcomplete = true }, headers)
  end,
  ["/seen"] = function()
    return json(seen)
  end,
  ["/guarded"] = function(request)
    if not request.headers.authorization then
      return respond(401, { 'WWW-Authenticate: Basic realm="door"' }, "")
    end
    return json({ batchcomplete = true })
  end,
  ["/redirect"] = function(request)
    return respond(302, { "Location: " .. (request.query:match("to=([^&]+)") or "/api.php") }, "")
  end,
  ["/status"] = function(request)
    return respond(request.query:match("%d+"), { "Content-Type: text/html" }, "<p>Trouble</p>")
  end,
  ["/large"] = function()
    return json({ text = ("x"):rep(200000) })
  end,
  ["/compressed"] = function()
    return respond(200, {
      "Content-Type: application/json",
      "Content-Encoding: gzip",
    }, gzip_of_zeros(8000000))
  end,
  ["/endless"] = function()
    return respond(200, { "Content-Type: application/json" }) .. ("x"):rep(300000)
  end,
  ["/cut"] = function()
    local whole = json({ text = "all of it" })
    return whole:sub(1, #whole - 5)
  end,
  ["/nothing"] = function()
    return ""
  end,
  ["/noise"] = function()
    return "SSH-2.0-OpenSSH_9.2\r\n"
  end,
}

local function serve(client)
  client:settimeout(5)
  local request = http_request.read(client)
  if not request then
    client:close()
    return
  end
  local path = request.path:match("^/[^/]*") or "/"
  if path ~= "/seen" then
    seen[#seen + 1] = request
  end
  if path == "/silent" then
    silent[#silent + 1] = client -- kept open, never answered
    return
  end
  client:send(answers[path] and answers[path](request) or respond(404, {}, "nothing here"))
  client:close()
end

server_process.announce(announce, port)

local stdin = server_process.stdin
while true do
  local ready = socket.select({ server, stdin }, nil)
  if ready[stdin] then
    break
  end
  if ready[server] then
    serve(assert(server:accept()))
  end
end
