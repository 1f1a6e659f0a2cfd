--- One round: a flow through the proxy with one fault, and what is wrong with what came of it.
local flows = require("spec.faults.flows")
local lfs = require("lfs")
local judge = require("spec.hostile.judge")
local mwlogin = require("mwlogin")
local socket = require("socket")

local round = {}

-- Seconds: what each of a flow's exchanges may take, and waiting, on a busy machine.
local BOUND <const> = 20

--- How many descriptors this process holds.
local function descriptors()
  local count = 0
  for _ in lfs.dir("/proc/self/fd") do
    count = count + 1
  end
  return count
end

-- Where a server stalls the time-out is short, and a busy machine may be slower for once.
local TRIES <const> = 5

local KINDS <const> = {
  cut = { network = true, protocol = true },
  reset = { network = true, protocol = true },
  stall = { network = true, protocol = true },
  drop = { network = true },
  status = { http = true, throttled = true },
}

-- These change nothing that a client may notice.
local HARMLESS <const> = { delay = true, trickle = true, none = true }

-- What is wrong with what the flow returned; nil: nothing.
local function outcome_trouble(flow, fault, session, value, err)
  if value == nil then
    if HARMLESS[fault.kind] then
      return "fails: " .. tostring(err)
    elseif KINDS[fault.kind] and not KINDS[fault.kind][err.kind] then
      return ("is an error of kind %s (%s)"):format(err.kind, tostring(err))
    end
    return judge.error(err)
  elseif flow.edits then
    return nil -- the count of edits tells
  end
  local me, why
  for _ = 1, TRIES do
    me, why = session:whoami()
    if me then
      break
    end
  end
  if not me then
    return "a success, yet the wiki does not say who: " .. tostring(why)
  elseif me.name ~= "Alice" or value.name ~= "Alice" then
    return ("a success as %s, who is %s"):format(tostring(value.name), me.name)
  end
end

local function count_trouble(flow, seen, value, before)
  local passwords = seen.passwords - before.passwords
  local edits = seen.edits - before.edits
  if passwords > flow.passwords then
    return ("%d passwords were sent"):format(passwords)
  elseif flow.edits and (edits > 1 or (value ~= nil and edits ~= 1)) then
    return ("%d edits were made, and it returned %s"):format(edits, tostring(value))
  end
end

-- What was kept must still log in, without a password.
local function store_trouble(between, flow, store)
  between:arm({})
  local sent = between:seen().passwords
  local session <close> = flows.open(between.api, { store = store, account = "Alice" })
  local me, err = session:login({})
  if not me then
    return ("%s: what was kept is lost: %s"):format(flow.name, tostring(err))
  elseif me.name ~= "Alice" or between:seen().passwords ~= sent then
    return "what was kept is somebody else's, or a password was sent"
  end
end

local function new_store()
  local pipe <close> = assert(io.popen("mktemp -d -t mwlogin-faults.XXXXXX"))
  local folder = pipe:read("l")
  return mwlogin.store.file({ folder = folder }), folder
end

-- The Session that the flow goes on with; what goes before it is not spoiled.
local function prepared(between, flow, store, stalls)
  if flow.store then
    local first <close> = flows.open(between.api, { store = store })
    flow.before(first)
    return flows.open(between.api, { store = store }, stalls)
  end
  for _ = 1, TRIES do
    local session = flows.open(between.api, nil, stalls)
    if not flow.before or pcall(flow.before, session) then
      return session
    end
    session:close()
  end
  error("what goes before the fault does not succeed")
end

--- Goes through it.
---@param between table spec.faults.proxy
---@param flow table of spec.faults.flows
---@param fault table as `between:arm` takes it
---@return string|nil trouble
---@return table seen what the proxy saw
function round.run(between, flow, fault)
  local held = descriptors()
  between:wiki(flow.wiki)
  between:arm({})
  local store, folder
  if flow.store then
    store, folder = new_store()
  end
  local session = prepared(between, flow, store, fault.kind == "stall")
  local before = between:seen()
  between:arm(fault)
  local began = socket.gettime()
  local done, value, err = pcall(flow.act, session)
  local took = socket.gettime() - began
  local seen = between:seen()
  between:arm({})
  local trouble
  if not done then
    trouble = "raised: " .. tostring(value)
  elseif took > BOUND then
    trouble = ("took %.1f seconds"):format(took)
  else
    trouble = count_trouble(flow, seen, value, before)
      or outcome_trouble(flow, fault, session, value, err)
  end
  session:close()
  if flow.store then
    trouble = trouble or store_trouble(between, flow, store)
    os.execute("rm -rf '" .. folder .. "'")
  end
  local holds = descriptors()
  if not trouble and holds ~= held then
    trouble = ("%d descriptors are left open"):format(holds - held)
  end
  return trouble, seen
end

return round
