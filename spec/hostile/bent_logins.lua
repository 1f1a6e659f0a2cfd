---Logins in which something is bent or cut on its way: each ends in a whole error, unless what
---counts was said all the same.
local counts = require("spec.security.counts")
local judge = require("spec.hostile.judge")

local bent_logins = {}

local MOST_SHOWN <const> = 5

---@param log_in fun(bent: table): table|nil, table|nil a login; identity, or nil and the error
---@param bent table for it
---@param may_pass boolean whether it may go through
---@return string|nil trouble
local function trouble_of(log_in, bent, may_pass)
  local called, me, err = pcall(log_in, bent)
  if not called then
    return "raised: " .. tostring(me)
  elseif me == nil then
    return judge.error(err)
  end
  return judge.identity(me) or not may_pass and "success, though the answer was bent" or nil
end

---Tries one login for each text.
---@param row string of doc/security.md's table, where the cases are counted
---@param log_in fun(bent: table): table|nil, table|nil
---@param texts fun(try: fun(text: string, label: string))
---@param bend fun(text: string): table what to log in with
---@param may_pass fun(text: string): boolean
function bent_logins.try(row, log_in, texts, bend, may_pass)
  local cases, troubles = 0, {}
  texts(function(text, label)
    cases = cases + 1
    local trouble = trouble_of(log_in, bend(text), may_pass(text))
    if trouble then
      troubles[#troubles + 1] = ("%s: %s\n  %s"):format(label, trouble, text:sub(1, 300))
    end
  end)
  counts.record(row, cases, #troubles)
  assert(#troubles == 0, table.concat(troubles, "\n", 1, math.min(MOST_SHOWN, #troubles)))
  assert(cases > (os.getenv "MWLOGIN_SAMPLE" and 0 or 10), "hardly anything was tried")
end

---Every text that a connection which breaks off leaves of this one.
---@param text string
---@param label string
function bent_logins.cuts(text, label)
  return function(try)
    for length = 0, #text - 1 do
      try(text:sub(1, length), label .. " cut")
    end
  end
end

return bent_logins
