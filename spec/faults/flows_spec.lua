-- A proxy of ours spoils each exchange of each flow, at many bytes and in many ways. After every
-- one: an error of the right kind, or a success that the wiki confirms; never a second password, a
-- second edit, a lost kept session, a hang, a descriptor left open, or a secret told.
--
-- MWLOGIN_FAULTS=all takes every byte (`make faults`).
local dialogue_flows = require("spec.faults.dialogue_flows")
local flows = require("spec.faults.flows")
local proxy = require("spec.faults.proxy")
local round = require("spec.faults.round")

local ROW <const> = "exchanges spoiled by a proxy: cut, reset, delayed, doubled, stale, 429 to 504"

describe("through a proxy that spoils one exchange,", function()
  local between

  setup(function()
    between = proxy.start()
    dialogue_flows.start()
  end)

  teardown(function()
    dialogue_flows.stop()
    between:stop()
  end)

  for _, list in ipairs({ flows.list, dialogue_flows.list }) do
    for _, flow in ipairs(list) do
      it(flow.name .. " ends well or in an error of the right kind", function()
        round.each(between, flow, ROW)
      end)
    end
  end
end)
