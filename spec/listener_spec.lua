local listener = require("mwlogin.listener")
local socket = require("socket")

-- Sends bytes while the listener is served in this same process, and reads all of the reply.
local function exchange(server, bytes)
  local client = assert(socket.connect("127.0.0.1", server.port))
  client:settimeout(0)
  local sent, reply = 0, {}
  for _ = 1, 2000 do
    if sent < #bytes then
      sent = client:send(bytes, sent + 1) or select(3, client:send(bytes, sent + 1)) or sent
    end
    server:step(0.005)
    local whole, why, part = client:receive(4096)
    reply[#reply + 1] = whole or part
    if why == "closed" then
      break
    end
  end
  client:close()
  return table.concat(reply)
end

local function get(server, path, more)
  local lines = { ("GET %s HTTP/1.1"):format(path), "Host: 127.0.0.1:" .. server.port }
  for _, line in ipairs(more or {}) do
    lines[#lines + 1] = line
  end
  return exchange(server, table.concat(lines, "\r\n") .. "\r\n\r\n")
end

local function post(server, body, kind, more)
  return exchange(
    server,
    (
      "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: %s\r\n"
      .. "Content-Length: %d\r\n%s\r\n%s"
    ):format(
      server.path,
      server.port,
      kind or "application/x-www-form-urlencoded",
      #body,
      more or "",
      body
    )
  )
end

local function status(reply)
  return tonumber(reply:match("^HTTP/1%.1 (%d%d%d)"))
end

describe("the listener", function()
  local server

  before_each(function()
    server = assert(listener.open())
  end)

  after_each(function()
    server:close()
  end)

  it("takes one return by GET and says that the window may be closed", function()
    local reply = get(server, server.path .. "?code=a%2Bb+c&state=%C3%A9")
    assert.equal(200, status(reply))
    assert.truthy(reply:find("You can close this window", 1, true))
    local answer = assert(server:wait(1))
    assert.same({ code = "a+b c", state = "é" }, answer.query)
    assert.equal(server.url .. "?code=a%2Bb+c&state=%C3%A9", answer.address)
  end)

  it("takes a form POST and joins it to the address", function()
    assert.equal(200, status(post(server, "code=1&state=two%20three")))
    local answer = assert(server:wait(1))
    assert.same({ code = "1", state = "two three" }, answer.form)
    assert.equal(server.url .. "?code=1&state=two%20three", answer.address)
  end)

  it("keeps the first answer and turns away a second", function()
    get(server, server.path .. "?code=1")
    assert.equal(410, status(get(server, server.path .. "?code=2")))
    assert.equal("1", server:wait(1).query.code)
  end)

  it("says so when the provider refused", function()
    local reply = get(server, server.path .. "?error=access_denied")
    assert.truthy(reply:find("not granted", 1, true))
    assert.equal("access_denied", server:wait(1).query.error)
  end)

  it("has a path nobody can guess, another each time", function()
    local other <close> = assert(listener.open())
    assert.truthy(#server.path >= 33)
    assert.not_equal(server.path, other.path)
    assert.truthy(server.url:find("^http://127%.0%.0%.1:%d+/[%w_-]+$"))
  end)

  it("turns away strangers and the browser's own curiosity", function()
    assert.equal(404, status(get(server, "/favicon.ico")))
    assert.equal(404, status(get(server, "/")))
    assert.equal(404, status(get(server, server.path .. "/x?code=1")))
    assert.equal(404, status(get(server, server.path:sub(1, -2) .. "?code=1")))
    assert.is_nil(server:step(0))
  end)

  it("turns away whoever calls it by another name", function()
    for _, host in ipairs({ "evil.example", "localhost:" .. server.port, "127.0.0.1", "" }) do
      local text = ("GET %s?code=1 HTTP/1.1\r\nHost: %s\r\n\r\n"):format(server.path, host)
      assert.equal(403, status(exchange(server, text)), host)
    end
    assert.equal(403, status(exchange(server, ("GET %s HTTP/1.1\r\n\r\n"):format(server.path))))
    local twice = get(server, server.path, { "Host: evil.example" })
    assert.equal(400, status(twice))
    assert.is_nil(server:step(0))
  end)

  it("refuses other methods and what is no request", function()
    for _, method in ipairs({ "PUT", "DELETE", "OPTIONS", "HEAD" }) do
      local text = "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
      local reply = exchange(server, text:format(method, server.path, server.port))
      assert.equal(405, status(reply), method)
    end
    assert.equal(400, status(exchange(server, "\22\3\1\2\0\1\0\1\r\n\r\n")))
    assert.equal(400, status(exchange(server, "GET http://evil.example/ HTTP/1.1\r\n\r\n")))
    assert.is_nil(server:step(0))
  end)

  it("bounds the head at 16 KB and the body at 64 KB", function()
    local padding = { "Cookie: a=" .. ("x"):rep(15 * 1024) }
    assert.equal(200, status(get(server, server.path .. "?code=1", padding)))
    padding = { "Cookie: a=" .. ("x"):rep(17 * 1024) }
    assert.equal(431, status(get(server, server.path .. "?code=1", padding)))
    assert.equal(431, status(get(server, server.path .. "?code=" .. ("x"):rep(1024 * 1024))))
    local other <close> = assert(listener.open())
    assert.equal(413, status(post(other, "code=" .. ("x"):rep(64 * 1024))))
    assert.equal(200, status(post(other, "code=" .. ("x"):rep(60 * 1024))))
  end)

  it("takes forms only, of a length told", function()
    assert.equal(415, status(post(server, "{}", "application/json")))
    assert.equal(415, status(post(server, "code=1", "text/plain")))
    assert.equal(411, status(post(server, "", nil, "Transfer-Encoding: chunked\r\n")))
    local headers = "Host: 127.0.0.1:%d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    local text = ("POST %s HTTP/1.1\r\n" .. headers .. "\r\n"):format(server.path, server.port)
    assert.equal(411, status(exchange(server, text)))
    assert.is_nil(server:step(0))
  end)

  it("asks who opened it whether an answer is of this login", function()
    local other <close> = assert(listener.open({
      accept = function(answer)
        return answer.query.state == "ours", "wrong state"
      end,
    }))
    local reply = get(other, other.path .. "?code=evil&state=theirs")
    assert.equal(403, status(reply))
    assert.is_nil(other:step(0))
    assert.equal(200, status(get(other, other.path .. "?code=1&state=ours")))
    assert.equal("1", other:wait(1).query.code)
  end)

  it("sends nothing that could be cached, framed or scripted, and names no header back", function()
    local reply = get(server, server.path .. "?code=c0de", { "Cookie: wiki_session=s3cret" })
    local head = reply:match("^(.-)\r\n\r\n")
    assert.truthy(head:find("Cache-Control: no-store", 1, true))
    assert.truthy(head:find("Content-Security-Policy: default-src 'none'", 1, true))
    assert.truthy(head:find("frame-ancestors 'none'", 1, true))
    assert.truthy(head:find("X-Content-Type-Options: nosniff", 1, true))
    assert.truthy(head:find("Referrer-Policy: same-origin", 1, true))
    assert.is_nil(reply:find("s3cret", 1, true))
    assert.is_nil(reply:find("c0de", 1, true))
    assert.is_nil(reply:find("<script", 1, true))
  end)

  it("is not held up by a client that says nothing, nor by many", function()
    local idle = {}
    for position = 1, 40 do
      idle[position] = assert(socket.connect("127.0.0.1", server.port))
      server:step(0)
    end
    idle[1]:send("GET ")
    assert.equal(200, status(get(server, server.path .. "?code=1")))
    for _, client in ipairs(idle) do
      client:close()
    end
  end)

  it("reads a request that comes byte by byte", function()
    local client = assert(socket.connect("127.0.0.1", server.port))
    local text = "GET %s?code=1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
    for byte in text:format(server.path, server.port):gmatch(".") do
      client:send(byte)
      server:step(0)
    end
    assert.equal("1", server:wait(2).query.code)
    client:close()
  end)

  it("ends the wait in time, or when its watcher says so", function()
    local answer, err = server:wait(0.05)
    assert.is_nil(answer)
    assert.equal("interaction", err.kind)
    assert.equal("timeout", err.code)
    local reason = { kind = "cancelled" }
    answer, err = server:wait(5, function()
      return nil, reason
    end)
    assert.is_nil(answer)
    assert.equal(reason, err)
  end)

  it("listens at a port and path that are given, and says when the port is taken", function()
    local port = server.port
    local other, err = listener.open({ port = port, path = "/back" })
    assert.is_nil(other)
    assert.equal("interaction", err.kind)
    assert.truthy(err.message:find(tostring(port), 1, true))
    server:close()
    local again <close> = assert(listener.open({ port = port, path = "/back" }))
    assert.equal(("http://127.0.0.1:%d/back"):format(port), again.url)
    assert.equal(200, status(get(again, "/back?code=1")))
  end)

  it("frees its port when closed, and closing twice is fine", function()
    local port = server.port
    server:close()
    server:close()
    assert.is_nil(socket.connect("127.0.0.1", port))
  end)
end)
