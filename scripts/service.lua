-- A server that never ends: hands out pages of a private wiki to programs on this machine, each
-- client in a coroutine of its own. While one waits for the wiki the others go on; a session that
-- the wiki has lost is logged in again by itself, once for all who wait.
--
--     WIKI_PASSWORD=… mwlogin run scripts/service.lua https://wiki.example.org Alice 8765
--     curl http://127.0.0.1:8765/Main_Page
local mwlogin = require "mwlogin"
local socket = require "socket"

local address, name, port = ...
assert(port, "usage: service.lua WIKI NAME PORT, with the password in WIKI_PASSWORD")

-- A coroutine yields what it waits for: a socket, or the pool of the wiki's connections.
local pool = mwlogin.pool {
  wait = function(pool)
    if coroutine.isyieldable() then
      coroutine.yield(pool)
    elseif not pool:dirty() then
      socket.select({ pool }, nil, pool:timeout()) -- the first login, before there is a loop
    end
  end,
}

local wiki <close> = assert(mwlogin.open(address, {
  user_agent = "service.lua/1.0 (example script)",
  pool = pool,
  max_wait = 20,
}))
local me = assert(wiki:login {
  username = name,
  password = mwlogin.secret.env "WIKI_PASSWORD", -- read again when the session is lost
})

local function page(title)
  local reply, err = wiki:get {
    action = "query",
    prop = "revisions",
    rvprop = "content",
    rvslots = "main",
    titles = title,
  }
  if not reply then
    return err.kind == "api" and 400 or 503, tostring(err)
  end
  local found = reply.query.pages[1]
  if found.missing then
    return 404, "there is no such page"
  end
  return 200, found.revisions[1].slots.main.content
end

local function receive(client)
  while true do
    local line, why = client:receive "*l"
    if why ~= "timeout" then
      return line
    end
    coroutine.yield(client)
  end
end

local HEAD <const> = "HTTP/1.0 %d\r\nContent-Type: text/plain; charset=utf-8\r\n"
  .. "Content-Length: %d\r\n\r\n"

local function serve(client)
  local title = (receive(client) or ""):match "^GET /(%S+)"
  local status, text = 400, "ask for GET /TITLE"
  if title then
    status, text = page((title:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)))
  end
  client:settimeout(5)
  client:send(HEAD:format(status, #text) .. text)
  client:close()
end

local server = assert(socket.bind("127.0.0.1", port))
server:settimeout(0)
print(("%s serves pages on port %d"):format(me.name, select(2, server:getsockname())))
io.stdout:flush()

local waiting = {} -- coroutine → what it waits for
local function resume(thread, ...)
  local ok, what = coroutine.resume(thread, ...)
  if not ok then
    io.stderr:write(tostring(what), "\n")
  end
  waiting[thread] = ok and coroutine.status(thread) == "suspended" and what or nil
end

while true do
  local readers = { server, pool }
  for _, what in pairs(waiting) do
    readers[#readers + 1] = what ~= pool and what or nil
  end
  local ready = socket.select(readers, nil, pool:dirty() and 0 or pool:timeout())
  local due = {}
  for thread, what in pairs(waiting) do
    if what == pool or ready[what] then
      due[#due + 1] = thread
    end
  end
  for _, thread in ipairs(due) do
    resume(thread)
  end
  local client = ready[server] and server:accept()
  if client then
    client:settimeout(0)
    resume(coroutine.create(serve), client)
  end
end
