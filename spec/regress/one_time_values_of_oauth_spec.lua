---An authorization code was sent again after a 503 with Retry-After, and the verifier of OAuth 1
---after a connection that ended without an answer: the wiki may have taken either. Found by
---spec/faults/oauth_spec.lua.
local mwlogin = require "mwlogin"
local query = require "mwlogin.query"

local API <const> = "https://wiki.example.org/w/api.php"
local BACK <const> = "https://tool.example.org/back"

describe("what OAuth's server takes once", function()
  it("is an authorization code: it is not sent again, whatever is said of later", function()
    for _, status in ipairs { 429, 503 } do
      local sent = 0
      local session <close> = assert(mwlogin.open(API, {
        user_agent = "spec",
        transport = function()
          sent = sent + 1
          return { status = status, headers = { ["Retry-After"] = "1" }, body = "busy" }
        end,
      }))
      local me, err = session:login {
        client_id = "the-client",
        redirect_uri = BACK,
        redirect = function(step)
          return BACK .. "?code=c&state=" .. query.of(step.redirect_url).state
        end,
      }
      assert.is_nil(me)
      assert.equal(tostring(status), err.code)
      assert.equal(1, err.retry_after)
      assert.equal(1, sent)
    end
  end)

  it("is a verifier: it is not sent again where the connection ended", function()
    local flows, proxy = require "spec.faults.oauth_flows", require "spec.faults.proxy"
    local between = proxy.start()
    flows.start()
    for _, flow in ipairs(flows.list) do
      if flow.name == "OAuth 1 in three legs" then
        local fault = { exchange = 3, kind = "cut", at = 0 }
        local trouble, seen = require("spec.faults.round").run(between, flow, fault)
        assert.is_nil(trouble)
        assert.equal(1, #seen.spent)
        assert.same({ "oauth_verifier", true }, { seen.spent[1].kind, seen.spent[1].taken })
      end
    end
    flows.stop()
    between:stop()
  end)
end)
