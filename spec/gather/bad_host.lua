-- A host that nobody wants to meet: bad_host.lua HOW ANNOUNCE; writes its port into ANNOUNCE, and
-- ends with its standard input. HOW: hang, reset, trickle (a byte a second), huge (1 GB) or busy
-- (429).
local server_process = require "spec.server_process"
local socket = require "socket"

local how, announce = arg[1], arg[2]
local server = assert(socket.bind("127.0.0.1", 0, 1024))
local _, port = server:getsockname()
local clients, trickling, flooded = {}, {}, {}

local HEAD <const> = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
local BLOCK <const> = ("x"):rep(65536)

local answers = {
  hang = function() end,
  reset = function(client)
    client:setoption("linger", { on = true, timeout = 0 })
    client:close()
  end,
  trickle = function(client)
    trickling[client] = HEAD .. "Content-Length: 1000\r\n\r\n" .. ("x"):rep(1000)
  end,
  huge = function(client)
    client:settimeout(0)
    client:send(HEAD .. "Content-Length: 1000000000\r\n\r\n{")
    flooded[client] = true
  end,
  busy = function(client)
    client:send "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"
    client:close()
  end,
}

local function drop(client)
  clients[client], trickling[client], flooded[client] = nil, nil, nil
  client:close()
end

local function read(client)
  client:settimeout(0)
  local _, err, part = client:receive "*a"
  clients[client] = clients[client] .. (part or "")
  if err == "closed" then
    drop(client)
  elseif clients[client]:find "\r\n\r\n" then
    clients[client] = ""
    answers[how](client)
  end
end

local function trickle()
  for client, rest in pairs(trickling) do
    if rest == "" or not client:send(rest:sub(1, 1)) then
      drop(client)
    else
      trickling[client] = rest:sub(2)
    end
  end
end

local function flood()
  for client in pairs(flooded) do
    local _, err = client:send(BLOCK)
    if err == "closed" then
      drop(client)
    end
  end
end

server_process.announce(announce, port)

local input = server_process.stdin
local next_byte = socket.gettime() + 1
while true do
  local watched = { server, input }
  for client in pairs(clients) do
    watched[#watched + 1] = client
  end
  local ready = socket.select(watched, nil, next(flooded) and 0 or 0.2)
  for _, one in ipairs(ready) do
    if one == input then
      os.exit(0)
    elseif one == server then
      clients[server:accept()] = ""
    else
      read(one)
    end
  end
  flood()
  if socket.gettime() >= next_byte then
    next_byte = socket.gettime() + 1
    trickle()
  end
end
