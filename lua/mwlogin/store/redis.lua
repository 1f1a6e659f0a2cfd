---A store for a fleet, in Redis, over a client the user brings. The lock expires, so that a machine
---that dies frees it; who took it last is kept, and what an earlier holder writes then is refused.
local errors = require "mwlogin.error"
local options = require "mwlogin.options"

local redis = {}

local Redis = {}
Redis.__index = Redis
Redis.__name = "mwlogin.store.redis"

local DEFAULT_PREFIX <const> = "mwlogin:"
local DEFAULT_LOCK_SECONDS <const> = 120

---Takes the lock; 0 when somebody else holds it. The last holder is a name and no number: a server
---that restarts empty would count from one again, and take a late holder for the newest. Like the
---other scripts it may be sent twice.
local TAKE <const> = [[
local held = redis.call("get", KEYS[1])
local longest = held and tonumber(held:match(":(%d+)$"))
-- the server's clock was set back: the lock would outlive its holder by as much
if longest and redis.call("pttl", KEYS[1]) > longest then redis.call("del", KEYS[1]) end
if redis.call("set", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) then
  redis.call("set", KEYS[2], ARGV[1])
  return 1
end
return redis.call("get", KEYS[1]) == ARGV[1] and 1 or 0]]

---Gives the lock back, if it is still ours.
local GIVE <const> = [[
if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end
return 0]]

---Writes, unless the lock was taken by another since.
local WRITE <const> = [[
local last = redis.call("get", KEYS[2])
if ARGV[2] ~= "" and last and last ~= ARGV[2] then return 0 end
redis.call("set", KEYS[1], ARGV[1])
redis.call("sadd", KEYS[3], ARGV[3])
return 1]]

local REMOVE <const> = [[
redis.call("del", KEYS[1])
redis.call("srem", KEYS[2], ARGV[1])
return 1]]

local function trouble(self, reason)
  local words = tostring(reason):gsub("^[^:%s]+:%d+: ", ""):gsub("%c", " ")
  return nil,
    errors.new {
      kind = "store",
      code = "redis",
      message = "Redis cannot be used: " .. words,
      advice = self.connect and "Check that the server runs, its address and the client's timeout."
        or "Check the server and the client's timeout; a client that failed is of no use: give "
          .. "store.redis a function that makes one.",
    }
end

---@param client table|fun(): table redis-lua's, or any with get, eval and smembers; a function
---  makes one, and another when that one fails
---@param opts table|nil { prefix, lock_seconds }
---@return table store
function redis.new(client, opts)
  options.check(opts, { prefix = "string", lock_seconds = "number" }, "store.redis", 4)
  options.bound(opts, { "lock_seconds" }, "store.redis", 4)
  local kind = type(client)
  if kind ~= "table" and kind ~= "userdata" and kind ~= "function" then
    error(("store.redis takes a client, or a function that makes one, not %s"):format(kind), 3)
  end
  opts = opts or {}
  local seconds = opts.lock_seconds or DEFAULT_LOCK_SECONDS
  return setmetatable({
    client = kind ~= "function" and client or nil,
    connect = kind == "function" and client or nil,
    prefix = opts.prefix or DEFAULT_PREFIX,
    milliseconds = math.ceil(seconds * 1000),
  }, Redis)
end

---redis-lua raises what goes wrong; others give nil and a reason.
local function send(self, command, ...)
  if not self.client then
    local made, client, reason = pcall(self.connect)
    if not made or not client then
      return trouble(self, made and reason or client)
    end
    self.client = client
  end
  local ok, value, reason = pcall(self.client[command], self.client, ...)
  if not ok then
    return trouble(self, value)
  elseif value == nil and reason ~= nil then
    return trouble(self, reason)
  end
  return value
end

---What fails is sent once more by a fresh client, where one can be had.
local function ask(self, command, ...)
  local had_client = self.client ~= nil
  local value, err = send(self, command, ...)
  if err and self.connect then
    self.client = nil
    if had_client then
      value, err = send(self, command, ...)
      self.client = not err and self.client or nil
    end
  end
  return value, err
end

---A script of ours answers 1 or 0; anything else comes from something that is no Redis.
local function ask_script(self, script, ...)
  local answer, err = ask(self, "eval", script, ...)
  local number = not err and tonumber(answer)
  if number ~= 0 and number ~= 1 then
    return nil, err or select(2, trouble(self, "its answer to a script makes no sense"))
  end
  return number
end

local function fence_key(self, id)
  return self.prefix .. id .. ":fence"
end

---Where an entry is, for people who look for it.
---@param id string
---@return string
function Redis:place(id)
  return ("the key %s%s of Redis"):format(self.prefix, id)
end

---@param id string
---@return string|nil text
---@return mwlogin.Error|nil err
function Redis:read(id)
  local text, err = ask(self, "get", self.prefix .. id)
  if text == nil or type(text) == "string" then
    return text, err
  elseif type(text) == "userdata" or text == false then
    return nil -- what some clients have for null
  end
  return trouble(self, "its answer is no text")
end

---@param id string
---@param text string
---@param lock table|nil ours; without one, what another wrote since is overwritten
---@return true|nil
---@return mwlogin.Error|nil err code `superseded` when another has taken the lock since
function Redis:write(id, text, lock)
  local written, err = ask_script(
    self,
    WRITE,
    3,
    self.prefix .. id,
    fence_key(self, id),
    self.prefix .. "ids",
    text,
    lock and lock.holder or "",
    id
  )
  if not written then
    return nil, err
  elseif written == 0 then
    return nil,
      errors.new {
        kind = "store",
        code = "superseded",
        message = "Another has taken the lock since: what it keeps is newer",
        advice = "Nothing is lost: the next start reuses what the other one keeps.",
      }
  end
  return true
end

---@param id string
---@return true|nil
---@return mwlogin.Error|nil err
function Redis:remove(id)
  local removed, err = ask_script(self, REMOVE, 2, self.prefix .. id, self.prefix .. "ids", id)
  if not removed then
    return nil, err
  end
  return true
end

---@param id string
---@return table|nil lock
---@return mwlogin.Error|nil err code `timeout` when another holds it
function Redis:lock(id)
  local crypto = require("mwlogin.core").crypto
  local key = self.prefix .. id .. ":lock"
  local milliseconds = ("%d"):format(self.milliseconds)
  local holder = crypto.base64url(crypto.random(16)) .. ":" .. milliseconds
  local taken, err = ask_script(self, TAKE, 2, key, fence_key(self, id), holder, milliseconds)
  if not taken then
    return nil, err
  elseif taken == 0 then
    return nil,
      errors.new {
        kind = "store",
        code = "timeout",
        message = "Another process is logging in to this account",
        advice = "Wait for it.",
      }
  end
  return {
    holder = holder,
    release = function()
      ask(self, "eval", GIVE, 1, key, holder)
    end,
  }
end

---@return string[]|nil ids
---@return mwlogin.Error|nil err
function Redis:ids()
  local ids, err = ask(self, "smembers", self.prefix .. "ids")
  if type(ids) ~= "table" then
    return nil, err or select(2, trouble(self, "its answer is no list"))
  end
  table.sort(ids)
  return ids
end

return redis
