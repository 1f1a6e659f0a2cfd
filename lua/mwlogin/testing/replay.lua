---A transcript as a transport: each request must be the one that was recorded at this place, each
---answer is the one that was given then.
local errors = require "mwlogin.error"
local json = require "mwlogin.json"
local json_text = require "mwlogin.testing.transcript.json_text"
local placeholders = require "mwlogin.testing.transcript.placeholders"
local sent_request = require "mwlogin.testing.transcript.sent_request"
local sorted_names = require "mwlogin.sorted_names"
local transcript_file = require "mwlogin.testing.transcript.file"

local replay = {}

---The smallest picture there is, where a picture was.
local PICTURE <const> = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\8\6\0\0\0\x1f\x15\xc4\x89"
  .. "\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0\5\xfe\2\xfe\xdc\xccY\xe7\0\0\0\0IEND\xaeB`\x82"

---@class mwlogin.testing.Replay
---@field api string address of the recorded wiki, for `mwlogin.open`
---@field transport fun(request: table): table|nil, table|nil
local Replay = {}
Replay.__index = Replay
Replay.__name = "mwlogin.testing.Replay"

-- == values =======================================================================================

---The value behind a placeholder: what the client sent for it, else one that says what it is.
local function value_of(self, name)
  if self.values[name] == nil then
    local made = name:gsub(" ", "-")
    self.values[name] = name:find "^email" and made .. "@example.org" or made
  end
  return self.values[name]
end

local function fill(self, text)
  return placeholders.fill(text, function(name)
    return value_of(self, name)
  end)
end

---Whether a text is what the transcript has there. A placeholder met for the first time stands for
---what the client sends.
local function fits(self, wanted, given)
  local name = placeholders.only(wanted)
  if name and self.values[name] == nil then
    self.values[name] = given
    return given ~= ""
  end
  return fill(self, wanted) == given
end

-- == comparing ====================================================================================

local function where(self)
  return ("exchange %d of %d of %s"):format(self.at, #self.exchanges, self.path)
end

---Raises: a request that was never recorded is a fault of the spec or a change of the client.
local function deviates(self, what)
  error(
    errors.new {
      kind = "answer",
      code = "transcript",
      message = ("%s: %s"):format(where(self), what),
      advice = "Send what was recorded, or record it again.",
    },
    0
  )
end

local function told(request)
  local action = request.params.action
  local words = request.method .. " " .. (request.url or request.address)
  return action and ("%s action=%s"):format(words, tostring(action)) or words
end

local function compare_names(self, wanted, given)
  for _, name in ipairs(sorted_names(wanted)) do
    if given[name] == nil then
      deviates(self, ("the parameter '%s' is missing"):format(name))
    end
  end
  for _, name in ipairs(sorted_names(given)) do
    if wanted[name] == nil then
      deviates(self, ("there was no parameter '%s'"):format(name))
    end
  end
end

---What may be said of a wanted value: of a placeholder what it stands for, never the value given.
local function differs(self, name, wanted)
  local inside = type(wanted) == "string" and placeholders.only(wanted)
  if inside then
    deviates(self, ("'%s' is not the %s seen before (%s)"):format(name, inside, wanted))
  end
  deviates(self, ("'%s' was %s"):format(name, tostring(wanted)))
end

local function compare_value(self, name, wanted, given)
  if type(wanted) ~= "table" then
    if type(given) == "table" or not fits(self, wanted, given) then
      differs(self, name, wanted)
    end
    return
  elseif type(given) ~= "table" or #given ~= #wanted then
    deviates(self, ("'%s' had %d values"):format(name, #wanted))
  end
  for position, item in ipairs(wanted) do
    compare_value(self, name, item, given[position])
  end
end

---A body of JSON: the same keys, the strings as placeholders say.
local function compare_json(self, name, wanted, given)
  if type(wanted) ~= "table" then
    local same = type(wanted) == "string" and fits(self, wanted, tostring(given))
    if not same and wanted ~= given then
      differs(self, name, wanted)
    end
    return
  elseif type(given) ~= "table" then
    differs(self, name, "an object or a list")
  end
  compare_names(self, wanted, given)
  for _, key in ipairs(sorted_names(wanted)) do
    compare_json(self, tostring(key), wanted[key], given[key])
  end
end

local function as_set(list)
  local set = {}
  for _, name in ipairs(list or {}) do
    set[name] = true
  end
  return set
end

local function compare(self, wanted, given)
  if wanted.method ~= given.method or not fits(self, wanted.url, given.address) then
    deviates(self, ("%s was recorded, not %s"):format(told(wanted), told(given)))
  end
  local params = wanted.params
  if params.action and not fits(self, params.action, given.params.action or "") then
    deviates(self, ("%s was recorded, not %s"):format(told(wanted), told(given)))
  end
  compare_names(self, params, given.params)
  for _, name in ipairs(sorted_names(params)) do
    compare_value(self, name, params[name], given.params[name])
  end
  compare_names(self, as_set(wanted.files), as_set(given.files))
  if (wanted.json == nil) ~= (given.json == nil) then
    deviates(self, "a body of JSON " .. (wanted.json and "is missing" or "was not sent"))
  elseif wanted.json then
    compare_json(self, "json", json.decode(wanted.json), json.decode(given.json))
  end
  local proof, shown = wanted.authorization, given.authorization
  if proof and not shown then
    deviates(self, "it carried an Authorization")
  elseif
    proof
    and proof:find " "
    and not fits(self, proof:match " (.*)$", shown:match " (.*)$")
  then
    differs(self, "Authorization", proof:match " (.*)$")
  end
end

-- == answering ====================================================================================

local function headers_of(self, recorded)
  local headers = {}
  for name, value in pairs(recorded) do
    if type(value) == "table" then
      headers[name] = {}
      for position, item in ipairs(value) do
        headers[name][position] = fill(self, item)
      end
    else
      headers[name] = fill(self, value)
    end
  end
  return headers
end

local function body_of(self, response)
  if response.json then
    local function filled(_, value)
      return type(value) == "string" and placeholders.found(value) and fill(self, value) or nil
    end
    return json_text.rewrite(response.json, filled, filled)
  elseif response.bytes then
    local kind = response.headers["content-type"] or ""
    return kind:find "^image/" and PICTURE or (" "):rep(response.bytes)
  end
  return fill(self, response.text or "")
end

local function answer(self, sent)
  self.at = self.at + 1
  local exchange = self.exchanges[self.at]
  local given = sent_request.read(sent)
  if not exchange then
    self.at = #self.exchanges
    deviates(self, ("nothing was recorded after it, and this is %s"):format(told(given)))
  end
  compare(self, exchange.request, given)
  if exchange.failure then
    return nil, exchange.failure
  end
  local response = exchange.response
  return {
    status = response.status,
    headers = headers_of(self, response.headers),
    body = body_of(self, response),
  }
end

-- == what specs call ==============================================================================

---@return boolean whether all that was recorded was asked for
function Replay:is_finished()
  return self.at == #self.exchanges
end

---Raises unless all that was recorded was asked for.
function Replay:finish()
  if not self:is_finished() then
    local next_one = self.exchanges[self.at + 1]
    error(
      ("%d of %d exchanges of %s were not asked for; the next is %s"):format(
        #self.exchanges - self.at,
        #self.exchanges,
        self.path,
        told(next_one.request)
      ),
      2
    )
  end
end

---The exchanges that are still to come, as recorded.
---@param count integer|nil 1 is the next
---@return table|nil exchange { request, response, failure }
function Replay:peek(count)
  return self.exchanges[self.at + (count or 1)]
end

---What will be taken for a recorded value: the value itself, or what its placeholder stands for.
---@param recorded string
---@return string
function Replay:value(recorded)
  return fill(self, recorded)
end

---Settles what stands behind a placeholder before it is met.
---@param recorded string
---@param value string
function Replay:assume(recorded, value)
  local name = placeholders.only(recorded)
  if name then
    self.values[name] = value
  end
end

---Logs in as recorded, with made-up answers, and out again where that was recorded too.
---@return mwlogin.Identity|nil identity
---@return mwlogin.Error|nil err what the wiki answered then
function Replay:login()
  return require("mwlogin.testing.replayed_login").run(self)
end

---@return string
function Replay:__tostring()
  return ("mwlogin.testing.Replay: %s"):format(self.path)
end

---@param path string
---@return mwlogin.testing.Replay|nil
---@return mwlogin.Error|nil err kind answer: no transcript, damaged, newer; kind store: unreadable
function replay.new(path)
  if type(path) ~= "string" then
    error("replay takes the path of a transcript", 3)
  end
  local file, reason = io.open(path, "rb")
  local text = file and file:read "a"
  if file then
    file:close()
  end
  if not text then
    return nil,
      errors.new {
        kind = "answer",
        code = "no-transcript",
        message = ("The transcript cannot be read: %s"):format(reason or path),
        advice = "Give the path of a file that `mwlogin record` wrote.",
      }
  end
  local transcript, err = transcript_file.decode(path, text)
  if not transcript then
    return nil, err
  end
  local self = setmetatable({
    path = path:match "[^/]*$",
    api = transcript.api,
    exchanges = transcript.exchanges,
    at = 0,
    values = {},
  }, Replay)
  function self.transport(sent)
    return answer(self, sent)
  end
  return self
end

return replay
