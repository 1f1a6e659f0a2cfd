---A small HTTP server on loopback for one browser: the address a login comes back to, or a form.
---
---It never logs request headers: ports do not separate cookies, so on 127.0.0.1 it is sent those of
---every other local server, a wiki's session cookie among them.
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local page = require("mwlogin.listener.page")
local peer = require("mwlogin.listener.peer")
local query = require("mwlogin.query")
local reply = require("mwlogin.listener.reply")
local request = require("mwlogin.listener.request")

local listener = {}

local MAX_CLIENTS <const> = 32
local CLIENT_SECONDS <const> = 10
local PIECE <const> = 16 * 1024
local SLICE <const> = 0.05

---What came back to the address.
---@class mwlogin.listener.Answer
---@field query table<string, string> decoded once
---@field form? table<string, string> of a form POST
---@field address string the address as the browser asked for it; a form is joined to its query

---@class mwlogin.Listener
---@field url string address to give to others
---@field path string
---@field answer any nil until somebody came
local Listener = {}
Listener.__index = Listener
Listener.__name = "mwlogin.listener"

local function need_socket()
  local found, socket = pcall(require, "socket")
  if found then
    return socket
  end
  return nil,
    errors.new({
      kind = "interaction",
      code = "no_socket",
      message = "LuaSocket is missing; without it nothing can come back from a browser.",
      advice = "Install it: apt-get install lua-socket, or luarocks install luasocket.",
    })
end

---The return address: the first one who comes is the answer.
local function take_return(self, asked)
  if self.answer then
    return {
      status = 410,
      body = page.say("Already answered", "The login has come back already. Close this window."),
    }
  end
  local answer = { query = asked.query, form = asked.form, address = self.origin .. asked.target }
  if asked.form then
    answer.address = query.add(answer.address, asked.form_text)
  end
  if self.accept then
    local good, why = self.accept(answer)
    if not good then
      return { status = 403, body = page.say("This is not the answer to this login", why or "") }
    end
  end
  local values = asked.form or asked.query
  local shown = page.say("You can close this window", "The login goes on in the program.")
  if values.error then
    shown =
      page.say("The login was not granted", "The program has been told. You can close this window.")
  end
  return { status = 200, body = shown }, answer
end

---Opens a listener. With a port that is taken or may not be used: nil and an error.
---@param options? table
---  host: "127.0.0.1" (default), "localhost" or "::1"; port: a free one by default; path: random;
---  accept(answer) → true | false, reason: for return addresses, which answers are of this login;
---  serve(request) → reply { status, headers?, body }, answer?: for forms, answers all below path;
---  sleep(seconds): waits without stopping other tasks.
---@return mwlogin.Listener|nil listener
---@return table|nil err interaction
function listener.open(options)
  options = options or {}
  local socket, missing = need_socket()
  if not socket then
    return nil, missing
  end
  local host = options.host or "127.0.0.1"
  local server, why =
    socket.bind(host == "localhost" and "127.0.0.1" or host, options.port or 0, 16)
  if not server then
    return nil,
      errors.new({
        kind = "interaction",
        code = "port",
        message = ("Cannot listen on %s, port %d: %s."):format(host, options.port or 0, why),
        advice = "Give a return address with another port, or none: then a free one is taken.",
      })
  end
  server:settimeout(0)
  local _, port = server:getsockname()
  local shown = host:find(":", 1, true) and "[" .. host .. "]" or host
  local self = setmetatable({
    socket = socket,
    server = server,
    clients = {},
    port = math.tointeger(tonumber(port)),
    path = options.path or "/" .. core.crypto.base64url(core.crypto.random(24)),
    accept = options.accept,
    serve = options.serve,
    sleep = options.sleep,
  }, Listener)
  -- A browser leaves the default port of http out of Host and of the address.
  self.authority = self.port == 80 and shown or ("%s:%d"):format(shown, self.port)
  self.origin = "http://" .. self.authority
  self.url = self.origin .. self.path
  return self
end

local function answer_request(self, asked, client)
  if peer.is_foreign(client.socket) then
    return reply.refusal(403)
  end
  if (asked.headers.host or ""):lower() ~= self.authority then
    return reply.refusal(403)
  end
  local own = self.serve and asked.path:sub(1, #self.path) or asked.path
  if not core.crypto.equal(own, self.path) then
    return reply.refusal(404)
  end
  if self.serve then
    return self.serve(asked)
  end
  if asked.method == "HEAD" then
    return reply.refusal(405)
  end
  return take_return(self, asked)
end

local function drop(self, client)
  client.socket:close()
  for position, other in ipairs(self.clients) do
    if other == client then
      table.remove(self.clients, position)
      return
    end
  end
end

local function start_reply(client, shown, answer, without_body)
  client.out, client.sent, client.answer = reply.encode(shown, without_body), 0, answer
end

local function read_client(self, client)
  local whole, why, part = client.socket:receive(PIECE)
  local bytes = whole or part or ""
  if #bytes > 0 then
    local asked, status = request.feed(client.reading, bytes)
    if asked then
      local shown, answer = answer_request(self, asked, client)
      -- Kept at once, so that a second return cannot replace it while the first page is sent.
      self.answer = self.answer or answer
      start_reply(client, shown, answer, asked.method == "HEAD")
      return
    end
    if asked == nil then
      start_reply(client, reply.refusal(status))
      return
    end
  end
  if why == "closed" then
    drop(self, client)
  end
end

local function write_client(self, client)
  local sent, why, partial = client.socket:send(client.out, client.sent + 1)
  client.sent = sent or partial or client.sent
  if client.sent >= #client.out then
    -- The rest of what a refused client still sends is read below, else it never sees the reply.
    client.socket:shutdown("send")
    client.out, client.finished = nil, true
    client.ends = math.min(client.ends, core.now() + 1)
  elseif why == "closed" then
    drop(self, client)
  end
end

local function drain_client(self, client)
  local whole, why = client.socket:receive(PIECE)
  if not whole and why == "closed" then
    drop(self, client)
  end
end

---Fewer at a time than there is room for: whoever came is heard before others can push them out.
local function accept_clients(self)
  for _ = 1, MAX_CLIENTS // 2 do
    local client = self.server:accept()
    if not client then
      return
    end
    client:settimeout(0)
    if #self.clients >= MAX_CLIENTS then
      drop(self, self.clients[1])
    end
    self.clients[#self.clients + 1] = {
      socket = client,
      reading = request.begin(),
      ends = core.now() + CLIENT_SECONDS,
    }
  end
end

local function serve_client(self, client)
  if core.now() > client.ends then
    drop(self, client)
  elseif client.out then
    write_client(self, client)
  elseif client.finished then
    drain_client(self, client)
  else
    read_client(self, client)
    if client.out then
      write_client(self, client)
    end
  end
end

---Serves whoever is there now, waiting at most `seconds` for someone to come.
---@param seconds number
---@return any answer nil as long as nobody has answered, or the page is not yet sent
function Listener:step(seconds)
  if not self.server then
    return self.answer
  end
  local readers, writers = { self.server }, {}
  for _, client in ipairs(self.clients) do
    local list = client.out and writers or readers
    list[#list + 1] = client.socket
  end
  self.socket.select(readers, #writers > 0 and writers or nil, seconds)
  accept_clients(self)
  for _, client in ipairs(table.move(self.clients, 1, #self.clients, 1, {})) do
    serve_client(self, client)
  end
  for _, client in ipairs(self.clients) do
    if client.answer and client.out then
      return nil
    end
  end
  return self.answer
end

---Takes an answer once more: a login may go through the browser a second time.
function Listener:rearm()
  self.answer = nil
end

---Waits until the answer is there and its page is sent.
---@param seconds number
---@param watch? fun(): boolean|nil, table|nil called again and again; nil, err ends the wait
---@return any answer
---@return table|nil err interaction (code timeout), or what `watch` gave
function Listener:wait(seconds, watch)
  local ends = core.now() + seconds
  while true do
    local answer = self:step(self.sleep and 0 or SLICE)
    if answer then
      return answer
    end
    if watch then
      local good, err = watch()
      if not good then
        return self:step(0) or nil, err
      end
    end
    if core.now() >= ends then
      return nil,
        errors.new({
          kind = "interaction",
          code = "timeout",
          message = ("Nobody came back from the browser within %d seconds."):format(seconds // 1),
          advice = "Log in again and finish the pages in the browser in time.",
        })
    end
    if self.sleep then
      self.sleep(SLICE)
    end
  end
end

---Ends it; twice is fine.
function Listener:close()
  local server = self.server
  if not server then
    return
  end
  self.server = nil
  server:close()
  for _, client in ipairs(self.clients) do
    client.socket:close()
  end
  self.clients = {}
end

Listener.__close = Listener.close
Listener.__gc = Listener.close

return listener
