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

---The id of an entry: readable, safe as a file's name, and different for each address and account.
---@param api string
---@param account string
---@return string
function entry.id(api, account)
  local readable = (api:gsub("^%a+://", "") .. "-" .. account):gsub("[^%w.-]+", "_")
  local hash = core.crypto.sha256(api .. "\n" .. account):sub(1, 10)
  return ("%s-%s"):format(
    readable:sub(1, LONGEST_PREFIX):gsub("^[._-]+", ""),
    (hash:gsub(".", function(byte)
      return ("%02x"):format(byte:byte())
    end))
  )
end

local function damaged(id, why)
  return nil,
    errors.new {
      kind = "store",
      code = "damaged",
      message = ("What is kept as %s cannot be used: %s"):format(id, why),
      advice = "Look at it, and remove it by hand when it is no longer needed.",
    }
end

local SHAPE <const> = {
  api = "string",
  account = "string",
  name = "string",
  method = "string",
  cookies = "table",
  created = "number",
  saved = "number",
  stamp = "string",
}

---@param id string for the error
---@param text string
---@return mwlogin.store.Entry|nil
---@return mwlogin.Error|nil err kind store; it is never overwritten then
function entry.decode(id, text)
  local made = json.decode(text)
  if type(made) ~= "table" or made.format == nil then
    return damaged(id, "it is damaged")
  elseif made.format ~= FORMAT then
    return damaged(id, "it was written by a newer mwlogin")
  end
  for name, kind in pairs(SHAPE) do
    if type(made[name]) ~= kind then
      return damaged(id, ("its %s is damaged"):format(name))
    end
  end
  -- its cookies would go to another wiki, or stand for another account
  if entry.id(made.api, made.account) ~= id then
    return damaged(id, ("it is what was kept of %s at %s"):format(made.account, made.api))
  end
  return made
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
