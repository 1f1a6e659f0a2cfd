---action=clientlogin, createaccount, linkaccount: three doors to the same machine.
local in_array = require("mwlogin.testing.in_array")
local auth_request = require("mwlogin.testing.auth_request")
local authmanager = require("mwlogin.testing.authmanager")
local message = require("mwlogin.testing.message")
local ordered_json = require("mwlogin.testing.ordered_json")

local authentication = {}

local object = ordered_json.object

local PREFIX = { clientlogin = "login", createaccount = "create", linkaccount = "link" }
local MACHINE =
  { clientlogin = "login", createaccount = "createaccount", linkaccount = "linkaccount" }
local TOKEN = { clientlogin = "login", createaccount = "createaccount", linkaccount = "csrf" }
local FORMATS = { wikitext = true, html = true, raw = true, none = true }

function authentication.reads()
  return false
end

function authentication.writes(call)
  return call.action ~= "clientlogin" or call.wiki.minor >= 36
end

function authentication.posts()
  return true
end

function authentication.token(call)
  return { type = TOKEN[call.action], prefix = PREFIX[call.action], name = "token" }
end

-- Any scheme will do, but what has slashes needs a host.
local function is_address(text)
  local rest = text:match("^%a[%w+.-]*:(.+)")
  return rest ~= nil and (rest:sub(1, 2) ~= "//" or rest:find("^//[^/?#]") ~= nil)
end

---The parameters all three share, read; the fields are read by `load_requests`.
local function read_parameters(call)
  local prefix = PREFIX[call.action]
  local own = {
    returnurl = call:param(prefix .. "returnurl"),
    continue = call:flag(prefix .. "continue"),
    merge = call:flag(prefix .. "mergerequestfields"),
    format = call:param(prefix .. "messageformat") or "wikitext",
    filter = call.request.params[prefix .. "requests"] and call:list(prefix .. "requests"),
    preserve = call.action ~= "linkaccount" and call:flag(prefix .. "preservestate"),
  }
  if not FORMATS[own.format] then
    call:bad_value(prefix .. "messageformat", own.format)
  end
  if not own.continue and not own.returnurl then
    local text = 'At least one of the parameters "%scontinue" and "%sreturnurl" is required.'
    call:die("missingparam", text:format(prefix, prefix))
  elseif own.returnurl and not is_address(own.returnurl) then
    local text = 'Invalid value "%s" for URL parameter "%sreturnurl".'
    call:die("badurl_" .. prefix .. "returnurl", text:format(own.returnurl, prefix))
  end
  return own
end

---Reads the answers of a step out of one flat name space, as the wiki does.
local function load_requests(call, own)
  local requests = {}
  for _, request in ipairs(authmanager.requests(call, MACHINE[call.action], own.continue)) do
    if not own.filter or in_array(own.filter, request.id) then
      requests[#requests + 1] = request
    end
  end
  local data, sensitive = {}, {}
  for _, request in ipairs(requests) do
    for _, field in ipairs(request.fields) do
      data[field.name] = call:param(field.name)
      if field.sensitive then
        sensitive[#sensitive + 1] = field.name
      end
    end
  end
  call:must_post(sensitive)
  return authmanager.load(requests, data)
end

local function keep_preserved(call, response)
  local kept = response.preserved
  call.session.record.data.preserved = kept
  return kept ~= nil
end

local function describe(call, own, response)
  local result = object("status", response.status)
  if response.status == "PASS" then
    result:set("username", response.username)
  elseif response.status == "REDIRECT" then
    result:set("redirecttarget", response.target)
    result:set("redirectdata", response.data)
  end
  if response.status ~= "PASS" and response.status ~= "FAIL" then
    local minor = call.wiki.minor
    local list, fields =
      auth_request.describe(response.requests or {}, own.format, own.merge, minor)
    result:set("requests", list):set("fields", fields)
  end
  if response.message and response.status ~= "REDIRECT" and response.status ~= "PASS" then
    result:set("message", message.format(response.message, own.format))
    result:set("messagecode", message.code(response.message))
  end
  local kept = keep_preserved(call, response)
  if response.status == "FAIL" or response.status == "RESTART" then
    result:set("canpreservestate", kept)
  end
  return result
end

-- The grants of a bot password never go so far.
local function may_create(call)
  return not call.session.is_bot and call.wiki:has_right(call.session, "createaccount")
end

local function perform(call, own)
  local action = MACHINE[call.action]
  if action == "login" and not call.session:can_set_user() then
    return { status = "FAIL", message = message.new("userlogin-cannot-login") }
  end
  local loaded = load_requests(call, own)
  if action == "createaccount" and not may_create(call) then
    return { status = "FAIL", message = message.new("badaccess-groups", call.wiki.name) }
  end
  if own.continue then
    return authmanager.continue(call, action, loaded)
  end
  local preserved = own.preserve and call.session.record.data.preserved or nil
  return authmanager.begin(call, action, loaded, own.returnurl, preserved)
end

function authentication.run(call)
  if call.action == "linkaccount" and not call.account then
    call:die("notloggedin", "You must be logged in to link accounts.")
  end
  local own = read_parameters(call)
  return object(call.action, describe(call, own, perform(call, own)))
end

return authentication
