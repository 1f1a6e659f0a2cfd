--- A small wiki and a small provider in one process of their own, for specs of the way through a
--- browser: `lua5.4 spec/redirect/site.lua` prints both ports and ends with its standard input.
--
-- /by-itself does the same with a provider that asks nobody.
-- wiki: /start[?mode=…&return=ADDRESS] wants its cookie and goes on to the provider; /back too, and
-- to ADDRESS; /direct goes to ADDRESS by itself; /loop; /journal tells what was asked of it;
-- /base?to=… is told where others see the wiki.
-- provider: /authorize is a form #login #password #submit, then #allow #deny.

local http_request = require("spec.http_request")
local socket = require("socket")

local wiki = assert(socket.bind("127.0.0.1", 0, 32))
local provider = assert(socket.bind("127.0.0.1", 0, 32))
local wiki_port = select(2, wiki:getsockname())
local provider_port = select(2, provider:getsockname())
local base = ("http://localhost:%s"):format(wiki_port)
local other = ("http://127.0.0.1:%s"):format(provider_port)
local journal, login = {}, {}

local function unescape(text)
  return (
    text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  )
end

local function escape(text)
  return (text:gsub("[^%w%-%._~]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

local function values_of(text)
  local values = {}
  for name, value in (text or ""):gmatch("([^&=]+)=([^&]*)") do
    values[unescape(name)] = unescape(value)
  end
  return values
end

local function go(address)
  return 302, "", "Location: " .. address .. "\r\n"
end

local function html(body)
  return 200, "<!DOCTYPE html><meta charset=utf-8><title>page</title><body>" .. body
end

local WIKI = {
  ["/api.php"] = function()
    return html("api")
  end,
  ["/start"] = function(request)
    if request.headers.cookie ~= "wiki_session=ours" then
      return html("<p id=fatal>no session</p>")
    end
    login = { back = request.values["return"], mode = request.values.mode or "query" }
    login.basic = request.values.basic
    return go(
      ("%s/authorize?response_type=code&redirect_uri=%s&state=abc&response_mode=%s"):format(
        other,
        escape(base .. "/back"),
        login.mode
      )
    )
  end,
  ["/plain"] = function(request)
    login = { back = request.values["return"] }
    return go(
      ("%s/authorize?response_type=code&redirect_uri=%s&state=abc"):format(
        other,
        escape(base .. "/back")
      )
    )
  end,
  ["/back"] = function(request)
    if request.headers.cookie ~= "wiki_session=ours" then
      return 403, "<p id=fatal>no session</p>"
    end
    if login.basic and request.headers.authorization ~= "Basic dXM6ZG9vcg==" then
      return 401, "", 'WWW-Authenticate: Basic realm="wiki"\r\n'
    end
    if request.values.error then
      return go(login.back .. "?error=" .. request.values.error)
    end
    return go(login.back .. "?code=" .. request.values.code .. "&state=" .. request.values.state)
  end,
  ["/direct"] = function(request)
    return go(request.values["return"])
  end,
  ["/by-itself"] = function(request)
    login = { back = request.values["return"] }
    return go(
      ("%s/auto?response_type=code&redirect_uri=%s&state=abc"):format(
        other,
        escape(base .. "/back")
      )
    )
  end,
  ["/loop"] = function()
    return go("/loop")
  end,
  ["/elsewhere"] = function(request)
    return go(request.values.to)
  end,
  ["/session"] = function()
    return 500,
      '{"value":{"error":"session not created","message":"session not created: '
        .. 'This version of ChromeDriver only supports Chrome version 99\\nmore"}}'
  end,
  ["/base"] = function(request)
    base = request.values.to
    return html("as you say")
  end,
  ["/journal"] = function()
    return 200, table.concat(journal, "\n")
  end,
}

local function answer(request, more)
  local values = values_of(request.values.q)
  local mode = request.values.mode or values.response_mode
  local sign = mode == "fragment" and "#" or "?"
  local text = ("%s&state=%s"):format(more, values.state or "")
  if mode == "form_post" then
    local code = more:match("code=(.*)")
    return html(
      ([[<form method=post action="%s"><input name=code value="%s">
        <input name=state value="%s"><button id=post>on</button></form>]]):format(
        values.redirect_uri,
        code,
        values.state
      )
    )
  end
  return go(values.redirect_uri .. sign .. text)
end

local PROVIDER = {
  ["/auto"] = function(request)
    request.values.q = request.query
    return answer(request, "code=" .. (request.values.give or "c0de"))
  end,
  ["/echo"] = function(request)
    return html("<p id=echo>" .. request.query:gsub("&", "&amp;") .. "</p>")
  end,
  ["/authorize"] = function(request)
    return html(
      ([[<form method=post action="/allow">
      <label for=login>Account</label><input id=login name=login>
      <input id=password name=password type=password>
      <select id=realm name=realm><option value=a>Home</option>
        <option value=b>Work</option></select>
      <input type=hidden name=q value="%s"><button id=submit>Log in</button></form>]]):format(
        request.query:gsub("&", "&amp;")
      )
    )
  end,
  ["/allow"] = function(request)
    if request.values.password ~= "Alice & home" then
      return html("<p id=problem>wrong password</p>")
    end
    return html(
      ([[<p id=who>%s at %s</p><form method=post action="/done">
      <input type=hidden name=q value="%s">
      <button id=allow name=answer value=yes>Allow</button>
      <button id=deny name=answer value=no>Refuse</button></form>]]):format(
        request.values.login,
        request.values.realm,
        request.values.q:gsub("&", "&amp;")
      )
    )
  end,
  ["/done"] = function(request)
    if request.values.answer == "yes" then
      return answer(request, "code=c0de")
    end
    return answer(request, "error=access_denied")
  end,
}

local function serve(client, pages)
  client:settimeout(2)
  local request = http_request.read(client)
  if not request then
    return
  end
  local path = request.path
  if path ~= "/journal" then
    journal[#journal + 1] = table.concat({
      pages == WIKI and "wiki" or "provider",
      request.method,
      pages == WIKI and path or request.target,
      request.headers.cookie or "-",
    }, " ")
  end
  local page = pages[path]
  request.values = values_of(request.method == "POST" and request.body or request.query)
  local status, body, more = 404, "no such page", ""
  if page then
    status, body, more = page(request)
  end
  client:send(
    (
      "HTTP/1.1 %d X\r\nContent-Type: text/html\r\nConnection: close\r\n"
      .. "Content-Length: %d\r\n%s\r\n%s"
    ):format(status, #body, more or "", body)
  )
end

io.stdout:write(("%s %s\n"):format(wiki_port, provider_port))
io.stdout:flush()

local input = {
  getfd = function()
    return 0
  end,
  dirty = function()
    return false
  end,
}
while true do
  local ready = socket.select({ wiki, provider, input })
  for _, one in ipairs(ready) do
    if one == input then
      os.exit(0)
    end
    local client = one:accept()
    if client then
      serve(client, one == wiki and WIKI or PROVIDER)
      client:close()
    end
  end
end
