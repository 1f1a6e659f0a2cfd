---What stands in a transcript for a value nobody may see: `<<name n>>`, the same for the same value
---everywhere, so that a replay can tell a renewed token from an old one. `<<%name n>>` is the value
---percent-encoded, `<<&name n>>` as HTML has it.
local core = require "mwlogin.core"

local placeholders = {}

local PATTERN <const> = "<<([%%&]?)([%a_]+ %d+)>>"
local LONGEST_NAME <const> = 24
---Shorter values (a user's number) are hidden where they stand for themselves, and one that means
---something else is another placeholder; in a text they would be found anywhere.
local SHORTEST_IN_TEXT <const> = 4
local SHORTEST_IN_WORDS <const> = 12
---PHP's stack traces show so much of an argument, and dots behind it.
local SHOWN_BY_PHP <const> = 15

---A text as HTML has it.
---@param text string
---@return string
function placeholders.html(text)
  return (
    text:gsub("[&<>\"']", {
      ["&"] = "&amp;",
      ["<"] = "&lt;",
      [">"] = "&gt;",
      ['"'] = "&quot;",
      ["'"] = "&#039;",
    })
  )
end

local ENCODERS <const> = {
  [""] = function(text)
    return text
  end,
  ["%"] = core.encode,
  ["&"] = placeholders.html,
}

---Puts values back where placeholders stand.
---@param text string
---@param value_of fun(name: string): string called with `name n`
---@return string
function placeholders.fill(text, value_of)
  return (
    text:gsub(PATTERN, function(encoding, name)
      return ENCODERS[encoding](value_of(name))
    end)
  )
end

---The placeholder that a text consists of.
---@param text string
---@return string|nil name `name n`
function placeholders.only(text)
  local encoding, name = text:match("^" .. PATTERN .. "$")
  return encoding == "" and name or nil
end

---@param text string
---@return boolean
function placeholders.found(text)
  return text:find(PATTERN) ~= nil
end

local Names = {}
Names.__index = Names

---@return table names `of`, `hide`, `values`
function placeholders.new()
  return setmetatable({ by_value = {}, short = {}, list = {}, counts = {} }, Names)
end

local function sound(name)
  name = name:gsub("[^%a_]+", "_"):gsub("^_+", ""):gsub("_+$", ""):sub(1, LONGEST_NAME)
  return name == "" and "value" or name
end

---A user is the same in each of these: a short name, too, must be told as one.
local NAMES_OF_USERS <const> = {
  username = "user",
  name = "user",
  assertuser = "user",
  lgname = "user",
  lgusername = "user",
}

---The placeholder of a value, made when it is first asked for.
---@param value string
---@param name string what sort of value it is
---@return string placeholder
function Names:of(value, name)
  name = sound(name)
  local is_short = #value < SHORTEST_IN_TEXT
  local map = is_short and self.short or self.by_value
  local key = is_short and (NAMES_OF_USERS[name] or name) .. " " .. value or value
  if not map[key] then
    self.counts[name] = (self.counts[name] or 0) + 1
    map[key] = ("%s %d"):format(name, self.counts[name])
    self.list[#self.list + 1] = value
    self.sorted = nil
  end
  return "<<" .. map[key] .. ">>"
end

---@param value string
---@return string|nil placeholder of a value that has one
function Names:known(value)
  local name = self.by_value[value]
  return name and "<<" .. name .. ">>"
end

---@return string[] values all that must not be seen
function Names:values()
  return self.list
end

---Every way a value may be written in a text, longest values first, so that none is found inside
---another.
local function forms(self)
  if self.sorted then
    return self.sorted
  end
  local sorted = {}
  for value, name in pairs(self.by_value) do
    if #value > SHOWN_BY_PHP then
      sorted[#sorted + 1] = { value:sub(1, SHOWN_BY_PHP) .. "...", "<<" .. name .. ">>" }
    end
    for encoding, encode in pairs(ENCODERS) do
      local form = encode(value)
      if encoding == "" or form ~= value then
        sorted[#sorted + 1] = { form, ("<<%s%s>>"):format(encoding, name) }
      end
    end
  end
  table.sort(sorted, function(a, b)
    return #a[1] > #b[1] or #a[1] == #b[1] and a[1] < b[1]
  end)
  self.sorted = sorted
  return sorted
end

local function is_word(byte)
  return byte ~= nil and string.char(byte):find "[%w_]" ~= nil
end

local function replace(text, form, with)
  local in_words = #form >= SHORTEST_IN_WORDS or form:find "%W"
  local parts, at = {}, 1
  while true do
    local from, to = text:find(form, at, true)
    if not from then
      break
    end
    local whole = in_words or not (is_word(text:byte(from - 1)) or is_word(text:byte(to + 1)))
    parts[#parts + 1] = text:sub(at, from - 1)
    parts[#parts + 1] = whole and with or form
    at = to + 1
  end
  parts[#parts + 1] = text:sub(at)
  return table.concat(parts)
end

---A text with every known value replaced; what already is a placeholder stays one.
---@param text string
---@return string
function Names:hide(text)
  local known = self:known(text)
  if known then
    return known
  end
  for _, pair in ipairs(forms(self)) do
    if text:find(pair[1], 1, true) then
      local pieces, at = {}, 1
      -- between the placeholders only: "name" is a word of `<<name 1>>` too
      for from, to in text:gmatch "()<<[%%&]?[%a_]+ %d+>>()" do
        pieces[#pieces + 1] = replace(text:sub(at, from - 1), pair[1], pair[2])
        pieces[#pieces + 1] = text:sub(from, to - 1)
        at = to
      end
      pieces[#pieces + 1] = replace(text:sub(at), pair[1], pair[2])
      text = table.concat(pieces)
    end
  end
  return text
end

return placeholders
