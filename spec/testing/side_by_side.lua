-- The same dialogue with the real wiki and with the scripted one, and what each of them said.
local cookie_client = require("spec.testing.cookie_client")
local http = require("socket.http")
local ltn12 = require("ltn12")

local side_by_side = {}

-- What changes from one run to the next is told by its kind.
local VOLATILE = {
  logintoken = "token",
  csrftoken = "token",
  createaccounttoken = "token",
  token = "token",
  docref = "docref",
  info = "text",
}

local function steady(value)
  if type(value) ~= "table" then
    return value
  end
  local result = {}
  for key, item in pairs(value) do
    local is_id = (key == "id" or key == "lguserid") and type(item) == "number"
    local kind = is_id and "id" or type(item) == "string" and VOLATILE[key]
    result[key] = kind and item ~= "+\\" and kind or steady(item)
  end
  if type(result.requests) == "table" then
    -- Which of two primary providers comes first is a setting of each wiki.
    table.sort(result.requests, function(a, b)
      return a.id < b.id
    end)
  end
  return result
end

-- LuaSocket joins several Set-Cookie headers with commas; dates hold commas of their own.
local function split_cookies(joined)
  local list = {}
  for line in (joined or ""):gsub(", ([%w_%-]+=)", "\n%1"):gmatch("[^\n]+") do
    list[#list + 1] = line
  end
  return list
end

local function real_transport(request)
  local sink, headers = {}, {}
  for name, value in pairs(request.headers) do
    headers[name] = value
  end
  headers["Content-Length"] = request.body and #request.body or nil
  local ok, status, received = http.request({
    url = request.url,
    method = request.method,
    headers = headers,
    redirect = false,
    source = request.body and ltn12.source.string(request.body) or nil,
    sink = ltn12.sink.table(sink),
  })
  assert(ok, status)
  local kept = { ["Set-Cookie"] = split_cookies(received["set-cookie"]) }
  kept["MediaWiki-API-Error"] = received["mediawiki-api-error"]
  return { status = status, headers = kept, body = table.concat(sink) }
end

-- Login cookies only, and whether they were set or deleted.
local function cookies_of(client)
  local list = {}
  for _, line in ipairs(client.cookies) do
    local name, value = line:match("^([^=]+)=([^;]*)")
    if name:find("^wiki[%u_]") then
      list[#list + 1] = name .. (value == "deleted" and " deleted" or "")
    end
  end
  return list
end

local function hold(wiki, dialogue)
  local client, said = cookie_client.new(wiki), {}
  dialogue(client, function(reply)
    local entry = { reply = steady(reply), cookies = cookies_of(client) }
    entry.error = client.reply.headers["MediaWiki-API-Error"]
    said[#said + 1] = entry
    return reply
  end)
  return said
end

--- Holds a dialogue with both.
---@param real table a wiki of spec.wiki
---@param scripted table a wiki of mwlogin.testing
---@param dialogue function function(client, say): `say(reply)` notes a reply
---@return table real_said, table scripted_said lists of { reply, cookies, error }
function side_by_side.hold(real, scripted, dialogue)
  local as_transport = { api = real.api, transport = real_transport }
  return hold(as_transport, dialogue), hold(scripted, dialogue)
end

return side_by_side
