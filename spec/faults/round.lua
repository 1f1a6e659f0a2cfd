--- One round: a flow through the proxy with one fault, and what is wrong with what came of it.
local counts = require("spec.security.counts")
local damage = require("spec.faults.damage")
local flows = require("spec.faults.flows")
local lfs = require("lfs")
local judge = require("spec.hostile.judge")
local mwlogin = require("mwlogin")
local socket = require("socket")
local telling = require("spec.faults.telling")

local round = {}

-- Seconds: what each of a flow's exchanges may take, and waiting, on a busy machine.
local BOUND <const> = 20

local MOST_SHOWN <const> = 5

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

-- With these an answer comes whole, whatever follows it.
local WHOLE <const> = { delay = true, trickle = true, none = true, double = true, echo = true }

local function is_whole(fault, exchange)
  return fault.exchange ~= exchange or WHOLE[fault.kind] ~= nil
end

-- An answer that comes a second time may be read as the next one's, which is lost then; and so on.
local function may_be_lost(fault, exchange)
  return not is_whole(fault, exchange) or fault.kind == "echo" and exchange > fault.exchange
end

-- Whether the server has renewed the tokens, and nobody may have heard of it.
local function is_access_lost(seen, fault)
  for _, spent in ipairs(seen.spent) do
    if spent.kind == "refresh_token" and spent.taken and may_be_lost(fault, spent.exchange) then
      return true
    end
  end
  return false
end

local function has_ended(err)
  return err.kind == "interaction" and err.code == "access-ended"
end

-- What is wrong with an error; the wiki may say itself what became of a spoiled request.
local function error_trouble(seen, fault, err)
  if HARMLESS[fault.kind] then
    return "fails: " .. tostring(err)
  elseif has_ended(err) then
    return not is_access_lost(seen, fault) and "says that the access has ended, which it has not"
      or judge.error(err)
  elseif KINDS[fault.kind] and not KINDS[fault.kind][err.kind] then
    return ("is an error of kind %s (%s)"):format(err.kind, tostring(err))
  end
  return judge.error(err)
end

local function identity_of(session)
  local me, why
  for _ = 1, TRIES do
    me, why = session:whoami()
    if me then
      break
    end
  end
  return me, why
end

-- What is wrong with what the flow returned; nil: nothing.
local function outcome_trouble(flow, fault, session, seen, value, err)
  if value == nil then
    return error_trouble(seen, fault, err)
  elseif flow.edits then
    return nil -- the count of edits tells
  elseif flow.outcome then
    return flow.outcome(session, value, seen.facts)
  end
  local me, why = identity_of(session)
  local who = flow.who or "Alice"
  if not me then
    return "a success, yet the wiki does not say who: " .. tostring(why)
  elseif me.name ~= who or value.name ~= who then
    return ("a success as %s, who is %s"):format(tostring(value.name), me.name)
  end
end

-- A code and a verifier go out once; a refresh token as long as no answer to it has come whole.
local function spending_trouble(fault, seen)
  local over = {}
  for _, spent in ipairs(seen.spent) do
    if over[spent.value] then
      return ("a %s was sent again"):format(spent.kind)
    end
    over[spent.value] = spent.kind ~= "refresh_token"
      or spent.taken and not may_be_lost(fault, spent.exchange)
  end
end

local function count_trouble(flow, fault, seen, value, before)
  local passwords = seen.passwords - before.passwords
  local edits = seen.edits - before.edits
  if passwords > flow.passwords then
    return ("%d passwords were sent"):format(passwords)
  elseif flow.edits and (edits > 1 or (value ~= nil and edits ~= 1)) then
    return ("%d edits were made, and it returned %s"):format(edits, tostring(value))
  end
  return spending_trouble(fault, seen)
end

-- What was kept must still log in, without a password and without a person.
local function store_trouble(between, flow, store, is_lost)
  between:arm({})
  local sent = between:seen().passwords
  local session <close> = flows.open(between, flow, { store = store, account = flow.account })
  local me, err = session:login(flow.kept or {})
  if not me then
    return not (is_lost and has_ended(err)) and "what was kept is lost: " .. tostring(err) or nil
  elseif me.name ~= (flow.who or "Alice") or between:seen().passwords ~= sent then
    return "what was kept is somebody else's, or a password was sent"
  end
end

-- A Session that was logged in before the fault still is, unless nobody could know better.
local function later_trouble(flow, fault, session, is_lost)
  if not flow.lasts then
    return nil
  end
  local me, err = identity_of(session)
  if not me then
    local honest = is_lost and has_ended(err) or fault.kind == "echo"
    return not honest and "its login is lost: " .. tostring(err) or nil
  elseif me.name ~= (flow.who or "Alice") then
    return "later it is " .. me.name
  end
end

local function new_store(flow)
  if type(flow.store) == "function" then
    return flow.store()
  end
  local pipe <close> = assert(io.popen("mktemp -d -t mwlogin-faults.XXXXXX"))
  local folder = pipe:read("l")
  return mwlogin.store.file({ folder = folder }), folder
end

-- The Session that the flow goes on with; what goes before it is not spoiled.
local function prepared(between, flow, store, stalls, trace)
  if flow.store then
    do
      local first <close> = flows.open(between, flow, { store = store, account = flow.account })
      flow.before(first)
    end
    if flow.meanwhile then
      flow.meanwhile(store)
    end
    local more = { store = store, account = flow.account, trace = trace }
    return flows.open(between, flow, more, stalls)
  end
  local why
  for _ = 1, TRIES do
    local session = flows.open(between, flow, { trace = trace }, stalls)
    local done
    done, why = true, nil
    if flow.before then
      done, why = pcall(flow.before, session)
    end
    if done then
      return session
    end
    session:close()
  end
  error("what goes before the fault does not succeed: " .. tostring(why))
end

--- Goes through it.
---@param between table spec.faults.proxy
---@param flow table of spec.faults.flows
---@param fault table as `between:arm` takes it
---@return string|nil trouble
---@return table seen what the proxy saw
function round.run(between, flow, fault)
  local held = descriptors()
  between:wiki(type(flow.wiki) == "function" and flow.wiki() or flow.wiki)
  between:arm({})
  local store, folder
  if flow.store then
    store, folder = new_store(flow)
  end
  local told = telling.new()
  local session = prepared(between, flow, store, fault.kind == "stall", told.trace)
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
    trouble = count_trouble(flow, fault, seen, value, before)
      or told:trouble(err, flow.secrets, before.secrets, seen.secrets)
      or outcome_trouble(flow, fault, session, seen, value, err)
      or later_trouble(flow, fault, session, is_access_lost(seen, fault))
  end
  session:close()
  if flow.store then
    trouble = trouble or store_trouble(between, flow, store, is_access_lost(seen, fault))
  end
  if folder then
    os.execute("rm -rf '" .. folder .. "'")
  end
  local holds = descriptors()
  if not trouble and holds ~= held then
    trouble = ("%d descriptors are left open"):format(holds - held)
  end
  return trouble, seen
end

--- Spoils each exchange of a flow in each way; raises where one ends as it must not.
---@param between table spec.faults.proxy
---@param flow table of spec.faults.flows
---@param row string of doc/security.md's table
function round.each(between, flow, row)
  local trouble, seen = round.run(between, flow, { kind = "none" })
  assert(not trouble, trouble)
  local cases, troubles = 0, {}
  for exchange, sizes in ipairs(seen.sizes) do
    for _, fault in ipairs(damage.of(sizes, flow, exchange)) do
      fault.exchange = exchange
      cases = cases + 1
      trouble = round.run(between, flow, fault)
      if trouble then
        troubles[#troubles + 1] = damage.words(flow, fault) .. ": " .. trouble
      end
    end
  end
  counts.record(row, cases, #troubles)
  local shown = os.getenv("MWLOGIN_SHOW") and #troubles or math.min(MOST_SHOWN, #troubles)
  assert(#troubles == 0, table.concat(troubles, "\n", 1, shown))
end

return round
