---What in an exchange may be read by everybody. All that is not named here is taken for a secret:
---values of parameters. What is named here is one: strings of a reply.
local rules = {}

---Parameters whose values say what is asked for, not who asks.
local HARMLESS <const> = {
  action = true,
  assert = true,
  code_challenge_method = true,
  errorformat = true,
  errorsuselocal = true,
  format = true,
  formatversion = true,
  grant_type = true,
  iss = true,
  list = true,
  maxlag = true,
  meta = true,
  modules = true,
  prop = true,
  response_mode = true,
  response_type = true,
  scope = true,
  type = true,
  uselang = true,
}

---The parts of the dialogue's own parameters, after `login`, `create`, `link` or `ami`.
local DIALOGUE <const> = {
  continue = true,
  mergerequestfields = true,
  messageformat = true,
  preservestate = true,
  requests = true,
  requestsfor = true,
}

---Answers of these fields are a choice among what the wiki offered.
local CHOICES <const> =
  { select = true, multiselect = true, checkbox = true, button = true, ["null"] = true }

---MediaWiki's csrf token for those who are not logged in, and values that say yes or nothing.
local OPEN_VALUES <const> = { ["+\\"] = true, ["1"] = true, [""] = true }

---@param name string
---@param value string
---@param types table<string, string> types of fields that the wiki asked for, by name
---@return boolean
function rules.may_show_parameter(name, value, types)
  name = name:gsub("%[%]$", "")
  if OPEN_VALUES[value] or HARMLESS[name] or name:find "^%l+props?$" then
    return true
  elseif name == "title" then
    return value:find "^Special:" ~= nil
  end
  for _, prefix in ipairs { "login", "create", "link", "ami" } do
    if name:sub(1, #prefix) == prefix and DIALOGUE[name:sub(#prefix + 1)] then
      return true
    end
  end
  return CHOICES[types[name] or ""] == true
end

---Keys whose strings are secrets or say who somebody is, in small letters.
local HIDDEN_KEYS <const> = {
  blockedby = true,
  captchaid = true,
  client_id = true,
  client_secret = true,
  code_verifier = true,
  email = true,
  family_name = true,
  given_name = true,
  id_token = true,
  jti = true,
  lgusername = true,
  linkid = true,
  nickname = true,
  nonce = true,
  password = true,
  picture = true,
  preferred_username = true,
  realname = true,
  recoverycodes = true,
  secret = true,
  sessionid = true,
  sub = true,
  token = true,
  user = true,
  username = true,
}

---Objects whose `name` and `id` are an account's.
local PEOPLE <const> = { userinfo = true, users = true }

---Keys that name things of the protocol: no guess is made about them.
local NAMING_KEYS <const> = {
  code = true,
  id = true,
  messagecode = true,
  module = true,
  provider = true,
  status = true,
  type = true,
}

---What becomes of a string or number of a reply.
---@param path (string|integer)[] where it stands
---@param value string|number
---@param types table<string, string> types of the fields of the dialogue
---@return "show"|"hide"|"scrub"|"one"
function rules.of_reply(path, value, types)
  local key, above = path[#path], path[#path - 1]
  if type(key) ~= "string" then
    return "scrub"
  end
  local small = key:lower()
  if type(value) == "number" then
    local is_person = small == "userid" or small == "lguserid" or small == "id" and PEOPLE[above]
    local hidden = is_person or HIDDEN_KEYS[small] or small:find "token$"
    return hidden and value ~= 0 and "one" or "show"
  elseif OPEN_VALUES[value] then
    return "show"
  elseif small == "name" and (PEOPLE[above] or PEOPLE[path[#path - 2]]) then
    return "hide"
  elseif HIDDEN_KEYS[small] or small:find "token$" then
    return "hide"
  elseif path[#path - 2] == "fields" and small == "value" then
    local choice = CHOICES[types[above] or ""]
    return choice and "scrub" or "hide"
  end
  return NAMING_KEYS[small] and "show" or "scrub"
end

local HEADERS <const> = {
  ["content-type"] = true,
  ["retry-after"] = true,
  ["mediawiki-api-error"] = true,
  ["mediawiki-login-suppressed"] = true,
}

---@param name string of a header of a reply, in small letters
---@return boolean
function rules.may_show_header(name)
  return HEADERS[name] == true
end

return rules
