---A request as a transport gets it, taken apart for a transcript: for its record and for what a
---replay compares with it.
local php_request = require "mwlogin.testing.php_request"
local sorted_names = require "mwlogin.sorted_names"

local sent_request = {}

---MediaWiki's script takes its parameters from the query and the form alike.
local function add(params, list)
  for _, pair in ipairs(list) do
    local name, value = pair[1], pair[2]
    local there = params[name]
    if there == nil then
      params[name] = value
    elseif type(there) == "table" then
      there[#there + 1] = value
    else
      params[name] = { there, value }
    end
  end
end

---@param sent table { method, url, headers, body }
---@return table request { method, address (without query), params, files (names of parameters),
---  json (text), content (of any other kind), authorization }
function sent_request.read(sent)
  local request = php_request.read(sent)
  local read = {
    method = request.method,
    address = sent.url:match "^[^?#]*",
    params = {},
    authorization = request.header "authorization",
  }
  add(read.params, request.sent)
  if next(request.files) then
    read.files = sorted_names(request.files)
  end
  local kind = request.header "content-type" or ""
  if type(sent.body) == "string" and not kind:find "^application/x%-www%-form%-urlencoded" then
    if kind:find "json" then
      read.json = sent.body
    else
      read.content = sent.body
    end
  end
  return read
end

return sent_request
