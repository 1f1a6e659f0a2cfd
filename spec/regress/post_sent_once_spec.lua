---libcurl sends a request again by itself where a kept connection ends without an answer: a POST
---may have been executed by then (I10), and a one-time code or a wrong password counts
---twice.
local certificates = require "spec.security.certificates"
local core = require "mwlogin.core"
local folders = require "spec.folders"
local lua_process = require "spec.lua_process"

local SERVER <const> = [[
  local socket = require("socket")
  local server = assert(socket.bind("127.0.0.1", 0))
  print((select(2, server:getsockname())))
  io.stdout:flush()
  local posts, gets = 0, 0
  while true do
    local client = server:accept()
    client:settimeout(10)
    for number = 1, 10 do
      local line = client:receive("*l")
      if not line then
        break
      end
      local length = 0
      repeat
        local header = client:receive("*l") or ""
        length = tonumber(header:lower():match("^content%-length: (%d+)")) or length
      until header == ""
      local _ = length > 0 and client:receive(length)
      posts = posts + (line:find("^POST") and 1 or 0)
      gets = gets + (line:find("^GET /cut") and 1 or 0)
      if line:find("/cut", 1, true) and number > 1 then
        break -- read, perhaps executed, never answered
      end
      local body = ('{"posts":%d,"gets":%d}'):format(posts, gets)
      client:send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        .. #body .. "\r\n\r\n" .. body)
    end
    client:close()
  end]]

describe("a request whose kept connection ends without an answer", function()
  local server, pool, session

  before_each(function()
    server = lua_process.start(SERVER)
    local port = server:read(1, { stop = "\n" })
    pool = core.pool()
    session = assert(pool:session(("http://127.0.0.1:%s/api.php"):format(port)))
    assert(session:fetch "/warm")
  end)

  after_each(function()
    session:close()
    pool:close()
    server:kill "KILL"
    server:close()
  end)

  it("is not sent again where it has a body: it may have been executed", function()
    local reply, err = session:fetch("/cut", { method = "POST", params = { code = "once" } })
    assert.is_nil(reply)
    assert.same({ "network", "cut", true }, { err.kind, err.code, err.sent })
    assert.equal('{"posts":1,"gets":0}', assert(session:fetch "/count").body)
  end)

  it("is sent again on a new connection where it has none", function()
    assert.equal('{"posts":0,"gets":2}', assert(session:fetch "/cut").body)
  end)
end)

describe("a POST by HTTP/2", function()
  local folder, authority, issued

  folders.for_block(function(path)
    folder = path
  end)

  lazy_setup(function()
    authority = certificates.authority(folder)
    issued = authority:issue "http2"
  end)

  ---@return table|nil reply to the POST
  ---@return table|nil err
  ---@return string count what the server tells of it
  local function post(mode)
    local node <close> = assert(
      core.process(
        { "node", "spec/regress/http2.mjs", mode, issued.key, issued.certificate },
        { stdin = "pipe", stdout = "pipe" }
      )
    )
    local port = node:read(1, { stop = "\n" })
    local pool <close> = core.pool()
    local session <close> = assert(pool:session(("https://localhost:%s/api.php"):format(port), {
      ca_file = authority.certificate,
    }))
    assert(session:fetch "/warm")
    local reply, err = session:fetch("/x", { method = "POST", params = { code = "once" } })
    local count = assert(session:fetch "/count").body
    node:kill "KILL"
    return reply, err, count
  end

  it("that the server refused unread is sent again", function()
    local reply, _, count = post "refuse"
    assert.equal('{"posts":2}', assert(reply).body)
    assert.equal('{"posts":2}', count)
  end)

  local function is_sent_once(mode)
    local reply, err, count = post(mode)
    assert.is_nil(reply)
    assert.same({ "network", "cut", true }, { err.kind, err.code, err.sent })
    assert.equal('{"posts":1}', count)
  end

  it("that was never answered is not", function()
    is_sent_once "end"
  end)

  it("that had its connection reset is not", function()
    is_sent_once "reset"
  end)

  it("says nothing of another host: what that refuses unread, the wiki does not", function()
    local node <close> = assert(
      core.process(
        { "node", "spec/regress/http2.mjs", "end", issued.key, issued.certificate },
        { stdin = "pipe", stdout = "pipe" }
      )
    )
    local other = ("https://localhost:%s/x"):format((node:read(1, { stop = "\n" })))
    local server <close> = lua_process.start(SERVER)
    local port = server:read(1, { stop = "\n" })
    local pool <close> = core.pool()
    local session <close> = assert(pool:session(("http://127.0.0.1:%s/api.php"):format(port), {
      ca_file = authority.certificate,
    }))
    assert(session:fetch "/warm")
    assert(session:fetch(other, { foreign = true, cookies = false }))
    local reply, err = session:fetch("/cut", { method = "POST", params = { code = "once" } })
    assert.is_nil(reply)
    assert.equal("cut", err.code)
    assert.equal('{"posts":1,"gets":0}', assert(session:fetch "/count").body)
    node:kill "KILL"
    server:kill "KILL"
  end)
end)
