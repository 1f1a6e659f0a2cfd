---A request as a server of a spec reads it off its socket: as far as our own clients need it.
local http_request = {}

---@param client table a LuaSocket connection, which should have a timeout
---@return table|nil request { method, target, path, query, headers, body }, the names of headers in
---small letters; nil when the client sent none
function http_request.read(client)
  local line = client:receive("*l")
  local method, target = (line or ""):match("^(%u+) (%S+) HTTP/")
  if not method then
    return nil
  end
  local request = { method = method, target = target, headers = {} }
  for header in
    function()
      return client:receive("*l")
    end
  do
    local name, value = header:match("^([^:]+):%s*(.*)$")
    if not name then
      break
    end
    request.headers[name:lower()] = value
  end
  local length = math.tointeger(tonumber(request.headers["content-length"])) or 0
  request.body = length > 0 and client:receive(length) or ""
  request.path, request.query = target:match("^([^?]*)%??(.*)$")
  return request
end

return http_request
