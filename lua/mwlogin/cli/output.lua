---What the command prints: results on stdout, words on stderr, and nothing that a wiki could use to
---write on the user's screen what it likes.
local exit = require "mwlogin.cli.exit"
local plaintext = require "mwlogin.plaintext"

local output = {}

---Keys that come first in a JSON object, for people who read along; the others follow by name.
local FIRST <const> = {
  "wiki",
  "name",
  "id",
  "method",
  "anonymous",
  "fresh",
  "account",
  "type",
  "kind",
  "code",
  "message",
  "advice",
}

local RANK = {}
for rank, key in ipairs(FIRST) do
  RANK[key] = rank
end

---Text for a terminal, without control, invisible and reordering characters.
---@param text any
---@return string
function output.clean(text)
  return plaintext.clean(text) or plaintext.clean(tostring(text))
end

---A WIKI as it may be shown: without what somebody wrote before the @.
---@param wiki string
---@return string
function output.address(wiki)
  return (output.clean(wiki):gsub("^(%a*:?/?/?)[^/]*@", "%1***@"))
end

local SHORT <const> = {
  [0x22] = '\\"',
  [0x5C] = "\\\\",
  [0x0A] = "\\n",
  [0x0D] = "\\r",
  [0x09] = "\\t",
}

local function escape(code)
  if code <= 0xFFFF then
    return ("\\u%04x"):format(code)
  end
  local rest = code - 0x10000
  return ("\\u%04x\\u%04x"):format(0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF))
end

---A JSON string; what a terminal must not get is written as \uXXXX, bytes that are no UTF-8 as
---U+FFFD.
local function encode_string(text)
  text = text:gsub('[%c"\\]', function(one)
    return SHORT[one:byte()] or escape(one:byte())
  end)
  if not text:find("[\x80-\xFF]") then
    return '"' .. text .. '"'
  end
  text = text:gsub("[\x80-\xFF]+", function(run)
    local clean = plaintext.clean(run)
    if clean == run then
      return run
    end
    local parts, position = {}, 1
    while position <= #run do
      local one = run:match("^[\xC2-\xFD][\x80-\xBF]+", position) or run:sub(position, position)
      local valid = utf8.len(one) == 1
      local shown = valid and plaintext.clean(one) == one
      parts[#parts + 1] = shown and one or escape(valid and utf8.codepoint(one) or 0xFFFD)
      position = position + #one
    end
    return table.concat(parts)
  end)
  return '"' .. text .. '"'
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    local left, right = RANK[a] or math.huge, RANK[b] or math.huge
    if left ~= right then
      return left < right
    end
    return tostring(a) < tostring(b)
  end)
  return keys
end

local encode

---Joins encoded items, each on a line of its own when `indent` is given.
local function enclose(open, items, close, indent)
  if #items == 0 then
    return open .. close
  end
  if not indent then
    return open .. table.concat(items, ",") .. close
  end
  local inner = "\n" .. indent .. "  "
  return open .. inner .. table.concat(items, "," .. inner) .. "\n" .. indent .. close
end

local function encode_table(value, indent)
  local deeper = indent and indent .. "  "
  local items = {}
  -- what is empty is a list: no result is an empty object, and PHP's empty arrays are lists too
  if #value > 0 or next(value) == nil then
    for position, item in ipairs(value) do
      items[position] = encode(item, deeper)
    end
    return enclose("[", items, "]", indent)
  end
  local colon = indent and ": " or ":"
  for position, key in ipairs(sorted_keys(value)) do
    items[position] = encode_string(tostring(key)) .. colon .. encode(value[key], deeper)
  end
  return enclose("{", items, "}", indent)
end

function encode(value, indent)
  local kind = math.type(value) or type(value)
  if kind == "table" then
    return encode_table(value, indent)
  elseif kind == "integer" or kind == "boolean" then
    return tostring(value)
  elseif kind == "float" then
    local whole = math.tointeger(value)
    local finite = value == value and value ~= math.huge and value ~= -math.huge
    return whole and tostring(whole) or finite and ("%.14g"):format(value) or "null"
  elseif kind == "nil" then
    return "null"
  end
  return encode_string(tostring(value))
end

---JSON with keys in a fixed order and every control character escaped.
---@param value any
---@param pretty? boolean several lines, indented
---@return string
function output.encode(value, pretty)
  return encode(value, pretty and "" or nil)
end

---@class mwlogin.cli.Output
---@field package json boolean
---@field failed boolean whether something could not be written
local Output = {}
Output.__index = Output

---@param args table parsed arguments; `json` counts
---@return mwlogin.cli.Output
function output.new(args)
  return setmetatable({ json = args.json == true, failed = false }, Output)
end

---To standard output; a failure to write is noted for the exit code.
---@param text string
function Output:write(text)
  local written = io.stdout:write(text, "\n") and io.stdout:flush()
  if not written and not self.failed then
    self.failed = true
    self:say("the result could not be written to standard output")
  end
end

---One result: an object with --json, else the line (or lines) made for reading.
---@param fields table what --json prints
---@param text string|nil what is printed without --json; nil prints nothing
function Output:result(fields, text)
  if self.json then
    self:write(output.encode(fields))
  elseif text then
    self:write(text)
  end
end

---As wide as the terminal; in a file or a pipe a line stays a line.
local function for_person(text)
  local display = require "mwlogin.display"
  text = display.plain(text)
  local core = require "mwlogin.core"
  if not core.isatty(2) then
    return text
  end
  local terminal <close> = core.terminal()
  return display.wrap(text, display.columns(terminal and terminal:size()), "  ")
end

---Words for a person.
---@param text string
function Output:say(text) -- luacheck: ignore 212
  io.stderr:write(for_person("mwlogin: " .. output.clean(text)), "\n")
end

---An error that did not keep the work from being done: words on stderr.
---@param wiki string as given by the user
---@param err table an error of the library
function Output:warn(wiki, err)
  local message = tostring(err.message or err.code or err)
  wiki = output.address(wiki)
  local line = plaintext.line(message)
  self:say(line:find(wiki, 1, true) and line or ("%s: %s"):format(wiki, line))
  if err.advice and not message:find(err.advice, 1, true) then
    io.stderr:write(for_person("  " .. output.clean(err.advice)), "\n")
  end
end

local function step_of(err)
  return err.kind == "interaction" and type(err.step) == "table" and err.step or nil
end

---An error: words on stderr, with --json an object on stdout too. Where an answer is wanted, what
---the wiki asks is shown.
---@param wiki string as given by the user
---@param err table an error of the library
function Output:failure(wiki, err)
  self:warn(wiki, err)
  local step = step_of(err)
  local asked = step and require "mwlogin.cli.asked"
  for _, line in ipairs(asked and asked.lines(step) or {}) do
    io.stderr:write(for_person("  " .. output.clean(line)), "\n")
  end
  if self.json then
    local message = tostring(err.message or err.code or err)
    self:write(output.encode {
      wiki = output.address(wiki),
      error = {
        kind = err.kind,
        code = err.code,
        message = message,
        advice = err.advice,
        status = err.status,
        retry_after = err.retry_after,
        says = step and step.message,
        asks = asked and asked.requests(step),
      },
    })
  end
end

---The exit code of a run that failed with `err`, or ended well.
---@param err table|nil
---@return integer
function Output:code(err)
  if err == nil and self.failed then
    return exit.USAGE
  end
  return exit.code(err)
end

return output
