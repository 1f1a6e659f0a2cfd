-- A proxy of ours spoils each exchange of each flow, at many bytes and in many ways. After every
-- one: an error of the right kind, or a success that the wiki confirms; never a second password, a
-- second edit, a lost kept session, a hang, or a descriptor left open.
--
-- MWLOGIN_FAULTS=all takes every byte (`make faults`).
local counts = require("spec.security.counts")
local flows = require("spec.faults.flows")
local proxy = require("spec.faults.proxy")
local round = require("spec.faults.round")

local ROW <const> = "exchanges spoiled by a proxy: cut, reset, delayed, doubled, stale, 429 to 504"
local ALL <const> = os.getenv("MWLOGIN_FAULTS") == "all"
local MOST_SHOWN <const> = 5

-- The bytes of a message of `size` at which it is spoiled.
local function places(size)
  if not ALL then
    return { 0, 1, 12, 40, size // 3, size // 2, size - 2, size - 1 }
  end
  local list = {}
  for at = 0, size - 1 do
    list[#list + 1] = at
  end
  return list
end

local function statuses(add)
  for _, status in ipairs({ 429, 500, 502, 503, 504 }) do
    for _, wait in ipairs({ false, 1 }) do
      for _, believable in ipairs({ false, true }) do
        for _, unasked in ipairs({ false, true }) do
          add({
            kind = "status",
            status = status,
            retry_after = wait or nil,
            believable = believable and not unasked,
            unasked = unasked,
          })
        end
      end
    end
  end
end

-- All that may happen to one exchange of these sizes.
local function faults_of(sizes)
  local list = {}
  local function add(fault)
    list[#list + 1] = fault
  end
  local request, response = sizes[1], sizes[2]
  for _, at in ipairs(places(response)) do
    add({ kind = "cut", at = at })
    add({ kind = "reset", at = at })
  end
  for _, at in ipairs(places(request)) do
    add({ kind = "drop", at = math.max(at, 1) })
    add({ kind = "drop", at = math.max(at, 1), hard = true })
  end
  for _, at in ipairs(ALL and { 0, 1, response // 2, response - 1 } or { response // 2 }) do
    add({ kind = "stall", at = at })
    add({ kind = "delay", at = at })
  end
  for _, kind in ipairs({ "trickle", "double", "echo", "stale", "swap" }) do
    add({ kind = kind, at = 0 })
  end
  statuses(add)
  return list
end

local function described(flow, fault)
  local words = {}
  for _, name in ipairs({ "status", "retry_after", "believable", "unasked", "hard" }) do
    if fault[name] then
      words[#words + 1] = ("%s %s"):format(name, fault[name])
    end
  end
  return ("%s, exchange %d, %s at byte %s %s"):format(
    flow.name,
    fault.exchange,
    fault.kind,
    fault.at or "-",
    table.concat(words, ", ")
  )
end

describe("through a proxy that spoils one exchange,", function()
  local between

  setup(function()
    between = proxy.start()
  end)

  teardown(function()
    between:stop()
  end)

  for _, flow in ipairs(flows.list) do
    it(flow.name .. " ends well or in an error of the right kind", function()
      local trouble, seen = round.run(between, flow, { kind = "none" })
      assert.is_nil(trouble)
      local cases, troubles = 0, {}
      for exchange, sizes in ipairs(seen.sizes) do
        for _, fault in ipairs(faults_of(sizes)) do
          fault.exchange = exchange
          cases = cases + 1
          trouble = round.run(between, flow, fault)
          if trouble then
            troubles[#troubles + 1] = described(flow, fault) .. ": " .. trouble
          end
        end
      end
      counts.record(ROW, cases, #troubles)
      local shown = os.getenv("MWLOGIN_SHOW") and #troubles or math.min(MOST_SHOWN, #troubles)
      assert(#troubles == 0, table.concat(troubles, "\n", 1, shown))
    end)
  end
end)
