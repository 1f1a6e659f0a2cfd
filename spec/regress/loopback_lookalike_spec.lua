-- A host that begins like a loopback address was taken for this machine, so that a password would
-- have gone to it over plain http.
local mwlogin = require("mwlogin")

describe("a host that looks like this machine", function()
  for _, host in ipairs({ "127.0.0.1.example.org", "127.example.org", "localhost.example.org" }) do
    it("gets no secret over http: " .. host, function()
      local sent = {}
      local session <close> = assert(mwlogin.open(("http://%s/api.php"):format(host), {
        user_agent = "spec",
        transport = function(request)
          sent[#sent + 1] = request
          return { status = 200, headers = {}, body = '{"query":{}}' }
        end,
      }))
      local me, err = session:login({
        username = "Alice@tool",
        password = ("0123456789abcdef"):rep(2),
      })
      assert.is_nil(me)
      assert.is_truthy(err)
      for _, request in ipairs(sent) do
        assert.equal("GET", request.method)
        assert.is_nil((request.url .. (request.body or "")):find("0123456789abcdef", 1, true))
      end
    end)
  end
end)
