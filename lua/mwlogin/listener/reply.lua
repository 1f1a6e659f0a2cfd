---A reply of our listener, as bytes.
local page = require("mwlogin.listener.page")

local reply = {}

local REASONS <const> = {
  [200] = "OK",
  [303] = "See Other",
  [400] = "Bad Request",
  [403] = "Forbidden",
  [404] = "Not Found",
  [405] = "Method Not Allowed",
  [408] = "Request Timeout",
  [410] = "Gone",
  [411] = "Length Required",
  [413] = "Content Too Large",
  [415] = "Unsupported Media Type",
  [431] = "Request Header Fields Too Large",
}

---@param status integer
---@return table reply to a request that is not taken
function reply.refusal(status)
  return { status = status, body = page.say(REASONS[status] or "No", "This request is not taken.") }
end

---@param shown table { status, headers?, body? }
---@param without_body boolean|nil as HEAD wants it
---@return string bytes the whole response; the connection ends with it
function reply.encode(shown, without_body)
  local headers = page.headers()
  for name, value in pairs(shown.headers or {}) do
    headers[name] = value
  end
  local body = shown.body or ""
  headers["Content-Length"] = tostring(#body)
  headers["Connection"] = "close"
  local lines = { ("HTTP/1.1 %d %s"):format(shown.status, REASONS[shown.status] or "Status") }
  for name, value in pairs(headers) do
    lines[#lines + 1] = name .. ": " .. value
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (without_body and "" or body)
end

return reply
