-- A host that begins like a loopback address was taken for this machine, so that a password would
-- have gone to it over plain http.
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

describe("a host that looks like this machine", function()
  for _, host in ipairs({ "127.0.0.1.example.org", "127.example.org", "localhost.example.org" }) do
    it("gets no secret over http: " .. host, function()
      local wiki = testing.wiki({
        api = ("http://%s/w/api.php"):format(host),
        accounts = { Alice = { password = "open sesame" } },
      })
      local session <close> = assert(mwlogin.open(wiki.api, {
        user_agent = "spec",
        transport = wiki.transport,
      }))
      local me, err = session:login({ username = "Alice", password = "open sesame" })
      assert.is_nil(me)
      assert.equal("tls", err.kind)
      for _, request in ipairs(wiki.requests) do
        assert.equal("GET", request.method)
      end
    end)
  end
end)
