--- Where the answers of the proxy come from: a scripted wiki in its process, or a real one.
local dialogues = require("spec.faults.dialogues")
local php_request = require("mwlogin.testing.php_request")
local socket = require("socket")
local testing = require("mwlogin.testing")

local origin = {}

local function line_of(name, value)
  return name .. ": " .. value .. "\r\n"
end

--- A whole HTTP response.
---@param response table { status, headers, body }
---@return string bytes
function origin.write(response)
  local body = response.body or ""
  local lines = { ("HTTP/1.1 %d Whatever\r\n"):format(response.status) }
  for name, value in pairs(response.headers or {}) do
    for _, one in ipairs(type(value) == "table" and value or { value }) do
      lines[#lines + 1] = line_of(name, one)
    end
  end
  lines[#lines + 1] = line_of("Content-Length", #body)
  return table.concat(lines) .. "\r\n" .. body
end

local BEARER <const> = [[{"batchcomplete":true,"query":{"userinfo":{"id":1,"name":"Alice"}}}]]
local NO_BEARER <const> = [[{"error":{"code":"mwoauth-invalid-authorization","info":"No."}}]]

-- What mwlogin.testing has no words for: a bearer that is Alice's.
local function answer_bearer(header)
  local body = header == "Bearer alices.bearer" and BEARER or NO_BEARER
  return { status = 200, headers = { ["Content-Type"] = "application/json" }, body = body }
end

--- A scripted wiki.
---@param options table of mwlogin.testing.wiki; `api` is where the proxy is; `dialogue` is one of
---   spec.faults.dialogues
---@return table origin `answer(request)` → bytes; `passwords()` and `edits()` were sent; `facts()`
function origin.scripted(options)
  local dialogue = dialogues[options.dialogue or ""]
  options.dialogue = nil
  for name, value in pairs(dialogue or {}) do
    options[name] = value
  end
  local wiki = testing.wiki(options)
  local base = options.api:match("^(https?://[^/]+)")
  local self = {}

  function self.answer(request)
    local sent = {
      method = request.method,
      url = base .. request.target,
      headers = request.headers,
      body = request.body ~= "" and request.body or nil,
    }
    local header = php_request.read(sent).header("authorization")
    if header then
      return origin.write(answer_bearer(header))
    end
    return origin.write(assert(wiki.transport(sent)))
  end

  function self.passwords()
    local count = 0
    for _, request in ipairs(wiki.requests) do
      local has = request.params.password or request.params.lgpassword
      count = count + (has and 1 or 0)
    end
    return count
  end

  function self.edits()
    return #wiki.edits
  end

  function self.facts()
    local alice = wiki.accounts.Alice
    return {
      carol = wiki.accounts.Carol ~= nil,
      links = #alice.links,
      password = alice.password,
    }
  end
  return self
end

local function unchunked(body)
  local pieces, at = {}, 1
  repeat
    local size, start = body:match("^(%x+)[^\r]*\r\n()", at)
    local length = tonumber(size, 16)
    pieces[#pieces + 1] = body:sub(start, start + length - 1)
    at = start + length + 2
  until length == 0
  return table.concat(pieces)
end

-- An answer whose length is told needs no end of its connection: the client's stays open, so that
-- it has one to use again.
local function without_close(bytes)
  local head, body = bytes:match("^(.-\r\n)\r\n(.*)$")
  if not head then
    return bytes, true
  end
  head = head:gsub("[Cc]onnection:[^\r]*\r\n", "")
  if head:lower():find("\r\ntransfer-encoding: chunked", 1, true) then
    body = unchunked(body)
    head = head:gsub("[Tt]ransfer%-[Ee]ncoding:[^\r]*", "Content-Length: " .. #body)
  elseif not head:lower():find("\r\ncontent-length:", 1, true) then
    return bytes, true
  end
  return head .. "\r\n" .. body, false
end

--- A real wiki on another port of this machine.
---@param port integer
---@return table origin `answer(request)` → bytes, whether its connection ends with it
function origin.real(port)
  local passwords, edits = 0, 0
  return {
    answer = function(request)
      local has = request.body:find("password=", 1, true)
      passwords = passwords + (has and 1 or 0)
      local upstream = assert(socket.connect("127.0.0.1", port))
      upstream:settimeout(60)
      local head = request.head:gsub("\r\n[Cc]onnection:[^\r]*", "")
      assert(
        upstream:send((head:gsub("\r\n\r\n$", "\r\nConnection: close\r\n\r\n")) .. request.body)
      )
      local bytes = assert(upstream:receive("*a"))
      upstream:close()
      local edited = request.body:find("action=edit", 1, true) and bytes:find('"Success"', 1, true)
      edits = edits + (edited and 1 or 0)
      return without_close(bytes)
    end,
    passwords = function()
      return passwords
    end,
    edits = function()
      return edits
    end,
  }
end

return origin
