---Watches the exchanges of Sessions and writes them as a transcript.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local redaction = require "mwlogin.testing.transcript.redaction"
local transcript_file = require "mwlogin.testing.transcript.file"

local recorder = {}

---@class mwlogin.testing.Recorder
---@field path string
---@field watch fun(request: table, response: table|nil, failure: table|nil) what the core calls
local Recorder = {}
Recorder.__index = Recorder
Recorder.__name = "mwlogin.testing.Recorder"

---@param path string
---@return mwlogin.testing.Recorder
function recorder.new(path)
  if type(path) ~= "string" or path == "" then
    error("record takes the path of a file", 3)
  end
  local self = setmetatable({ path = path, exchanges = {}, closed = false }, Recorder)
  function self.watch(request, response, failure)
    self.exchanges[#self.exchanges + 1] =
      { request = request, response = response, failure = failure, at = os.time() }
  end
  return self
end

---The api.php that was talked to.
local function api_of(exchanges)
  for _, exchange in ipairs(exchanges) do
    local address = exchange.request.url:match "^[^?#]*"
    if address:find "/api%.php$" then
      return address
    end
  end
  return exchanges[1] and exchanges[1].request.url:match "^[^?#]*" or ""
end

---@return string text the transcript so far
function Recorder:text()
  local shown, secrets = redaction.of(self.exchanges)
  local text = transcript_file.encode({
    mwlogin = require("mwlogin")._VERSION,
    recorded = os.date "!%Y-%m-%d",
    api = api_of(self.exchanges),
  }, shown)
  return redaction.strike(text, secrets)
end

---Writes the transcript and forgets what was seen. Twice is fine.
---@return true|nil
---@return mwlogin.Error|nil err kind store: the file cannot be written
function Recorder:close()
  if self.closed then
    return true
  end
  self.closed = true
  local text = self:text()
  self.exchanges = {}
  local path = self.path:find "/" and self.path or "./" .. self.path
  local written, err = core.private_file.write(path, text)
  if not written then
    return nil, errors.from(err, { advice = "Give a file in a folder where you can write." })
  end
  return true
end

Recorder.__close = Recorder.close

---@return string
function Recorder:__tostring()
  return ("mwlogin.testing.Recorder: %s"):format(self.path)
end

return recorder
