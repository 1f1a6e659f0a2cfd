---A store for a fleet, in Redis, over a client the user brings. The lock expires, so that a machine that
---dies frees it; each taking of the lock has a number, and what comes later than another's is refused.
local errors = require "mwlogin.error"

local redis = {}

local Redis = {}
Redis.__index = Redis
Redis.__name = "mwlogin.store.redis"

local DEFAULT_PREFIX <const> = "mwlogin:"
local DEFAULT_LOCK_SECONDS <const> = 120

---Takes the lock and says its number; 0 when somebody else holds it.
local TAKE <const> = [[
if redis.call("set", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) then
  return redis.call("incr", KEYS[2])
end
return 0]]

---Gives the lock back, if it is still ours.
local GIVE <const> = [[
if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end
return 0]]

---Writes, unless the lock was taken by another since.
local WRITE <const> = [[
local newest = tonumber(redis.call("get", KEYS[2]) or "0")
if newest > tonumber(ARGV[2]) then return 0 end
redis.call("set", KEYS[1], ARGV[1])
redis.call("sadd", KEYS[3], ARGV[3])
return 1]]

local function trouble(reason)
  return nil,
    errors.new {
      kind = "store",
      code = "redis",
      message = ("Redis cannot be used: %s"):format((tostring(reason):gsub("%c", " "))),
      advice = "Check the server and the client's timeout; give a fresh client after a time-out.",
    }
end

---@param client table redis-lua's, or any with get, set, del, eval, sadd, srem and smembers
---@param opts table|nil { prefix, lock_seconds }
---@return table store
function redis.new(client, opts)
  require("mwlogin.options").check(
    opts,
    { prefix = "string", lock_seconds = "number" },
    "store.redis",
    4
  )
  opts = opts or {}
  return setmetatable({
    client = client,
    prefix = opts.prefix or DEFAULT_PREFIX,
    milliseconds = math.ceil((opts.lock_seconds or DEFAULT_LOCK_SECONDS) * 1000),
  }, Redis)
end

---redis-lua raises what goes wrong.
local function ask(self, command, ...)
  local ok, value = pcall(self.client[command], self.client, ...)
  if not ok then
    return trouble(value)
  end
  return value
end

local function fence_key(self, id)
  return self.prefix .. id .. ":fence"
end

---@param id string
---@return string|nil text
---@return mwlogin.Error|nil err
function Redis:read(id)
  return ask(self, "get", self.prefix .. id)
end

---@param id string
---@param text string
---@param lock table|nil ours; without one, what another wrote since is overwritten
---@return true|nil
---@return mwlogin.Error|nil err code `superseded` when another has taken the lock since
function Redis:write(id, text, lock)
  local number = lock and lock.number or math.maxinteger
  local written, err = ask(
    self,
    "eval",
    WRITE,
    3,
    self.prefix .. id,
    fence_key(self, id),
    self.prefix .. "ids",
    text,
    ("%d"):format(number),
    id
  )
  if not written then
    return nil, err
  elseif tonumber(written) == 0 then
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
  local removed, err = ask(self, "del", self.prefix .. id)
  if not removed then
    return nil, err
  end
  local _, trouble_with_set = ask(self, "srem", self.prefix .. "ids", id)
  if trouble_with_set then
    return nil, trouble_with_set
  end
  return true
end

---@param id string
---@return table|nil lock
---@return mwlogin.Error|nil err code `timeout` when another holds it
function Redis:lock(id)
  local crypto = require("mwlogin.core").crypto
  local key = self.prefix .. id .. ":lock"
  local holder = crypto.base64url(crypto.random(16))
  local number, err =
    ask(self, "eval", TAKE, 2, key, fence_key(self, id), holder, ("%d"):format(self.milliseconds))
  number = tonumber(number)
  if not number then
    return nil, err
  elseif number == 0 then
    return nil,
      errors.new {
        kind = "store",
        code = "timeout",
        message = "Another process is logging in to this account",
        advice = "Wait for it.",
      }
  end
  return {
    number = number,
    release = function()
      ask(self, "eval", GIVE, 1, key, holder)
    end,
  }
end

---@return string[]|nil ids
---@return mwlogin.Error|nil err
function Redis:ids()
  local ids, err = ask(self, "smembers", self.prefix .. "ids")
  if not ids then
    return nil, err
  end
  table.sort(ids)
  return ids
end

return redis
