---What is kept of one account at one wiki: cookies or tokens, names, times; never a password.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local json = require "mwlogin.json"

local entry = {}

local FORMAT <const> = 1
local LONGEST_PREFIX <const> = 60

---@class mwlogin.store.Entry
---@field api string
---@field account string as asked for: the account option, else the name typed, else the client id
---@field username string|nil as typed
---@field name string the wiki's own spelling
---@field method string
---@field cookies string[] Netscape lines
---@field tokens table|nil of OAuth
---@field created integer seconds since 1970
---@field saved integer seconds since 1970
---@field stamp string changes with every login

---The part of an id that people read.
local function readable(text)
  text = text:gsub("^%a+://", ""):gsub("[^%w.-]+", "_")
  return (text:sub(1, LONGEST_PREFIX):gsub("^[._-]+", ""))
end

---The id of an entry: readable, safe as a file's name, and different for each address and account.
---@param api string
---@param account string
---@return string
function entry.id(api, account)
  local hash = core.crypto.sha256(api .. "\n" .. account):sub(1, 10)
  return ("%s-%s"):format(readable(api .. "-" .. account), (hash:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end)))
end

---Whether an entry may be of a wiki, by its id alone: the others need not be read.
---@param id string
---@param api string
---@return boolean
function entry.may_be_of(id, api)
  local start = readable(api .. "-")
  return id:sub(1, #start) == start
end

local function unusable(place, why, advice)
  return nil,
    errors.new {
      kind = "store",
      code = "damaged",
      message = ("%s cannot be used: %s"):format(place, why),
      advice = advice or "Look at it; when it is removed, the next login makes a new one.",
    }
end

local function is_text(value)
  return type(value) == "string"
end

local function is_time(value)
  return math.type(value) ~= nil and value == value and math.abs(value) < math.huge
end

local function is_plain(value)
  return is_text(value) or type(value) == "boolean" or is_time(value)
end

local function all_of(check, value)
  if type(value) ~= "table" then
    return false
  end
  for _, item in pairs(value) do
    if not check(item) then
      return false
    end
  end
  return true
end

local function is_list_of_texts(value)
  local count = 0
  for _ in pairs(type(value) == "table" and value or {}) do
    count = count + 1
  end
  return all_of(is_text, value) and count == #value
end

local CHECKS <const> = {
  api = is_text,
  account = is_text,
  name = is_text,
  method = is_text,
  created = is_time,
  saved = is_time,
  stamp = is_text,
  username = function(value)
    return value == nil or is_text(value)
  end,
  cookies = is_list_of_texts,
  tokens = function(value)
    return value == nil or all_of(is_plain, value)
  end,
}

---@param id string
---@param text string
---@param place string|nil where it is kept, for the error
---@return mwlogin.store.Entry|nil
---@return mwlogin.Error|nil err kind store; it is never overwritten then
function entry.decode(id, text, place)
  place = place or id
  local made = json.decode(text)
  if type(made) ~= "table" or made.format == nil then
    return unusable(place, "it is damaged")
  elseif made.format ~= FORMAT then
    return unusable(
      place,
      "it was written by a newer mwlogin",
      "Use that one; or remove it, and the next login makes another."
    )
  end
  for name, check in pairs(CHECKS) do
    if not check(made[name]) then
      return unusable(place, ("its %s is damaged"):format(name))
    end
  end
  -- its cookies would go to another wiki, or stand for another account
  if entry.id(made.api, made.account) ~= id then
    return unusable(place, ("it is what was kept of %s at %s"):format(made.account, made.api))
  end
  return made
end

---@param store table
---@param id string
---@return mwlogin.store.Entry|nil entry nil alone when there is none
---@return mwlogin.Error|nil err kind store
function entry.read(store, id)
  local text, err = store:read(id)
  if not text then
    return nil, err
  end
  return entry.decode(id, text, store.place and store:place(id))
end

---@param made mwlogin.store.Entry
---@return string
function entry.encode(made)
  local all = { format = FORMAT }
  for name, value in pairs(made) do
    all[name] = value
  end
  -- an empty list would be written as an object
  if #all.cookies == 0 then
    all.cookies = { "# none" }
  end
  return json.encode(all)
end

return entry
