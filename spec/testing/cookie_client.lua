-- What the specs of the scripted wiki speak to it with: plain requests and a jar, no mwlogin.
local cjson = require("cjson")

local cookie_client = {}

local function encode(text)
  return (
    tostring(text):gsub("[^%w._~-]", function(char)
      return ("%%%02X"):format(char:byte())
    end)
  )
end

local function form(params)
  local names, parts = {}, {}
  for name in pairs(params) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local value = params[name]
    for _, item in ipairs(type(value) == "table" and value or { value }) do
      parts[#parts + 1] = encode(name) .. "=" .. encode(item)
    end
  end
  return table.concat(parts, "&")
end

-- A client as small as one can be that keeps its cookies.
function cookie_client.new(wiki)
  local client = { jar = {}, wiki = wiki }

  local function cookie_header()
    local parts = {}
    for name, value in pairs(client.jar) do
      parts[#parts + 1] = name .. "=" .. value
    end
    table.sort(parts)
    return #parts > 0 and table.concat(parts, "; ") or nil
  end

  function client.send(method, url, body, headers)
    headers = headers or {}
    headers.Cookie = cookie_header()
    if type(body) == "string" then
      headers["Content-Type"] = headers["Content-Type"] or "application/x-www-form-urlencoded"
    end
    local reply, problem =
      wiki.transport({ method = method, url = url, headers = headers, body = body })
    if not reply then
      return nil, problem
    end
    client.cookies = reply.headers["Set-Cookie"] or {}
    for _, line in ipairs(client.cookies) do
      local name, value = line:match("^([^=]+)=([^;]*)")
      client.jar[name] = value ~= "deleted" and value or nil
    end
    return reply
  end

  function client.call(method, params)
    local all = { format = "json", formatversion = "2" }
    for name, value in pairs(params) do
      all[name] = value
    end
    local reply, problem
    if method == "GET" then
      reply, problem = client.send("GET", wiki.api .. "?" .. form(all))
    else
      reply, problem = client.send("POST", wiki.api, form(all))
    end
    client.reply = reply
    if not reply then
      return nil, problem
    end
    return cjson.decode(reply.body), reply
  end

  function client.get(params)
    params.action = params.action or "query"
    return client.call("GET", params)
  end

  function client.post(params)
    return client.call("POST", params)
  end

  function client.token(kind)
    local reply = client.get({ meta = "tokens", type = kind })
    return reply.query.tokens[kind .. "token"]
  end

  function client.start(values, more)
    local params = { action = "clientlogin", logintoken = client.token("login") }
    params.loginreturnurl = "http://example.org/back"
    for _, extra in ipairs({ values, more or {} }) do
      for name, value in pairs(extra) do
        params[name] = value
      end
    end
    return client.post(params).clientlogin
  end

  function client.continue(values, token)
    local params = { action = "clientlogin", logincontinue = "1" }
    params.logintoken = token or client.token("login")
    for name, value in pairs(values) do
      params[name] = value
    end
    return client.post(params).clientlogin
  end

  function client.whoami()
    return client.get({ meta = "userinfo" }).query.userinfo
  end

  return client
end

cookie_client.encode = encode
cookie_client.form = form

--- The code of the error in a reply, nil when it holds none.
function cookie_client.code_of(reply)
  return reply.error and reply.error.code
end

return cookie_client
