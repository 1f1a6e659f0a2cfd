---The file of a transcript: lines of JSON. The first says what it is, the last how many exchanges
---stand between, so that a file cut short is noticed.
---
---    {"transcript":1,"mwlogin":"0.1.0","recorded":"2026-11-24","api":"https://…/api.php"}
---    {"request":{"method":"GET",…},"response":{"status":200,"headers":{…},"json":{…}}}
---    {"exchanges":1}
local errors = require "mwlogin.error"
local json = require "mwlogin.json"
local json_text = require "mwlogin.testing.transcript.json_text"

local file = {}

local FORMAT <const> = 1

-- == writing ======================================================================================

---Keys in this order, those that are left out of it by name behind them.
local ORDER <const> = {
  "transcript",
  "mwlogin",
  "recorded",
  "api",
  "request",
  "method",
  "url",
  "response",
  "failure",
  "status",
  "headers",
}

local RANK = {}
for rank, key in ipairs(ORDER) do
  RANK[key] = rank
end

---Text that is JSON already, in the order of the wiki.
local Raw = {}

local encode

local function encode_map(map)
  local keys = {}
  for key in pairs(map) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    local left, right = RANK[a] or #ORDER + 1, RANK[b] or #ORDER + 1
    return left < right or left == right and a < b
  end)
  local members = {}
  for position, key in ipairs(keys) do
    members[position] = json_text.quote(key) .. ":" .. encode(map[key])
  end
  return "{" .. table.concat(members, ",") .. "}"
end

function encode(value)
  if type(value) == "string" then
    return json_text.quote(value)
  elseif getmetatable(value) == Raw then
    return value.text
  elseif type(value) ~= "table" then
    return tostring(value)
  elseif #value == 0 then
    return encode_map(value)
  end
  local items = {}
  for position, item in ipairs(value) do
    items[position] = encode(item)
  end
  return "[" .. table.concat(items, ",") .. "]"
end

---The same part of an exchange, its `json` marked as such.
local function marked(part)
  local copy = {}
  for key, value in pairs(part or {}) do
    copy[key] = key == "json" and setmetatable({ text = value }, Raw) or value
  end
  return part and copy
end

---@param head table mwlogin, recorded, api
---@param exchanges table[] as redaction.of makes them
---@return string text
function file.encode(head, exchanges)
  head.transcript = FORMAT
  local lines = { encode(head) }
  for _, exchange in ipairs(exchanges) do
    lines[#lines + 1] = encode {
      request = marked(exchange.request),
      response = marked(exchange.response),
      failure = exchange.failure,
    }
  end
  lines[#lines + 1] = encode { exchanges = #exchanges }
  return table.concat(lines, "\n") .. "\n"
end

-- == reading ======================================================================================

local function damaged(path, line, what)
  return nil,
    errors.new {
      kind = "answer",
      code = "transcript-damaged",
      message = ("%s, line %d: %s"):format(path, line, what),
      advice = "Record it again, or take the line as `mwlogin record` wrote it.",
    }
end

---The text of a body in JSON is kept beside what it decodes to: a decoder loses its order.
local function raw_json(line, part)
  local outer = json_text.members(line)
  local inner = outer and outer[part] and json_text.members(outer[part])
  return inner and inner.json
end

local function decode_exchange(line)
  local exchange = json_text.members(line) and json.decode(line)
  local request = exchange and exchange.request
  if type(request) ~= "table" or type(request.method) ~= "string" then
    return nil, "no exchange: a request with a method is missing"
  elseif type(request.url) ~= "string" or type(request.params) ~= "table" then
    return nil, "no exchange: its request lacks url or params"
  end
  local response, failure = exchange.response, exchange.failure
  if type(response) == "table" and math.type(response.status) == "integer" then
    if type(response.headers) ~= "table" then
      return nil, "no exchange: its response lacks headers"
    end
    response.json = raw_json(line, "response")
  elseif type(failure) ~= "table" or not (failure.kind and failure.code and failure.message) then
    return nil, "no exchange: neither a response with a status nor a failure"
  end
  request.json = raw_json(line, "request")
  return exchange
end

local function check_head(path, line)
  local head = line and json_text.members(line) and json.decode(line)
  if not head or math.type(head.transcript) ~= "integer" or type(head.api) ~= "string" then
    return nil,
      errors.new {
        kind = "answer",
        code = "no-transcript",
        message = ("%s is no transcript of a login"):format(path),
        advice = "Make one with `mwlogin record WIKI FILE`.",
      }
  elseif head.transcript > FORMAT then
    return nil,
      errors.new {
        kind = "answer",
        code = "transcript-newer",
        message = ("%s was written by a newer mwlogin (%s)"):format(path, tostring(head.mwlogin)),
        advice = "Use that version, or record it again with this one.",
      }
  end
  return head
end

---@param path string for messages
---@param text string
---@return table|nil transcript { api, mwlogin, recorded, exchanges }
---@return mwlogin.Error|nil err kind answer: no transcript, damaged, newer
function file.decode(path, text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  local head, err = check_head(path, lines[1])
  if not head then
    return nil, err
  end
  head.exchanges = {}
  for number = 2, #lines - 1 do
    local exchange, what = decode_exchange(lines[number])
    if not exchange then
      return damaged(path, number, what)
    end
    head.exchanges[#head.exchanges + 1] = exchange
  end
  local tail = json_text.members(lines[#lines]) and json.decode(lines[#lines])
  if not tail or tail.exchanges ~= #head.exchanges then
    return damaged(path, #lines, "the end is missing, or exchanges are")
  end
  return head
end

return file
