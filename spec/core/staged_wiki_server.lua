-- The child of spec/core/staged_wiki.lua: an HTTP server on 127.0.0.1 that answers each stage of a
-- bot password's login as it was told, keeps its connections, and remembers what it was sent.
local cjson = require("cjson")
local http_request = require("spec.http_request")
local server_process = require("spec.server_process")
local socket = require("socket")

local server = assert(socket.bind("127.0.0.1", 0, 512))
local _, port = server:getsockname()
local answers, seen, connections, count = {}, {}, {}, 0

local function stage_of(request)
  if request.method == "POST" and request.body:find("action=login", 1, true) then
    return "login"
  elseif request.query:find("meta=tokens", 1, true) then
    return "token"
  end
  return request.query:find("meta=userinfo", 1, true) and "proof" or "other"
end

-- Bytes in order; the last ones stay.
local function next_of(stage)
  local list = answers[stage] or { { bytes = "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n" } }
  return #list > 1 and table.remove(list, 1) or list[1]
end

local control = {
  ["/answers"] = function(request)
    answers, seen = cjson.decode(request.body), {}
    return "true"
  end,
  ["/seen"] = function()
    return cjson.encode(seen)
  end,
}

local function close(client)
  connections[client] = nil
  client:close()
end

local function serve(client)
  local request = http_request.read(client)
  if not request then
    return close(client)
  end
  local order = control[request.path]
  if order then
    local body = order(request)
    client:send("HTTP/1.1 200 Whatever\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body)
    return close(client)
  end
  request.connection, request.stage = connections[client], stage_of(request)
  seen[#seen + 1] = request
  local answer = next_of(request.stage)
  if answer.bytes then
    client:send(answer.bytes)
  end
  if answer.ends then
    close(client)
  end
end

server_process.announce(arg[1], port)

while true do
  local watched = { server, server_process.stdin }
  for client in pairs(connections) do
    watched[#watched + 1] = client
  end
  for _, one in ipairs((socket.select(watched, nil))) do
    if one == server_process.stdin then
      os.exit(0)
    elseif one == server then
      local client = assert(server:accept())
      client:settimeout(5)
      count = count + 1
      connections[client] = count
    else
      serve(one)
    end
  end
end
