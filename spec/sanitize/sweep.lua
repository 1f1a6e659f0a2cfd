---Takes a walk again and again, each time with another allocation refused, in the interpreter of
---spec/sanitize/starve.c; counts, and tells of what was left behind or came to no error.
local sweep = {}

local MOST_SHOWN <const> = 10

---Blocks that csrc/curl_memory.c keeps for libcurl, and what libraries set up once: a bound,
---however often memory ran out. What nobody holds any more, LeakSanitizer finds at the end.
local KEPT <const> = 128

local starve = rawget(_G, "starve")
local cases, findings = 0, 0

function sweep.complain(format, ...)
  findings = findings + 1
  if findings <= MOST_SHOWN then
    print(format:format(...))
  end
end

---What is held when everything that can be collected is.
local function settle()
  collectgarbage()
  collectgarbage()
  return starve.held()
end

---@param walk { name: string, act: function, every: integer, may_fail: boolean? } `act` is given a
--- number of its own each time; `every`: of very many allocations, each so many-th
---@param once boolean only one allocation is refused, not all after it
---@param number integer of the first time
---@return integer number of the next time
local function take(walk, once, number)
  walk.act(number) -- what libraries set up once
  local before = settle()
  collectgarbage "stop"
  starve.at(0, false, true)
  walk.act(number + 1)
  local total = starve.feed()
  collectgarbage "restart"
  number = number + 2
  for at = 1, total, walk.every do
    collectgarbage "stop"
    starve.at(at, once, true)
    local ok, err = pcall(walk.act, number)
    local refused = starve.feed() >= at
    collectgarbage "restart"
    number = number + 1
    cases = cases + (refused and 1 or 0)
    if ok and refused and not once and not walk.may_fail then
      sweep.complain("%s: nothing failed though memory ran out at allocation %d", walk.name, at)
    elseif not ok and err == nil then
      sweep.complain("%s: allocation %d ends in no error", walk.name, at)
    end
    local left = settle() - before
    if left > KEPT then
      sweep.complain("%s: allocation %d of %d leaves %d blocks", walk.name, at, total, left)
    end
  end
  local unwiped, where = starve.unwiped()
  if unwiped > 0 then
    sweep.complain(
      "%s: %d blocks with a secret were freed as they were\n%s",
      walk.name,
      unwiped,
      where
    )
  end
  print(
    ("%s: %d allocations, %s"):format(walk.name, total, once and "one fails" or "the rest fails")
  )
  return number
end

---Both ways: one allocation fails, or that and all after it.
---@return integer number of the times the walk was taken
function sweep.both(walk)
  return take(walk, false, take(walk, true, 1)) - 1
end

---Adds the counts to a row of doc/security.md's table, and fails if there were findings.
---@param row string
function sweep.finish(row)
  require("spec.security.counts").record(row, cases, findings)
  print(("%d allocations refused, %d findings"):format(cases, findings))
  assert(findings == 0)
end

return sweep
