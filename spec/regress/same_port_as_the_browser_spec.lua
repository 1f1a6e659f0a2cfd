-- Who a connection comes from was looked up by its port alone: another user of the machine who took
-- the port of one of the browser's own connections, on another address of loopback, passed for the
-- person, and could answer the login.
local core = require("mwlogin.core")
local listener = require("mwlogin.listener")
local socket = require("socket")

describe("the listener", function()
  local is_root = assert(io.popen("id -u")):read("n") == 0

  -- Tries each of the ports on some addresses of loopback: whose line of the kernel's table comes
  -- first, hangs on the address.
  local FORGE <const> = [[
    local socket = require("socket")
    local to, path = tonumber(arg[1]), arg[2]
    local text = "GET %s?code=forged HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
    for position = 3, #arg do
      for last = 12 * position, 12 * position + 2 do
        local client = socket.tcp()
        client:settimeout(10)
        client:setoption("reuseaddr", true)
        assert(client:bind("127.0.0." .. last, tonumber(arg[position])))
        assert(client:connect("127.0.0.1", to))
        client:send(text:format(path, to))
        print((client:receive("*l")))
        client:close()
      end
    end]]

  it("takes no answer from another user with the port of a connection of ours", function()
    assert(is_root, "this needs another user to play, so that it is run as root")
    local server <close> = assert(listener.open())
    -- browsers open connections before they need them
    local ours, ports = {}, {}
    for number = 1, 14 do
      local from = number % 2 == 0 and "127.0.0.1" or "127.0.0.250"
      ours[number] = assert(socket.connect("127.0.0.1", server.port, from, 0))
      ports[number] = tostring(select(2, ours[number]:getsockname()))
    end
    local path = os.tmpname()
    local file <close> = assert(io.open(path, "w"))
    file:write(FORGE)
    file:flush()
    assert(os.execute("chmod 644 " .. path))
    local argv = { "setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups" }
    local words = { "lua5.4", path, tostring(server.port), server.path, table.unpack(ports) }
    table.move(words, 1, #words, #argv + 1, argv)
    local process <close> = assert(core.process(argv, { stdout = "pipe", stderr = "inherit" }))
    local lines = {}
    local deadline = core.now() + 60
    while #lines < 42 and core.now() < deadline do
      assert.is_nil(server:step(0.005))
      lines[#lines + 1] = process:read(1, { stop = "\n", timeout = 0 })
    end
    os.remove(path)
    assert.equal(42, #lines)
    for _, line in ipairs(lines) do
      assert.equal("HTTP/1.1 403 Forbidden", line)
    end
  end)

  it("knows its own user by either kind of address", function()
    for _, host in ipairs({ "127.0.0.1", "::1" }) do
      local server = listener.open({ host = host })
      if server or host == "127.0.0.1" then -- a machine may have no IPv6
        local client = assert(socket.connect(host, server.port))
        client:send(("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n"):format(server.path, server.authority))
        local answer
        for _ = 1, 100 do
          answer = answer or server:step(0.01)
        end
        assert.truthy(answer, host)
        client:close()
        server:close()
      end
    end
  end)
end)
