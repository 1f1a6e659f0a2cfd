-- Every captured exchange, read by the C core as if it had just arrived: the primitive that fits
-- the captured request is called with its parameters, the transport answers with the captured
-- response, and the outcome must be what captures/INDEX.md states.
local cjson = require("cjson")
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local php_request = require("mwlogin.testing.php_request")

local FOLDER = "spec/captures/"
local ORIGIN = "http://127.0.0.1:8920"
local COUNT = 262

-- The core sets these itself.
local SET_BY_CORE = {
  format = true,
  formatversion = true,
  errorformat = true,
  loginmessageformat = true,
  createmessageformat = true,
  linkmessageformat = true,
}

local STEPS = { clientlogin = true, createaccount = true, linkaccount = true }

local function read_file(name)
  local file = assert(io.open(FOLDER .. name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- The rows of INDEX.md: { name, status, code }.
local function read_index()
  local rows = {}
  for line in read_file("INDEX.md"):gmatch("[^\n]+") do
    local name, status, code = line:match("^| ([%w-]+) | (%d+) | ([^|]*) |")
    if name then
      rows[#rows + 1] = { name = name, status = tonumber(status), code = code:match("%S+") }
    end
  end
  return rows
end

-- The body as it came: the captured JSON text itself, its keys in the wiki's order.
local function body_of(text, response)
  return response.text or text:match('\n  "json": (.*)\n }\n}%s*$') or error("no body")
end

local function read_capture(row)
  local text = read_file(row.name .. ".json")
  local capture = cjson.decode(text)
  local method, target = capture.request.line:match("^(%u+) (%S+) HTTP")
  local path, query = target:match("^([^?]*)%??(.*)$")
  local body = capture.request.body or ""
  local is_json = body:sub(1, 1) == "{"
  local params = php_request.decode_form(query)
  local in_query = php_request.decode_form(query)
  for name, value in pairs(is_json and {} or php_request.decode_form(body)) do
    params[name] = value
  end
  return {
    method = method,
    target = target,
    is_api = path == "/api.php",
    is_json = is_json,
    body = body,
    params = params,
    in_query = in_query,
    authorization = capture.request.headers.Authorization,
    response = capture.response,
    reply_body = body_of(text, capture.response),
  }
end

-- What is handed to the core: lists under a name that ends in "[]", nothing the core sets itself.
local function core_params(capture)
  local params = {}
  for name, value in pairs(capture.params) do
    if not SET_BY_CORE[name] then
      params[type(value) == "table" and name .. "[]" or name] = value
    end
  end
  return params
end

local function open_session(capture, seen)
  local headers = {}
  for name, value in pairs(capture.response.headers) do
    headers[name] = value
  end
  headers["Set-Cookie"] = capture.response.set_cookie
  local pool = core.pool()
  local session = pool:session(ORIGIN .. "/api.php", {
    user_agent = "captures_spec",
    transport = function(request)
      seen.count = (seen.count or 0) + 1
      seen.request = request
      return { status = capture.response.status, headers = headers, body = capture.reply_body }
    end,
  })
  return pool, session
end

-- Is this the request session:token makes?
local function asks_one_token(capture)
  local params = capture.params
  local type = params.type
  local only = params.meta == "tokens" and type and not type:find("|", 1, true)
  return only and capture.method == "GET" and not params.assert
end

local function call_primitive(session, capture)
  local params, action = core_params(capture), capture.params.action
  if capture.method == "POST" and action == "login" then
    return "login", session:login(params)
  elseif capture.method == "POST" and STEPS[action] then
    params.action = nil
    return action, session:auth_step(action, params)
  elseif asks_one_token(capture) then
    return "token", session:token(capture.params.type)
  end
  local method = capture.method == "POST" and "POST" or "GET"
  local options = { authorization = capture.authorization }
  return "call", session:call(method, params, options)
end

-- What a reader of INDEX.md expects: nil for a sound reply, else { kind, code }.
local function expected_error(row, capture)
  local response = capture.response
  if row.status == 405 then
    return { kind = "api", code = row.code }
  elseif row.status ~= 200 then
    return { kind = "http", code = tostring(row.status) }
  elseif not response.json then
    return { kind = "protocol", code = "html" }
  elseif row.code then
    return { kind = row.code == "ratelimited" and "throttled" or "api", code = row.code }
  elseif asks_one_token(capture) and not (response.json.query or {}).tokens then
    return { kind = "protocol", code = "no_token" }
  end
end

-- The core turns the options of a field into a list of { value, label }.
local function as_map(options)
  if #options == 0 then
    return options
  end
  local map = {}
  for _, option in ipairs(options) do
    map[option.value] = option.label
  end
  return map
end

-- The decoded reply against the capture, all the way down.
local function same_content(expected, got, path)
  if expected == cjson.null then
    assert.is_nil(got, path)
  elseif type(expected) ~= "table" then
    assert.equal(expected, got, path)
  else
    assert.equal("table", type(got), path)
    for key, value in pairs(expected) do
      local inner = path .. "." .. tostring(key)
      if key == "options" then
        assert.same(value, as_map(got[key]), inner)
      else
        same_content(value, got[key], inner)
      end
    end
  end
end

-- The order of fields and options in the captured text, which is indented by one blank a level:
-- for each request a list of { name, option, … }.
local function order_in(text)
  local requests, indent, in_options = {}, nil, false
  for line in text:gmatch("[^\n]+") do
    local blanks, name = line:match('^( *)"(.-)": ')
    local depth = #(blanks or line:match("^ *"))
    if name == "fields" then
      requests[#requests + 1] = {}
      indent = line:find("{}", 1, true) == nil and depth or nil
    elseif indent and depth <= indent then
      indent = nil
    elseif indent and name and depth == indent + 1 then
      table.insert(requests[#requests], { name })
    elseif indent and depth == indent + 2 then
      in_options = name == "options"
    elseif indent and in_options and depth == indent + 3 then
      local fields = requests[#requests]
      table.insert(fields[#fields], name)
    end
  end
  return requests
end

local function requests_of(capture, reply)
  local info = reply.query and reply.query.authmanagerinfo or reply[capture.params.action]
  return info and info.requests or {}
end

local function assert_order(capture, reply)
  local orders = order_in(capture.reply_body)
  for position, request in ipairs(requests_of(capture, reply)) do
    if request.fields then
      local seen = {}
      for index, field in ipairs(request.fields) do
        assert.equal(field, request.fields[field.name])
        seen[index] = { field.name }
        for _, option in ipairs(field.options or {}) do
          table.insert(seen[index], option.value)
        end
      end
      assert.same(orders[position], seen)
    end
  end
end

-- Every parameter of the captured request arrives with the very value it has there.
local function assert_sent(capture, seen)
  local request = php_request.read(seen.request)
  for name, value in pairs(capture.params) do
    if not SET_BY_CORE[name] then
      assert.same(value, request.params[name], name)
    end
  end
end

local function assert_cookies(session, capture)
  local lines = table.concat(session:cookies(), "\n") .. "\n"
  for _, cookie in ipairs(capture.response.set_cookie or {}) do
    local name, value = cookie:match("^([^=]+)=([^;]*)")
    -- Cookies that last longer are of the day they were captured on.
    if cookie:find("; secure", 1, true) then
      assert.is_nil(lines:find(name .. "\t", 1, true), name .. " came over http and is kept")
    elseif not cookie:find("expires=", 1, true) then
      assert.truthy(
        lines:find(name .. "\t" .. value .. "\n", 1, true),
        name .. " is not in the jar"
      )
    elseif value == "deleted" then
      assert.is_nil(lines:find(name .. "\t", 1, true), name .. " is still in the jar")
    end
  end
end

local function read_api(row, capture)
  local seen = {}
  local pool, session = open_session(capture, seen)
  local primitive, reply, err = call_primitive(session, capture)
  local expected = expected_error(row, capture)
  assert.equal(1, seen.count)
  if primitive ~= "token" then
    assert_sent(capture, seen)
  end
  if expected then
    assert.is_nil(reply)
    assert.equal(expected.kind, err.kind)
    assert.equal(expected.code, err.code)
    if expected.code ~= "no_token" then
      assert.equal(row.status, err.status)
    end
    assert.truthy(#err.message > 0)
  elseif primitive == "token" then
    assert.equal(capture.response.json.query.tokens[capture.params.type .. "token"], reply)
  else
    assert.is_nil(err)
    same_content(capture.response.json, reply, "reply")
    assert_order(capture, reply)
  end
  assert_cookies(session, capture)
  session:close()
  pool:close()
end

local function read_page(row, capture)
  local seen = {}
  local pool, session = open_session(capture, seen)
  local options = { method = capture.method, authorization = capture.authorization }
  if capture.is_json then
    options.json = cjson.decode(capture.body)
  elseif capture.method == "POST" then
    options.params = php_request.decode_form(capture.body)
  end
  local page, err = session:fetch(capture.target, options)
  assert.is_nil(err)
  assert.equal(row.status, page.status)
  assert.equal(capture.reply_body, page.body)
  assert.equal(row.status < 400 and capture.response.headers.Location or nil, page.location)
  assert.equal(ORIGIN .. capture.target, seen.request.url)
  session:close()
  pool:close()
end

describe("the captures", function()
  local rows = read_index()

  it("are all there, and INDEX.md tells what is in them", function()
    assert.equal(COUNT, #rows)
    for _, row in ipairs(rows) do
      local response = cjson.decode(read_file(row.name .. ".json")).response
      assert.equal(row.status, response.status, row.name)
      local code = response.headers["MediaWiki-API-Error"]
      assert.equal(row.code, code, row.name)
    end
  end)

  for _, row in ipairs(rows) do
    it(row.name .. " is read for what it is", function()
      local capture = read_capture(row)
      if capture.is_api then
        read_api(row, capture)
      else
        read_page(row, capture)
      end
      counts.record("replies of real wikis, read as captured", 1, 0)
    end)
  end
end)
