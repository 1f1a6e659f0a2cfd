---One HTTP request as it arrives in pieces, bounded in size; only what a browser sends to us.
local query = require("mwlogin.query")

local request = {}

local MAX_HEAD <const> = 16 * 1024
local MAX_BODY <const> = 64 * 1024

---@class mwlogin.listener.Request
---@field method string "GET", "HEAD" or "POST"
---@field target string path and query as sent
---@field path string
---@field query table<string, string>
---@field headers table<string, string> lower-case names; never to be logged: cookies stand here
---@field form? table<string, string> of a POST
---@field form_text? string the same as sent
local Request = {}
Request.__index = Request

---@return table reading give it bytes with `request.feed`
function request.begin()
  return { head = nil, pieces = {}, size = 0 }
end

local METHODS <const> = { GET = true, HEAD = true, POST = true }

local function read_head(text)
  local line, rest = text:match("^([^\r\n]*)\r?\n(.*)$")
  local method, target = (line or ""):match("^(%u+) (/[!-~]*) HTTP/1%.[01]$")
  if not method then
    return nil, 400
  end
  if not METHODS[method] then
    return nil, 405
  end
  local self = setmetatable({ method = method, target = target, headers = {} }, Request)
  for header in rest:gmatch("[^\r\n]+") do
    local name, value = header:match("^([!#$%%&'*+%-.^_`|~%w]+):[ \t]*(.*)$")
    if not name then
      return nil, 400
    end
    name = name:lower()
    if self.headers[name] and (name == "host" or name == "origin" or name == "content-length") then
      return nil, 400
    end
    self.headers[name] = value:match("^(.*[^ \t])") or ""
  end
  self.path = target:match("^[^?#]*")
  self.query = query.of(target)
  return self
end

local function body_length(self)
  if self.headers["transfer-encoding"] then
    return nil, 411
  end
  if self.method ~= "POST" then
    return 0
  end
  local kind = (self.headers["content-type"] or ""):lower():match("^[^;]*"):match("^%s*(.-)%s*$")
  if kind ~= "application/x-www-form-urlencoded" then
    return nil, 415
  end
  local length = (self.headers["content-length"] or ""):match("^%d+$")
  if not length then
    return nil, 411
  end
  length = math.tointeger(tonumber(length))
  if not length or length > MAX_BODY then
    return nil, 413
  end
  return length
end

---Takes the next bytes.
---@param reading table from `request.begin`
---@param bytes string
---@return mwlogin.listener.Request|false|nil done the request; false: more bytes are needed
---@return integer|nil status of the refusal
function request.feed(reading, bytes)
  reading.pieces[#reading.pieces + 1] = bytes
  reading.size = reading.size + #bytes
  if not reading.head then
    local text = table.concat(reading.pieces)
    local stop, last = text:find("\r?\n\r?\n")
    if not stop then
      reading.pieces = { text }
      return reading.size > MAX_HEAD and nil or false, 431
    end
    if stop > MAX_HEAD then
      return nil, 431
    end
    local head, status = read_head(text:sub(1, stop - 1) .. "\r\n")
    if not head then
      return nil, status
    end
    local length, refused = body_length(head)
    if not length then
      return nil, refused
    end
    reading.head, reading.wanted = head, length
    reading.pieces, reading.size = { text:sub(last + 1) }, #text - last
  end
  if reading.size < reading.wanted then
    return false
  end
  local done = reading.head
  if done.method == "POST" then
    done.form_text = table.concat(reading.pieces):sub(1, reading.wanted)
    done.form = query.read(done.form_text)
  end
  return done
end

return request
