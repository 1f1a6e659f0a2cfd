---A busted helper: each spec runs as it is, with its allocations counted, and then again
---(STARVE_TIMES, by default once) with one of them refused, drawn by STARVE_SEED. The second time
---its assertions may fail, for want of memory; it must not crash, leak, hang, or free a secret as
---it was. Only specs that took no longer than STARVE_LONGEST seconds have a second time.
local busted = require "busted"
local core = require "mwlogin.core"
local lfs = require "lfs"
local monotime = require("system").monotime

local TIMES <const> = math.tointeger(tonumber(os.getenv "STARVE_TIMES" or 1))
local SEED <const> = math.tointeger(tonumber(os.getenv "STARVE_SEED" or 1))
local LONGEST <const> = tonumber(os.getenv "STARVE_LONGEST" or 0.3)
local BOUND <const> = 60 -- seconds in which a spec that was refused memory must end
local ROW <const> = "specs run again without memory, at an allocation"
---What one file may leave behind that is not collected: libraries set things up once.
local DESCRIPTORS <const>, BLOCKS <const> = 8, 4096

---Files whose specs have no second time: one that ends half-way fails the next.
local ONCE <const> = {
  ["spec/redirect/broken_browser_spec.lua"] = "an environment without browsers is left to the next",
  ["spec/doc/blocks_spec.lua"] = "a block of a page goes on with what the one before it left",
  ["spec/redirect/driven_spec.lua"] = "looks for what browsers and drivers of any spec left",
  ["spec/redirect/scratch_spec.lua"] = "looks for folders that any spec of it left",
}

---What spec/sanitize/starve.c gives.
local starve = rawget(_G, "starve")

local children_log = os.tmpname()

---Allocations of the programs that were started since; how many of them were refused.
local function of_children()
  local asked, refused = 0, 0
  for line in io.lines(children_log) do
    local one, no = line:match "^(%d+) (%d+)$"
    asked, refused = math.max(asked, tonumber(one or 0)), refused + tonumber(no or 0)
  end
  assert(io.open(children_log, "w")):close()
  return asked, refused
end

local new_secret = core.secret
rawset(core, "secret", function(...)
  local secret = new_secret(...)
  starve.secret(secret:reveal())
  return secret
end)

math.randomseed(SEED)
local again = {} -- the functions that run a spec again
local last = {}
local cases, findings = 0, 0

local function complain(name, format, ...)
  findings = findings + 1
  print(("STARVED %s: %s"):format(name, format:format(...)))
end

local function text_of(err)
  if type(err) == "table" and type(rawget(err, "message")) ~= "nil" then
    return text_of(rawget(err, "message"))
  end
  return tostring(err)
end

local function run_counted(run, ...)
  starve.children(0, children_log)
  starve.at(0)
  local began = monotime()
  last.asked, last.of_children = 0, 0
  local _ <close> = setmetatable({}, {
    __close = function()
      last.asked = starve.feed()
      last.of_children = of_children()
      last.seconds = monotime() - began
    end,
  })
  run(...)
end

local function run_starved(name, run, ...)
  local here, elsewhere = last.asked, last.of_children
  if here + elsewhere == 0 or last.seconds > LONGEST then
    return
  end
  local in_child = elsewhere > 0 and (here == 0 or math.random(2) == 1)
  local at = math.random(in_child and elsewhere or here)
  starve.children(in_child and at or 0, children_log)
  starve.bound(BOUND, ("%s, allocation %d"):format(name, at))
  collectgarbage "stop" -- a finalizer that Lua has no memory to call is never called
  starve.at(in_child and 0 or at, true)
  local ok, err = pcall(run, ...)
  local _, refused = starve.feed()
  collectgarbage "restart"
  starve.bound(0)
  starve.children(0, children_log)
  local _, refused_elsewhere = of_children()
  if refused + refused_elsewhere == 0 then
    return
  end
  cases = cases + 1
  local unwiped, where = starve.unwiped()
  if unwiped > 0 then
    complain(name, "allocation %d: a secret was freed as it was\n%s", at, where)
  end
  local told = ok and "" or text_of(err)
  err = nil -- luacheck: ignore 311 (what it holds can be collected)
  collectgarbage()
  collectgarbage()
  if told:find("stopped: it took too long", 1, true) then
    complain(name, "allocation %d: it did not end", at)
  elseif not ok and os.getenv "STARVE_VERBOSE" then
    print(("refused %s, %s %d: %s"):format(name, in_child and "child" or "here", at, told))
  end
end

local registering = false

busted.subscribe({ "register", "it" }, function(name, run, trace, attributes)
  if registering or not run then
    return nil, true
  end
  registering = true
  busted.publish({ "register", "it" }, name, run, trace, attributes)
  local file = trace and trace.short_src and trace.short_src:match "spec/.*$"
  for _ = 1, ONCE[file] and 0 or TIMES do
    local function second(...)
      return run_starved(name, run, ...)
    end
    again[second] = true
    busted.publish({ "register", "it" }, name, second, trace, attributes)
  end
  registering = false
  return nil, false
end, { priority = 1 })

---A second time is no spec of its own: nobody else hears of it.
busted.subscribe({ "test", "start" }, function(element)
  if again[element.run] then
    return nil, false
  end
  local run = element.run
  element.run = function(...)
    return run_counted(run, ...)
  end
  return nil, true
end, { priority = 1 })

busted.subscribe({ "test", "end" }, function(element)
  return nil, not again[element.run]
end, { priority = 1 })

local function settled()
  collectgarbage()
  collectgarbage()
  local descriptors = 0
  for _ in lfs.dir "/proc/self/fd" do
    descriptors = descriptors + 1
  end
  return { descriptors = descriptors, blocks = starve.held() }
end

local before

busted.subscribe({ "file", "start" }, function()
  before = settled()
  before.began, before.cases = monotime(), cases
  return nil, true
end)

busted.subscribe({ "file", "end" }, function(file)
  local after = settled()
  local descriptors = after.descriptors - before.descriptors
  local blocks = after.blocks - before.blocks
  if descriptors > DESCRIPTORS or blocks > BLOCKS then
    complain(file.name, "leaves %d descriptors and %d blocks", descriptors, blocks)
  end
  if os.getenv "STARVE_TIMES" then -- a long run: how far it is
    local seconds, refused = monotime() - before.began, cases - before.cases
    print(("%8.1f s  %5d refused  %s"):format(seconds, refused, file.name))
    io.stdout:flush()
  end
  return nil, true
end)

busted.subscribe({ "suite", "end" }, function()
  os.remove(children_log)
  print(("allocations refused: %d, findings: %d (seed %d)"):format(cases, findings, SEED))
  local path = os.getenv "STARVE_CASES"
  if path then
    local file <close> = assert(io.open(path, "a"))
    file:write(("%s\t%d\t%d\n"):format(ROW, cases, findings))
  end
  return nil, true
end)
