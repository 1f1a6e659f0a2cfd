---Exchanges of a login as anybody may read them. All are gone through twice: what is learnt to be
---secret in a late one is hidden in the first one too.
local core = require "mwlogin.core"
local json_text = require "mwlogin.testing.transcript.json_text"
local placeholders = require "mwlogin.testing.transcript.placeholders"
local rules = require "mwlogin.testing.transcript.rules"
local scrub = require "mwlogin.testing.transcript.scrub"
local sent_request = require "mwlogin.testing.transcript.sent_request"

local redaction = {}

local LONGEST_TEXT <const> = 16 * 1024

local Redaction = {}
Redaction.__index = Redaction

---The types of the fields that the wiki asks for, by name.
local function field_types(exchanges)
  local types = {}
  for _, exchange in ipairs(exchanges) do
    local body = exchange.response and exchange.response.body
    json_text.rewrite(body or "", function(path, value)
      if path[#path] == "type" and path[#path - 2] == "fields" then
        types[path[#path - 1]] = value
      end
    end)
  end
  return types
end

-- == requests =====================================================================================

---The wiki shows an account's name in its own spelling, and without a bot password's part of it.
local function learn_name(names, name, value)
  if name ~= "lgname" and name ~= "username" then
    return
  end
  local account = value:match "^(.-)@." or value
  names:of(account, name)
  names:of((account:gsub("_", " "):gsub("^%l", string.upper)), name)
end

function Redaction:value(name, value)
  if type(value) == "table" then
    local list = {}
    for position, item in ipairs(value) do
      list[position] = self:value(name, item)
    end
    return list
  elseif rules.may_show_parameter(name, value, self.types) then
    return self.names:known(value) or value
  end
  local placeholder = self.names:of(value, name)
  learn_name(self.names, name, value)
  return placeholder
end

function Redaction:json(text)
  return json_text.rewrite(text, function(path, value)
    local name = "value"
    for _, key in ipairs(path) do
      name = type(key) == "string" and key or name
    end
    return self.names:of(tostring(value), name)
  end)
end

---How a request proves who sends it; of a signature, which is new each time, only that it is one.
function Redaction:authorization(header)
  local scheme, rest = header:match "^(%S+)%s*(.*)$"
  return scheme == "Bearer" and "Bearer " .. self.names:of(rest, "access_token") or scheme
end

---The wiki's own scripts: addresses that say where it is, and nothing more.
local function is_script(address)
  return address:find "/[%a]+%.php$" ~= nil and not address:find "@"
end

function Redaction:request(sent)
  local request = sent_request.read(sent)
  local shown = {
    method = request.method,
    url = is_script(request.address) and request.address
      or scrub.address(self.names, request.address),
    params = {},
    files = request.files,
    json = request.json and self:json(request.json),
    content = request.content and true or nil,
    authorization = request.authorization and self:authorization(request.authorization),
  }
  for name, value in pairs(request.params) do
    shown.params[name] = self:value(name, value)
  end
  return shown
end

-- == responses ====================================================================================

local MONTHS <const> = {
  jan = 1,
  feb = 2,
  mar = 3,
  apr = 4,
  may = 5,
  jun = 6,
  jul = 7,
  aug = 8,
  sep = 9,
  oct = 10,
  nov = 11,
  dec = 12,
}

---Seconds from `now` to a cookie's date.
local function seconds_until(date, now)
  local day, month, year, hour, minute, second =
    date:match "%f[%d](%d%d?)[ -](%a%a%a)[ -](%d%d%d?%d?) (%d%d):(%d%d):(%d%d)"
  if not day or not MONTHS[month:lower()] then
    return nil
  end
  local at = os.time {
    day = math.tointeger(day),
    month = MONTHS[month:lower()],
    year = #year == 2 and 2000 + math.tointeger(year) or math.tointeger(year),
    hour = math.tointeger(hour),
    min = math.tointeger(minute),
    sec = math.tointeger(second),
    isdst = false,
  }
  local zone = os.time(os.date("!*t", now) --[[@as osdateparam]]) - now
  return at - zone - now
end

---A cookie whose end is told in seconds from its coming, so that it lives in a replay years later.
function Redaction:cookie(line, now)
  local name, value, rest = line:match "^%s*([^=;]*)=([^;]*)(.*)$"
  if not name then
    return nil
  end
  local attributes, age = {}, nil
  for attribute in rest:gmatch "[^;]+" do
    local key, given = attribute:match "^%s*([^=]*)=?(.-)%s*$"
    if key:lower() == "expires" then
      local seconds = seconds_until(given, now)
      age = age or seconds and math.max(seconds, 0)
    elseif key:lower() == "max-age" then
      age = math.max(math.tointeger(tonumber(given)) or 0, 0)
    else
      attributes[#attributes + 1] = "; " .. attribute:match "^%s*(.-)%s*$"
    end
  end
  if age then
    attributes[#attributes + 1] = ("; Max-Age=%d"):format(age)
  end
  local hidden = (value == "" or value == "deleted") and value or self.names:of(value, "cookie")
  return name .. "=" .. hidden .. table.concat(attributes)
end

function Redaction:headers(headers, now)
  local shown = {}
  for name, values in pairs(headers) do
    local small = name:lower()
    local list = {}
    for _, value in ipairs(type(values) == "table" and values or { values }) do
      if small == "set-cookie" then
        list[#list + 1] = self:cookie(value, now)
      elseif small == "location" then
        list[#list + 1] = scrub.address(self.names, value)
      elseif rules.may_show_header(small) then
        list[#list + 1] = scrub.text(self.names, value)
      end
    end
    if #list > 0 then
      shown[small] = small == "set-cookie" and list or list[1]
    end
  end
  return shown
end

function Redaction:reply(path, value)
  local what = rules.of_reply(path, value, self.types)
  if what == "one" then
    return 1
  elseif what == "hide" then
    local key = path[#path]
    return self.names:of(value, key == "value" and tostring(path[#path - 1]) or key)
  elseif type(value) == "number" then
    return self.names:known(tostring(value)) and 0 or nil
  end
  local shown = what == "scrub" and scrub.text(self.names, value)
  return shown ~= value and shown or nil
end

function Redaction:body(response, kind)
  local body = response.body or ""
  local as_json = json_text.rewrite(body, function(path, value)
    return self:reply(path, value)
  end, function(path, key)
    -- the values that a choice offers
    return path[#path - 1] == "options" and self.names:known(key) or nil
  end)
  if as_json then
    return "json", as_json
  elseif kind:find "^image/" or kind:find "^application/octet" or body:find "\0" then
    return "bytes", #body
  elseif kind:find "html" or body:find "^%s*<" then
    return "text", scrub.html(self.names, body)
  elseif body:find "^[%w_]+=[^%s]*$" then
    return "text", scrub.query(self.names, body)
  end
  return "text", scrub.text(self.names, body:sub(1, LONGEST_TEXT))
end

local function content_type(headers)
  for name, value in pairs(headers) do
    if name:lower() == "content-type" then
      return type(value) == "table" and value[1] or value
    end
  end
  return ""
end

function Redaction:response(response, now)
  -- the body first: it says what a value is that a cookie has as well
  local kind, body = self:body(response, content_type(response.headers))
  local headers = self:headers(response.headers, now)
  return { status = response.status, headers = headers, [kind] = body }
end

---@param exchange table { request, response, failure, at } as the observer saw them
---@return table shown what a transcript holds of it
function Redaction:exchange(exchange)
  local shown = { request = self:request(exchange.request) }
  if exchange.response then
    shown.response = self:response(exchange.response, exchange.at)
  else
    local failure = exchange.failure
    shown.failure = {
      kind = failure.kind,
      code = failure.code,
      message = scrub.text(self.names, failure.message),
    }
  end
  return shown
end

---@param exchanges table[] { request, response or failure, at }
---@return table[] shown
---@return string[] secrets every value that a placeholder stands for
function redaction.of(exchanges)
  local self = setmetatable({
    names = placeholders.new(),
    types = field_types(exchanges),
  }, Redaction)
  local shown
  for _ = 1, 2 do
    shown = {}
    for position, exchange in ipairs(exchanges) do
      shown[position] = self:exchange(exchange)
    end
  end
  return shown, self.names:values()
end

---The last look: whatever of the secrets is still in the text, however written, is struck out.
---@param text string a transcript
---@param secrets string[]
---@return string
function redaction.strike(text, secrets)
  local long = {}
  for _, value in ipairs(secrets) do
    -- a word that names something here: of a key nobody can tell whether it is meant
    local is_word = value:find "^[%a_]+$"
      and (text:find('"' .. value .. '":', 1, true) or text:find("<<" .. value .. " ", 1, true))
    if #value >= 8 and not is_word then
      long[#long + 1] = value
    end
  end
  return core.redact(text, long)
end

return redaction
