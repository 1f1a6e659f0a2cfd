---The accounts of a scripted wiki: names, groups, rights.
local accounts = {}

local KNOWN = {
  password = "string",
  botpasswords = "table",
  bearers = "table",
  totp = { "string", "table" },
  email_auth = "boolean",
  email = "string",
  realname = "string",
  new_password = "string",
  groups = "table",
  rights = "table",
  blocked = "boolean",
  locked = "boolean",
  links = "table",
  id = "number",
}

local NEW_PASSWORD = { soft = 1, hard = 1, expired = 1, ["expired-soft"] = 1, temporary = 1 }

local RIGHTS = {
  ["*"] = { "createaccount", "edit", "createpage" },
  user = { "move", "upload", "writeapi" },
  autoconfirmed = { "autoconfirmed", "editsemiprotected" },
  bot = { "bot", "autoconfirmed", "apihighlimits" },
  sysop = { "block", "delete", "protect", "apihighlimits" },
}

local function is_kind(value, kinds)
  for _, kind in ipairs(type(kinds) == "table" and kinds or { kinds }) do
    if type(value) == kind then
      return true
    end
  end
  return false
end

local function check(name, script)
  if type(script) ~= "table" then
    error(("account %s: must be a table such as { password = … }"):format(name), 0)
  end
  for key, value in pairs(script) do
    if not KNOWN[key] then
      error(("account %s: unknown '%s'"):format(name, tostring(key)), 0)
    elseif not is_kind(value, KNOWN[key]) then
      error(("account %s: '%s' must not be a %s"):format(name, key, type(value)), 0)
    end
  end
  if script.new_password and not NEW_PASSWORD[script.new_password] then
    error(
      ("account %s: new_password is soft, hard, expired, expired-soft or temporary"):format(name),
      0
    )
  end
end

local function copy(list)
  return table.move(list or {}, 1, #(list or {}), 1, {})
end

local function bot_entries(script)
  local entries = {}
  for app, entry in pairs(script or {}) do
    entry = type(entry) == "string" and { password = entry } or entry
    if not entry.password:find("^[0-9a-w]+$") or #entry.password < 32 then
      error(("bot password %s: at least 32 characters of 0-9 and a-w"):format(app), 0)
    end
    entries[app] = entry
  end
  return entries
end

---The wiki's spelling of a name, nil when it cannot be one.
---@param name any
---@return string|nil
function accounts.canonical_name(name)
  if type(name) ~= "string" then
    return nil
  end
  name = name:gsub("[_ ]+", " "):match("^%s*(.-)%s*$")
  if name == "" or name:find("[#<>%[%]|{}@:/%c]") or name:find("^%d+%.%d+%.%d+%.%d+$") then
    return nil
  end
  return name:sub(1, 1):upper() .. name:sub(2)
end

---Makes an account of a script's table.
---@param name string canonical
---@param script table
---@param id integer
---@param token string what its Token cookie holds
---@return table account
function accounts.new(name, script, id, token)
  check(name, script)
  local factor = script.totp
  return {
    name = name,
    id = script.id or id,
    token = token,
    password = script.password,
    botpasswords = bot_entries(script.botpasswords),
    bearers = copy(script.bearers),
    totp = type(factor) == "string" and { secret = factor } or factor,
    email_auth = script.email_auth,
    email = script.email,
    realname = script.realname,
    new_password = script.new_password,
    groups = copy(script.groups),
    rights = copy(script.rights),
    blocked = script.blocked,
    locked = script.locked,
    links = copy(script.links),
  }
end

---The groups of an account, or of nobody.
---@param account table|nil
---@return string[]
function accounts.groups(account)
  local groups = copy(account and account.groups)
  groups[#groups + 1] = "*"
  if account then
    groups[#groups + 1] = "user"
    groups[#groups + 1] = "autoconfirmed"
  end
  return groups
end

local function add(rights, seen, list)
  for _, right in ipairs(list or {}) do
    if not seen[right] then
      seen[right] = true
      rights[#rights + 1] = right
    end
  end
end

---What a session may do: the rights of its groups; of a bot password, what it was granted of them.
---@param account table|nil
---@param granted string[]|nil
---@param private boolean reading needs an account
---@return string[]
function accounts.rights(account, granted, private)
  local rights, seen = {}, {}
  if account or not private then
    add(rights, seen, { "read" })
  end
  for _, group in ipairs(accounts.groups(account)) do
    add(rights, seen, RIGHTS[group])
  end
  add(rights, seen, account and account.rights)
  if not granted then
    return rights
  end
  local left, allowed = {}, { read = true }
  for _, right in ipairs(granted) do
    allowed[right] = true
  end
  for _, right in ipairs(rights) do
    if allowed[right] then
      left[#left + 1] = right
    end
  end
  return left
end

return accounts
