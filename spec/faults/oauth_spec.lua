-- The same proxy in front of OAuth's servers. What was promised by a person is not to be lost on
-- the way: a code and a verifier go out once, a refresh token no more once its answer has come, and
-- where the wiki has renewed what nobody heard of, that is said (interaction, access-ended).
local oauth_flows = require("spec.faults.oauth_flows")
local proxy = require("spec.faults.proxy")
local round = require("spec.faults.round")

local ROW <const> = "exchanges with OAuth's servers spoiled by a proxy"

describe("through a proxy that spoils one exchange of OAuth,", function()
  local between

  setup(function()
    between = proxy.start()
    oauth_flows.start()
  end)

  teardown(function()
    oauth_flows.stop()
    between:stop()
  end)

  for _, flow in ipairs(oauth_flows.list) do
    it(flow.name .. " ends well or in an error of the right kind", function()
      round.each(between, flow, ROW)
    end)
  end
end)
