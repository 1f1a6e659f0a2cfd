--- The captured replies of real wikis as bodies to be bent: the JSON text as it came.
local cjson = require("cjson")
local php_request = require("mwlogin.testing.php_request")

local captured = {}

local FOLDER <const> = "spec/captures/"

local function read_file(name)
  local file <close> = assert(io.open(FOLDER .. name, "rb"))
  return file:read("a")
end

local function names()
  local list = {}
  for line in read_file("INDEX.md"):gmatch("[^\n]+") do
    list[#list + 1] = line:match("^| ([%w-]+) | %d+ |")
  end
  return list
end

local function params_of(request)
  local params = php_request.decode_form(request.line:match("%?(%S*)") or "")
  local body = request.body or ""
  for name, value in pairs(body:sub(1, 1) == "{" and {} or php_request.decode_form(body)) do
    params[name] = value
  end
  return params
end

local function read(name)
  local text = read_file(name .. ".json")
  local capture = cjson.decode(text)
  local response = capture.response
  local json = text:match('\n  "json": (.*)\n }\n}%s*$')
  return {
    name = name,
    status = response.status,
    headers = response.headers,
    set_cookie = response.set_cookie,
    is_json = json ~= nil,
    body = response.text or json,
    reply = response.json,
    params = params_of(capture.request),
    path = capture.request.line:match("^%u+ ([^%s?]*)"),
  }
end

--- All of them: { name, status, headers, set_cookie, is_json, body (text), reply (decoded), params
--- and path of what was asked }.
---@return table[]
function captured.all()
  local list = {}
  for position, name in ipairs(names()) do
    list[position] = read(name)
  end
  return list
end

return captured
