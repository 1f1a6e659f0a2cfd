---api.php: reads a call, makes the checks in the wiki's own order, runs the module, writes the
---reply.
local api_call = require("mwlogin.testing.api_call")
local api_error = require("mwlogin.testing.api_error")
local ordered_json = require("mwlogin.testing.ordered_json")

local api = {}

local object = ordered_json.object

local MODULES = {
  login = "mwlogin.testing.modules.login",
  clientlogin = "mwlogin.testing.modules.authentication",
  createaccount = "mwlogin.testing.modules.authentication",
  linkaccount = "mwlogin.testing.modules.authentication",
  logout = "mwlogin.testing.modules.logout",
  query = "mwlogin.testing.modules.query",
  edit = "mwlogin.testing.modules.edit",
  upload = "mwlogin.testing.modules.upload",
  paraminfo = "mwlogin.testing.modules.paraminfo",
}

local SINCE = { clientlogin = 27, createaccount = 27, linkaccount = 27 }

local FORMATS = { bc = 1, plaintext = 1, wikitext = 1, html = 1, raw = 1, none = 1 }

local function check_token(call, module)
  local need = module.token and module.token(call)
  if not need then
    return
  end
  local name = need.prefix .. need.name
  local value = call:require_param(need.prefix, need.name)
  call:must_post({ name })
  if not call.session:match(need.type, value) then
    call:die("badtoken", "Invalid CSRF token.")
  end
end

local ASSERTIONS = { user = true, bot = true, anon = true }

local function check_assertions(call)
  local wiki, account = call.wiki, call.account
  local what = call:param("assert")
  if what and not ASSERTIONS[what] then
    call:bad_value("assert", what)
  elseif what == "user" and not account then
    call:die(
      "assertuserfailed",
      "You are no longer logged in, so the action could not be completed."
    )
  elseif what == "bot" and not wiki:has_right(call.session, "bot") then
    call:die(
      "assertbotfailed",
      'You do not have the "bot" right, so the action could not be completed.'
    )
  elseif what == "anon" and account and wiki.minor >= 35 then
    call:die(
      "assertanonfailed",
      "You are no longer logged out, so the action could not be completed."
    )
  end
  local name = wiki.minor >= 28 and call:param("assertuser")
  if name then
    local wanted = wiki:canonical_name(name)
    if not wanted then
      call:die("baduser", ('Invalid value "%s" for user parameter "assertuser".'):format(name))
    elseif not account or account.name ~= wanted then
      local text = 'You are no longer logged in as "%s", so the action could not be completed.'
      call:die("assertnameduserfailed", text:format(wanted))
    end
  end
end

local function check_lag(call)
  local limit = tonumber(call:param("maxlag"))
  local lag = call.wiki.lag
  if not limit or lag <= limit then
    return
  end
  call:die("maxlag", ("Waiting for a database server: %d seconds lagged."):format(lag), {
    data = object("host", "", "lag", lag, "type", "db"),
    headers = {
      ["Retry-After"] = tostring(math.max(5, limit)),
      ["X-Database-Lag"] = tostring(lag),
    },
  })
end

local function check_permissions(call, module)
  local wiki = call.wiki
  if module.reads(call) and wiki.private and not wiki:has_right(call.session, "read") then
    call:die("readapidenied", "You need read permission to use this module.")
  end
  if module.writes(call) and wiki.readonly then
    call:die("readonly", "The wiki is currently in read-only mode.", {
      data = object("readonlyreason", wiki.readonly),
    })
  end
  check_lag(call)
  if module.posts(call) and call.request.method ~= "POST" then
    call:die("mustbeposted", ('The "%s" module requires a POST request.'):format(call.action))
  end
end

local function warn_of_unused(call)
  local unused = {}
  local seen = {}
  for _, pair in ipairs(call.request.sent) do
    local name = pair[1]:gsub("%[%]$", ""):gsub("[ .]", "_")
    if not call.used[name] and not seen[name] then
      seen[name] = true
      unused[#unused + 1] = name
    end
  end
  if #unused == 0 then
    return
  end
  local list = object()
  for index, name in ipairs(unused) do
    list:set(tostring(index + 1), name)
  end
  local text = ("Unrecognized parameter%s: %s."):format(
    #unused > 1 and "s" or "",
    table.concat(unused, ", ")
  )
  call:warn("main", "unrecognizedparams", text, {
    key = "apierror-unrecognizedparams",
    params = { object("list", list, "type", "comma"), #unused },
  })
end

local function find_module(call)
  local action = call.request.params.action or "help"
  if not FORMATS[call.errorformat] then
    local asked = call.errorformat
    call.errorformat = "bc"
    call:bad_value("errorformat", asked)
  end
  call.action = action
  if not MODULES[action] or call.wiki.minor < (SINCE[action] or 0) then
    call:bad_value("action", action)
  end
  return require(MODULES[action])
end

-- A page of another site may ask with `origin=*`, but then as nobody.
local function suppress_foreign_login(call)
  if call.request.params.origin == "*" or call.request.params.callback then
    call.foreign, call.account = true, nil
    call.headers["MediaWiki-Login-Suppressed"] = "true"
  end
end

local NEWS = "Subscribe to the mediawiki-api-announce mailing list at"
  .. " <https://lists.wikimedia.org/postorius/lists/mediawiki-api-announce.lists.wikimedia.org/>"
  .. " for notice of API deprecations and breaking changes."

-- A deprecation is followed by where the next ones are announced.
local function warn_of_news(call)
  for _, warning in ipairs(call.warnings) do
    if warning.code == "deprecation" or warning.code == "https-expected" then
      call:warn("main", "deprecation-help", NEWS)
      return
    end
  end
end

local function run(call)
  if call.session.refused then
    local text = "The authorization headers in your request are not valid: Invalid access token"
    call:die("mwoauth-invalid-authorization", text)
  end
  local module = find_module(call)
  suppress_foreign_login(call)
  if call.request.method ~= "GET" and call.request.method ~= "POST" then
    call:die("invalidmethod", "Invalid HTTP method. Consider using GET or POST.", { status = 405 })
  end
  check_assertions(call)
  check_token(call, module)
  check_permissions(call, module)
  if call.wiki.force_https and call.request.origin:find("^http:") then
    call:warn("main", "https-expected", "HTTP used when HTTPS was expected.")
  end
  local body = module.run(call)
  warn_of_news(call)
  warn_of_unused(call)
  local warnings = api_error.warnings(call)
  if not warnings then
    return body
  end
  local reply = object("warnings", warnings)
  for _, key in ipairs(body.keys) do
    reply:set(key, body:get(key))
  end
  return reply
end

-- What is no error of the API is an exception of the wiki: a provider that raised, or a script
-- that is wrong. `wiki.exceptions` keeps the text for the author of the spec.
local function as_exception(call, problem)
  local wiki = call.wiki
  wiki.exceptions[#wiki.exceptions + 1] = tostring(problem)
  local text = ("[%s] Caught exception of type RuntimeException"):format(wiki.sessions:unique(24))
  return {
    code = "internal_api_error_RuntimeException",
    text = text,
    data = object("errorclass", "RuntimeException"),
    plain = true,
  }
end

local function html_page(title)
  return (
    '<!DOCTYPE html>\n<html class="client-nojs" lang="en" dir="ltr">\n<head>\n'
    .. '<meta charset="UTF-8"/>\n<title>%s</title>\n</head><body></body></html>\n'
  ):format(title)
end

---Answers a request for api.php.
---@param wiki table
---@param request table php_request
---@return table reply { status, headers, body }
function api.answer(wiki, request)
  local cookies = {}
  local reply = { status = 200, headers = { ["X-Content-Type-Options"] = "nosniff" } }
  reply.headers["Cache-Control"] = "private, must-revalidate, max-age=0"
  local call = api_call.new(wiki, request, reply)
  call.session = wiki.sessions:open(request, cookies)
  call.account = call.session:account()
  local origin = request.params.origin
  if origin and origin ~= "*" and origin ~= request.header("origin") then
    reply.headers["Content-Type"] = "text/html; charset=UTF-8"
    reply.status, reply.body = 403, "'origin' parameter does not match Origin header\n"
    return reply
  end
  local ok, body = xpcall(run, function(problem)
    return api_error.is(problem) and problem or debug.traceback(tostring(problem), 2)
  end, call)
  if not ok then
    local fault = api_error.is(body) and body or as_exception(call, body)
    reply.headers["MediaWiki-API-Error"] = fault.code
    reply.status = fault.status or 200
    for name, value in pairs(fault.headers or {}) do
      reply.headers[name] = value
    end
    body = api_error.reply(fault, call)
  end
  if #cookies > 0 then
    reply.headers["Set-Cookie"] = cookies
  end
  if request.params.format ~= "json" then
    reply.headers["Content-Type"] = "text/html; charset=utf-8"
    reply.body = html_page("MediaWiki API result - " .. wiki.name)
  else
    reply.headers["Content-Type"] = "application/json; charset=utf-8"
    reply.body = ordered_json.encode(body, call.formatversion == 1)
  end
  return reply
end

return api
