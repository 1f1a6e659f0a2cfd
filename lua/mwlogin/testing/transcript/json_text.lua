---JSON as text: its strings and numbers can be looked at and replaced, all else, the order of the
---keys too, stays as it was sent.
local json_text = {}

local DEEPEST <const> = 64

local NAMED <const> = {
  b = "\b",
  f = "\f",
  n = "\n",
  r = "\r",
  t = "\t",
  ['"'] = '"',
  ["\\"] = "\\",
  ["/"] = "/",
}

local function decode_string(text)
  if not text:find("\\", 1, true) then
    return text
  end
  text = text:gsub("\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)", function(high, low)
    local point = 0x10000 + ((tonumber(high, 16) - 0xD800) << 10) + (tonumber(low, 16) - 0xDC00)
    return utf8.char(point)
  end)
  -- one pass, so that an escaped backslash is not taken for the start of the next escape
  return (
    text:gsub("\\(.)(%x?%x?%x?%x?)", function(letter, digits)
      if letter == "u" and #digits == 4 then
        return utf8.char(tonumber(digits, 16))
      end
      return (NAMED[letter] or letter) .. digits
    end)
  )
end

local SHORT <const> = {
  ['"'] = '\\"',
  ["\\"] = "\\\\",
  ["\n"] = "\\n",
  ["\r"] = "\\r",
  ["\t"] = "\\t",
}

---A text as a JSON string, with its quotes.
---@param text string
---@return string
function json_text.quote(text)
  local escaped = text:gsub('[%c"\\]', function(one)
    return SHORT[one] or ("\\u%04x"):format(one:byte())
  end)
  return '"' .. escaped .. '"'
end

local Walk = {}
Walk.__index = Walk

function Walk:skip()
  self.at = self.text:find("%S", self.at) or #self.text + 1
end

function Walk:emit(piece)
  self.out[#self.out + 1] = piece
end

---The raw string at the current place, quotes left out.
function Walk:take_string()
  local from = self.at + 1
  local at = from
  while true do
    local found = self.text:find('["\\]', at)
    if not found then
      return nil
    elseif self.text:byte(found) == 0x22 then
      self.at = found + 1
      return self.text:sub(from, found - 1)
    end
    at = found + 2
  end
end

function Walk:scalar(raw, value)
  local new = self.visit(self.path, value)
  if new == nil then
    self:emit(raw)
  else
    self:emit(type(new) == "string" and json_text.quote(new) or tostring(new))
  end
  return true
end

function Walk:members(close, each)
  self.at = self.at + 1
  self:skip()
  if self.text:sub(self.at, self.at) == close then
    self.at = self.at + 1
    self:emit(close)
    return true
  end
  self.path[#self.path + 1] = 0
  if #self.path > DEEPEST then
    return false
  end
  while true do
    self:skip()
    if not each() or not self:value() then
      return false
    end
    self:skip()
    local sign = self.text:sub(self.at, self.at)
    self.at = self.at + 1
    self:emit(sign)
    if sign == close then
      self.path[#self.path] = nil
      return true
    elseif sign ~= "," then
      return false
    end
  end
end

function Walk:key()
  local raw = self.text:sub(self.at, self.at) == '"' and self:take_string()
  self:skip()
  if not raw or self.text:sub(self.at, self.at) ~= ":" then
    return false
  end
  self.at = self.at + 1
  local key = decode_string(raw)
  self.path[#self.path] = key
  local new = self.visit_key and self.visit_key(self.path, key)
  self:emit((new and json_text.quote(new) or '"' .. raw .. '"') .. ":")
  return true
end

function Walk:value()
  self:skip()
  local sign = self.text:sub(self.at, self.at)
  if sign == "{" then
    self:emit "{"
    return self:members("}", function()
      return self:key()
    end)
  elseif sign == "[" then
    self:emit "["
    return self:members("]", function()
      self.path[#self.path] = self.path[#self.path] + 1
      return true
    end)
  elseif sign == '"' then
    local raw = self:take_string()
    return raw and self:scalar('"' .. raw .. '"', decode_string(raw))
  end
  local word = self.text:match("^[%w+.-]+", self.at)
  if not word then
    return false
  end
  self.at = self.at + #word
  if word == "true" or word == "false" or word == "null" then
    self:emit(word)
    return true
  end
  return tonumber(word) and self:scalar(word, tonumber(word))
end

---Goes through one JSON value.
---@param text string
---@param visit fun(path: (string|integer)[], value: string|number): string|number|nil called with
---  each string and number; nil leaves it as it is, anything else takes its place
---@param visit_key? fun(path: (string|integer)[], key: string): string|nil the same with each key
---@return string|nil rewritten on one line; nil when the text is no JSON value
function json_text.rewrite(text, visit, visit_key)
  local walk = setmetatable({
    text = text,
    at = 1,
    path = {},
    out = {},
    visit = visit,
    visit_key = visit_key,
  }, Walk)
  if not walk:value() then
    return nil
  end
  walk:skip()
  return walk.at > #text and table.concat(walk.out) or nil
end

---The members of a JSON object as text.
---@param text string
---@return table<string, string>|nil members key → JSON text; nil when the text is no object
function json_text.members(text)
  local walk = setmetatable({ text = text, at = 1, path = {}, out = {} }, Walk)
  walk.visit = function() end
  walk:skip()
  if text:sub(walk.at, walk.at) ~= "{" then
    return nil
  end
  local members, name, from = {}, nil, nil
  local function close()
    if name then
      members[name] = text:sub(from, walk.at - 1):match "^%s*(.-)%s*,?%s*$"
    end
  end
  local ok = walk:members("}", function()
    close()
    local is_key = walk:key()
    name, from = walk.path[#walk.path], walk.at
    return is_key
  end)
  if not ok then
    return nil
  end
  walk.at = walk.at - 1
  close()
  walk.at = walk.at + 1
  walk:skip()
  return walk.at > #text and members or nil
end

return json_text
