---Which entry of a store a login is about.
local entries = require "mwlogin.store.entry"
local errors = require "mwlogin.error"

local account = {}

local function names_of(list)
  local names = {}
  for position, entry in ipairs(list) do
    names[position] = entry.account
  end
  return table.concat(names, ", ")
end

---The only entry of a wiki; nil alone when there is none.
local function only_entry(store, api)
  local ids, err = store:ids()
  if not ids then
    return nil, err
  end
  local found, unreadable = {}, nil
  for _, id in ipairs(ids) do
    local entry, why
    if entries.may_be_of(id, api) then
      entry, why = entries.read(store, id)
    end
    if entry and entry.api == api then
      found[#found + 1] = entry
    end
    unreadable = unreadable or why
  end
  if #found > 1 then
    return nil,
      errors.new {
        kind = "answer",
        code = "account",
        message = ("Several accounts are kept for this wiki: %s"):format(names_of(found)),
        advice = "Name one: account = …",
      }
  end
  if #found == 0 then
    return nil, unreadable
  end
  return found[1]
end

---The client that a person allows to act for them; one that has its own access needs nobody.
local function client_of(credentials)
  local key = credentials.consumer_key
  return credentials.client_id
    or type(key) == "string" and credentials.access_key == nil and key
    or nil
end

---The account that a login is about: as named, else the only one that is kept. A token that was
---given says nothing about whose it is: none. The Session is then at the address that entries of
---its wiki are kept under: one that begins with http may move to https.
---@param session mwlogin.Session its options have a store
---@param credentials table
---@return string|nil name
---@return mwlogin.Error|nil err
function account.of(session, credentials)
  local safe, unsafe = session:settle()
  if not safe then
    return nil, unsafe
  end
  local name = session.options.account or credentials.username or client_of(credentials)
  if name then
    return name
  elseif credentials.access_token or credentials.consumer_key then
    return nil -- whose it is, the wiki will say
  end
  local only, err = only_entry(session.options.store, session.api)
  return only and only.account, err
end

---The account whose session is kept for this wiki, if any.
---@param session mwlogin.Session its options have a store, perhaps an account
---@return string|nil account
---@return mwlogin.Error|nil err several are kept, or the store cannot be read
function account.kept(session)
  local safe, unsafe = session:settle()
  if not safe then
    return nil, unsafe
  end
  local store, name = session.options.store, session.options.account
  local entry, err
  if name then
    entry, err = entries.read(store, entries.id(session.api, name))
  else
    entry, err = only_entry(store, session.api)
  end
  return entry and (name or entry.account), err
end

---Forgets what is kept of this wiki and account, without asking the wiki.
---@param session mwlogin.Session its options have a store, perhaps an account
---@return true|nil
---@return mwlogin.Error|nil err
function account.forget(session)
  local name, err = account.of(session, {})
  if err then
    return nil, err
  elseif not name then
    return true
  end
  return session.options.store:remove(entries.id(session.api, name))
end

return account
