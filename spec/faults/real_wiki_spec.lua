-- The same proxy in front of a real MediaWiki: its own framing, its own sessions.
local counts = require("spec.security.counts")
local mwlogin = require("mwlogin")
local proxy = require("spec.faults.proxy")
local real = require("spec.wiki")
local shared = require("spec.shared")

local ROW <const> = "exchanges with a real MediaWiki spoiled by a proxy"

describe("a real wiki behind a proxy that spoils one exchange", function()
  local wiki = shared(real.start)
  local between = shared(proxy.start)

  lazy_setup(function()
    between:wiki({ real = wiki.port })
  end)

  local FLOWS <const> = {
    { name = "clientlogin", exchanges = 3, method = "clientlogin" },
    { name = "bot password", exchanges = 3, method = "botpassword" },
  }

  local FAULTS <const> = {
    { kind = "cut", at = 0 },
    { kind = "cut", at = 100 },
    { kind = "reset", at = 300 },
    { kind = "drop", at = 60 },
    { kind = "trickle" },
    { kind = "double" },
    { kind = "swap" },
    { kind = "status", status = 502, unasked = true },
    { kind = "status", status = 504, believable = true },
  }

  local RIGHT <const> = { network = true, protocol = true, http = true }

  local function credentials(method)
    if method == "botpassword" then
      return { username = wiki.botpassword.name, password = wiki.botpassword.password }
    end
    return { username = "Alice", password = wiki.accounts.Alice, method = method }
  end

  for _, flow in ipairs(FLOWS) do
    it("sees " .. flow.name .. " end well or in an error of the right kind", function()
      for exchange = 1, flow.exchanges do
        for _, fault in ipairs(FAULTS) do
          fault.exchange = exchange
          between:arm(fault)
          local before = between:seen().passwords
          local session <close> = assert(mwlogin.open(between.api, { user_agent = "faults" }))
          local me, err = session:login(credentials(flow.method))
          local label = ("%s at exchange %d: %s"):format(fault.kind, exchange, tostring(err))
          assert.is_true(between:seen().passwords - before <= 1, label)
          between:arm({})
          if me then
            assert.equal("Alice", assert(session:whoami()).name, label)
          else
            assert.is_true(RIGHT[err.kind], label)
          end
          counts.record(ROW, 1, 0)
        end
      end
    end)
  end
end)
