---A request as PHP hands it to MediaWiki: query and body decoded, arrays built, names bent.
local php_request = {}

local function decode(text)
  return (
    text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  )
end

-- PHP writes "_" for a blank or a dot in a name; "name[]" makes a list.
local function store(map, name, value)
  local base, list = name, false
  if name:sub(-2) == "[]" then
    base, list = name:sub(1, -3), true
  end
  base = base:gsub("[ .]", "_")
  if not list then
    map[base] = value
  elseif type(map[base]) == "table" then
    table.insert(map[base], value)
  else
    map[base] = { value }
  end
end

---Decodes `a=1&b=2`.
---@param text string
---@return table map name → string, or list of strings for `name[]`
---@return table pairs list of { name, value } as sent
function php_request.decode_form(text)
  local map, sent = {}, {}
  for piece in text:gmatch("[^&]+") do
    local name, value = piece:match("^([^=]*)=(.*)$")
    name, value = decode(name or piece), decode(value or "")
    if name ~= "" then
      sent[#sent + 1] = { name, value }
      store(map, name, value)
    end
  end
  return map, sent
end

local function decode_parts(parts)
  local map, sent, files = {}, {}, {}
  for _, part in ipairs(parts) do
    if part.filename then
      files[part.name] = part
    else
      sent[#sent + 1] = { part.name, part.value }
      store(map, part.name, part.value)
    end
  end
  return map, sent, files
end

local function decode_cookies(header)
  local cookies = {}
  for name, value in (header or ""):gmatch("([^=;%s]+)=([^;]*)") do
    -- MediaWiki takes a cookie whose value is "deleted" for one that is not there.
    if value ~= "deleted" then
      cookies[name] = decode(value)
    end
  end
  return cookies
end

local function header(headers, wanted)
  for name, value in pairs(headers or {}) do
    if name:lower() == wanted then
      return value
    end
  end
end

---Reads what a transport was given.
---@param sent table { method, url, headers, body }
---@return table request { method, url, origin, path, query, post, params, sent, files, cookies,
---   headers, header(name), body }; `sent` is a list of { name, value } in the order sent
function php_request.read(sent)
  if type(sent.method) ~= "string" or type(sent.url) ~= "string" then
    error("a transport is given { method, url, headers, body }", 0)
  end
  local origin, rest = sent.url:match("^(%a[%w+.-]*://[^/?#]*)([^#]*)")
  if not origin then
    error("not an absolute address: " .. sent.url, 0)
  end
  local path, query = rest:match("^([^?]*)%??(.*)$")
  local request = {
    method = sent.method,
    url = sent.url,
    origin = origin:lower(),
    path = path == "" and "/" or path,
    headers = sent.headers or {},
    body = sent.body,
    post = {},
    files = {},
  }
  function request.header(name)
    return header(request.headers, name:lower())
  end
  request.query, request.sent = php_request.decode_form(query)
  request.query_names = {}
  for name in pairs(request.query) do
    request.query_names[name] = true
  end
  local posted = {}
  if type(sent.body) == "table" then
    request.post, posted, request.files = decode_parts(sent.body)
  elseif sent.method == "POST" and type(sent.body) == "string" then
    local kind = request.header("content-type") or ""
    -- Any other body is not looked at: the wiki sees no parameters at all.
    if kind:find("^application/x%-www%-form%-urlencoded") then
      request.post, posted = php_request.decode_form(sent.body)
    end
  end
  table.move(posted, 1, #posted, #request.sent + 1, request.sent)
  request.params = {}
  for name, value in pairs(request.query) do
    request.params[name] = value
  end
  for name, value in pairs(request.post) do
    request.params[name] = value
  end
  request.action = request.params.action
  request.cookies = decode_cookies(request.header("cookie"))
  return request
end

return php_request
