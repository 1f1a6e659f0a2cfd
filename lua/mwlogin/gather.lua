---Many at once: a function run over a list in tasks that share one pool. A task is a coroutine in
---which the calls of a Session yield instead of blocking; scripts need not know.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local options = require "mwlogin.options"

local OPTIONS <const> = { concurrency = "integer", progress = "function", pool = "userdata" }

local DEFAULT_CONCURRENCY <const> = 32
local LONGEST_STEP <const> = 1

---@class mwlogin.gather.Result
---@field ok boolean
---@field value any what the function returned
---@field err any what it returned instead, or the error it raised

local go_on, yield = coroutine.resume, coroutine.yield

local Gathering = {}
Gathering.__index = Gathering

---Whose a thread is: one gathering inside another steps the same pool, and is told of the other's
---tasks, too.
local gathering_of <const> = setmetatable({}, { __mode = "kv" })

local function cancelled(message)
  return errors.new {
    kind = "cancelled",
    code = "cancelled",
    message = message,
    advice = "Start again with what is left: the results tell which were done.",
  }
end

local function settle(self, task, result)
  self.results[task.index] = result
  task.index = nil
  self.running = self.running - 1
  if result.ok then
    self.done = self.done + 1
  else
    self.failed = self.failed + 1
  end
  self.changed = true
end

---A task that raised or was given up still has its `<close>` variables to close.
local function close(task)
  local ok, err = coroutine.close(task.thread)
  if not ok then
    return err
  end
end

local function finish(self, task, ok, value, err)
  if not ok then
    close(task)
    self.task_of[task.thread] = nil
    settle(self, task, { ok = false, err = value })
  elseif value == nil and err ~= nil then
    settle(self, task, { ok = false, err = err })
  else
    settle(self, task, { ok = true, value = value })
  end
end

---What a coroutine yields when the function returned: it takes the next item then.
local RETURNED <const> = {}

local function work(fn, item, pool)
  while true do
    item = yield(RETURNED, fn(item, pool))
  end
end

local function resume(self, task, ...)
  local ok, what, value, err = go_on(task.thread, ...)
  if not ok then
    finish(self, task, false, what)
  elseif what == RETURNED then
    finish(self, task, true, value, err)
    self.idle[#self.idle + 1] = task
  elseif type(what) == "number" then
    self.sleeping[task] = core.now() + what
  elseif type(what) ~= "userdata" then -- that is an exchange: the pool tells when it is done
    self.ready[#self.ready + 1] = task
  end
end

---A task that is done takes the next item in the same coroutine.
local function start(self)
  local index = self.next + 1
  local task = table.remove(self.idle)
  self.next = index
  self.running = self.running + 1
  if task then
    task.index = index
    return resume(self, task, self.list[index])
  end
  local thread = coroutine.create(work)
  task = { index = index, thread = thread }
  self.task_of[thread] = task
  gathering_of[thread] = self
  self.pool:task(thread)
  resume(self, task, self.fn, self.list[index], self.pool)
end

local function fill(self)
  while self.running < self.concurrency and self.next < #self.list and not self.pool:closed() do
    start(self)
  end
end

---Seconds until the first sleeper wakes, bounded.
local function pause(self)
  if #self.ready > 0 then
    return 0
  end
  local least = LONGEST_STEP
  if not next(self.sleeping) then
    return least
  end
  local now = core.now()
  for _, wake in pairs(self.sleeping) do
    least = math.min(least, math.max(0, wake - now))
  end
  return least
end

local function wake_sleepers(self)
  if not next(self.sleeping) then
    return
  end
  local now, awake = core.now(), {}
  for task, wake in pairs(self.sleeping) do
    if wake <= now then
      awake[#awake + 1] = task
    end
  end
  for _, task in ipairs(awake) do
    self.sleeping[task] = nil
    resume(self, task)
  end
end

local function run_ready(self)
  local ready = self.ready
  if #ready == 0 then
    return
  end
  self.ready = {}
  for _, task in ipairs(ready) do
    resume(self, task)
  end
end

local function tell(self)
  if self.progress and self.changed then
    self.changed = false
    self.progress {
      done = self.done,
      failed = self.failed,
      running = self.running,
      left = #self.list - self.done - self.failed,
      seconds = core.now() - self.began,
    }
  end
end

---The gathering a task is of resumes it when it has its turn again.
local function hand_over(thread)
  local other = gathering_of[thread]
  local task = other and other.task_of[thread]
  if task then
    other.ready[#other.ready + 1] = task
  end
end

local function step(self)
  local finished, err = self.pool:step(pause(self))
  if not finished then
    return nil, err
  end
  for _, thread in ipairs(finished) do
    local task = self.task_of[thread]
    if task then
      resume(self, task)
    else
      hand_over(thread)
    end
  end
  wake_sleepers(self)
  run_ready(self)
  return true
end

---Gives up what is left: every task's `<close>` variables are closed, every item has a result.
local function give_up(self, reason)
  local had_some
  for _, task in pairs(self.task_of) do
    if task.index then
      had_some = true
      close(task)
      self.results[task.index] = { ok = false, err = reason }
      task.index = nil
    end
  end
  if had_some and not self.pool:closed() then
    collectgarbage() -- what they had under way ends with its exchange, which nobody holds any more
  end
  for index = 1, #self.list do
    self.results[index] = self.results[index] or { ok = false, err = reason }
  end
end

local function loop(self)
  fill(self)
  tell(self)
  while self.running > 0 or self.next < #self.list do
    if self.pool:closed() then
      give_up(self, cancelled "the pool was closed meanwhile")
      return
    end
    local moved, err = step(self)
    if not moved then
      give_up(self, err)
      return
    end
    fill(self)
    tell(self)
  end
end

---Runs `fn(item, pool)` for each item, many at once; one failure never stops the others. Open
---Sessions with `{ pool = pool }`, so that they share its connections.
---@param list any[]
---@param fn fun(item: any, pool: userdata): any, any returns a value, or nil and an error
---@param opts table|nil { concurrency = 32, progress = function(counts), pool }
---@return mwlogin.gather.Result[] results in the order of the list
local function gather(list, fn, opts)
  options.check(opts, OPTIONS, "gather", 3)
  opts = opts or {}
  local concurrency = opts.concurrency or DEFAULT_CONCURRENCY
  if type(list) ~= "table" or type(fn) ~= "function" then
    error("gather takes a list and a function", 2)
  elseif concurrency < 1 then
    error("gather: option 'concurrency' must be at least 1", 2)
  end
  local self = setmetatable({
    list = list,
    fn = fn,
    concurrency = concurrency,
    progress = opts.progress,
    pool = opts.pool or core.pool { per_host = math.min(concurrency, 32) },
    results = {},
    idle = {},
    task_of = {}, -- by its coroutine; one without an index has nothing to do
    sleeping = {},
    ready = {},
    next = 0,
    running = 0,
    done = 0,
    failed = 0,
    began = core.now(),
    changed = true,
  }, Gathering)
  local _ <close> = setmetatable({}, {
    __close = function(_, reason)
      give_up(self, reason or cancelled "the gathering was given up")
      if not opts.pool then
        self.pool:close()
      end
    end,
  })
  loop(self)
  return self.results
end

return gather
