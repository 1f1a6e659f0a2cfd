-- Who sent a return address and reset the connection at once could not be asked who they were, and
-- were taken for the person: their answer counted. (As another user: spec/security/listener_spec.)
local listener = require("mwlogin.listener")
local socket = require("socket")

describe("the listener", function()
  for _, how in ipairs({ "closed", "reset" }) do
    it("takes no answer over a connection that its sender has " .. how, function()
      local server <close> = assert(listener.open())
      local text = "GET %s?code=x HTTP/1.1\r\nHost: %s\r\n\r\n"
      local client = assert(socket.connect("127.0.0.1", server.port))
      if how == "reset" then
        client:setoption("linger", { on = true, timeout = 0 })
      end
      assert(client:send(text:format(server.path, server.authority)))
      client:close()
      for _ = 1, 20 do
        assert.is_nil(server:step(0.01))
      end
      assert.is_nil(server.answer)
    end)
  end
end)
