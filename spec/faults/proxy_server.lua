-- The child of spec/faults/proxy.lua: stands between mwlogin and a wiki and spoils one exchange.
-- Ends when its standard input does.
package.path = "./?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/?.so;" .. package.cpath
local cjson = require("cjson")
local mime = require("mime")
local origin = require("spec.faults.origin")
local socket = require("socket")
local spending = require("spec.faults.spending")

local announce = arg[1]
local server = assert(socket.bind("127.0.0.1", 0, 64))
local _, port = server:getsockname()

local state = { exchanges = 0, sizes = {}, spent = {}, secrets = {}, fault = {}, stalled = {} }
local connections, buffers = {}, {}

local function drop(client, hard)
  if hard then
    client:setoption("linger", { on = true, timeout = 0 })
  end
  client:close()
  buffers[client] = nil
  for position, one in ipairs(connections) do
    if one == client then
      table.remove(connections, position)
      return
    end
  end
end

-- == the faults ===================================================================================

local function body_of(bytes)
  local _, stop = bytes:find("\r\n\r\n", 1, true)
  return bytes:sub(1, stop), bytes:sub(stop + 1)
end

local faults = {}

function faults.cut(client, bytes, fault)
  client:send(bytes:sub(1, fault.at))
  drop(client)
end

function faults.reset(client, bytes, fault)
  client:send(bytes:sub(1, fault.at))
  if fault.at > 0 then
    socket.sleep(0.002) -- a reset overtakes what was sent
  end
  drop(client, true)
end

function faults.stall(client, bytes, fault)
  client:send(bytes:sub(1, fault.at))
  state.stalled[#state.stalled + 1] = client
end

function faults.delay(client, bytes, fault)
  client:send(bytes:sub(1, fault.at))
  socket.sleep(0.02)
  client:send(bytes:sub(fault.at + 1))
end

function faults.trickle(client, bytes)
  client:setoption("tcp-nodelay", true)
  for position = 1, #bytes do
    client:send(bytes:sub(position, position))
  end
end

function faults.double(client, bytes)
  client:send(bytes .. bytes)
end

-- The second copy comes when the first has long been read.
function faults.echo(client, bytes)
  client:send(bytes)
  socket.sleep(0.005)
  client:send(bytes)
end

-- The answer to the exchange before.
function faults.stale(client)
  client:send(state.before or origin.write({ status = 200, body = "{}" }))
end

-- The halves of the body in the wrong order.
function faults.swap(client, bytes)
  local head, body = body_of(bytes)
  local half = #body // 2
  client:send(head .. body:sub(half + 1) .. body:sub(1, half))
end

function faults.status(client, bytes, fault)
  local headers = { ["Content-Type"] = "text/html", ["Retry-After"] = fault.retry_after }
  local body = "<h1>Trouble</h1>"
  if fault.believable then
    local _, true_body = body_of(bytes)
    headers["Content-Type"], body = "application/json", true_body
  end
  client:send(origin.write({ status = fault.status, headers = headers, body = body }))
end

-- == what the parent asks =========================================================================

local function tell(client, value)
  client:send(origin.write({ status = 200, body = cjson.encode(value) }))
  drop(client)
end

local controls = {}

function controls.wiki(options)
  if options.real then
    state.origin = origin.real(math.tointeger(options.real))
  else
    options.api = ("http://127.0.0.1:%d/api.php"):format(port)
    state.origin = origin.scripted(options)
  end
end

-- Whatever is asked, this is said: { status, headers, body (base64) }.
function controls.say(response)
  response.status, response.body = math.tointeger(response.status), mime.unb64(response.body)
  local bytes = origin.write(response)
  state.origin = {
    answer = function()
      return bytes
    end,
    passwords = function()
      return 0
    end,
    edits = function()
      return 0
    end,
  }
end

function controls.arm(fault)
  for _, client in ipairs(state.stalled) do
    drop(client)
  end
  state.exchanges, state.sizes, state.fault, state.stalled = 0, {}, fault, {}
  state.spent, state.secrets = {}, {}
end

local function seen()
  return {
    exchanges = state.exchanges,
    sizes = state.sizes,
    spent = state.spent,
    secrets = state.secrets,
    passwords = state.origin.passwords(),
    edits = state.origin.edits(),
    facts = state.origin.facts and state.origin.facts() or {},
  }
end

local function control(client, name, body)
  if controls[name] then
    controls[name](cjson.decode(body))
    tell(client, {})
  else
    tell(client, seen())
  end
end

-- == requests =====================================================================================

local function read_request(text)
  local _, stop = text:find("\r\n\r\n", 1, true)
  if not stop then
    return nil
  end
  local head = text:sub(1, stop)
  local request = { head = head, headers = {} }
  request.method, request.target = head:match("^(%u+) (%S+) HTTP/")
  for name, value in head:gmatch("\r\n([^:\r]+): ?([^\r]*)") do
    request.headers[name] = value
    if name:lower() == "content-length" then
      request.length = tonumber(value)
    end
  end
  local whole = stop + (request.length or 0)
  if #text < whole then
    return nil
  end
  request.body = text:sub(stop + 1, whole)
  return request, whole
end

-- What went through, as `seen` tells it.
local function note(request, number, bytes)
  local spent = spending.of(request)
  if spent then
    spent.exchange, spent.taken = number, spending.is_taken(bytes)
    state.spent[#state.spent + 1] = spent
    state.secrets[#state.secrets + 1] = spent.value
  end
  spending.secrets(bytes, state.secrets)
end

local function answer(client, request, number, size)
  local fault = state.fault.exchange == number and state.fault or {}
  local bytes, closes = "", false
  if not (fault.kind == "status" and fault.unasked) then
    bytes, closes = state.origin.answer(request)
  end
  note(request, number, bytes)
  state.sizes[number] = { size, #bytes }
  local spoil = faults[fault.kind]
  if spoil then
    spoil(client, bytes, fault)
  else
    client:send(bytes)
  end
  state.before = bytes
  if closes and buffers[client] and fault.kind ~= "stall" and fault.kind ~= "status" then
    drop(client)
  end
end

-- A request that does not arrive whole is closed, and not executed.
local function is_dropped(buffer)
  local fault = state.fault
  return fault.kind == "drop" and fault.exchange == buffer.number and #buffer.text >= fault.at
end

local function take(client)
  local buffer = buffers[client]
  client:settimeout(0)
  local text, err, partial = client:receive(65536)
  client:settimeout(5)
  text = text or partial or ""
  if err == "closed" and text == "" then
    return drop(client)
  end
  buffer.text = buffer.text .. text
  local name = buffer.text:match("^%u+ /__(%l+) ")
  if not name and not buffer.number and buffer.text ~= "" then
    state.exchanges = state.exchanges + 1
    buffer.number = state.exchanges
  end
  if is_dropped(buffer) then
    return drop(client, state.fault.hard)
  end
  local request, size = read_request(buffer.text)
  if not request then
    return
  end
  buffer.text = buffer.text:sub(size + 1)
  if name then
    return control(client, name, request.body)
  end
  local number = buffer.number
  buffer.number = nil
  answer(client, request, number, size)
end

-- == the loop =====================================================================================

local file = assert(io.open(announce .. ".new", "w"))
file:write(port)
file:close()
assert(os.rename(announce .. ".new", announce))

local stdin = setmetatable({}, {
  __index = {
    getfd = function()
      return 0
    end,
  },
})

while true do
  local waiting = { server, stdin, table.unpack(connections) }
  local ready = socket.select(waiting, nil)
  if ready[stdin] then
    break
  end
  for _, client in ipairs(ready) do
    if client == server then
      local fresh = server:accept()
      if fresh then
        fresh:settimeout(5)
        connections[#connections + 1], buffers[fresh] = fresh, { text = "" }
      end
    elseif buffers[client] then
      take(client)
    end
  end
end
