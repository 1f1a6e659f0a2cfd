---action=query with the parts a login needs: tokens, userinfo, siteinfo, authmanagerinfo.
local auth_request = require("mwlogin.testing.auth_request")
local authmanager = require("mwlogin.testing.authmanager")
local ordered_json = require("mwlogin.testing.ordered_json")
local password = require("mwlogin.testing.providers.password")

local query = {}

local object = ordered_json.object

local OPEN = { tokens = true, authmanagerinfo = true }

local METAS = { authmanagerinfo = 27, tokens = 24, userinfo = 0, siteinfo = 0 }

local TOKENS = {
  csrf = 24,
  patrol = 24,
  rollback = 24,
  userrights = 24,
  watch = 24,
  login = 27,
  createaccount = 27,
}

local ACTIONS = {
  login = { "login", false },
  ["login-continue"] = { "login", true },
  create = { "createaccount", false },
  ["create-continue"] = { "createaccount", true },
  link = { "linkaccount", false },
  ["link-continue"] = { "linkaccount", true },
  change = true,
  remove = true,
  unlink = true,
}

local function unknown_member(call, parameter, value, module)
  local text = 'Unrecognized value for parameter "%s": %s'
  call:warn(module, "unrecognizedvalues", text:format(parameter, value))
end

local function metas(call)
  local list = {}
  for _, name in ipairs(call:list("meta")) do
    local known = call.wiki.minor >= (METAS[name] or 1000)
    list[#list + 1] = known and name or { unknown = name }
  end
  return list
end

function query.reads(call)
  for _, name in ipairs(metas(call)) do
    if not OPEN[name] then
      return true
    end
  end
  return call.request.params.meta == nil
end

function query.writes()
  return false
end

function query.posts()
  return false
end

function query.tokens(call)
  local result = object()
  local types = call:list("type")
  for _, kind in ipairs(#types > 0 and types or { "csrf" }) do
    if call.foreign then
      local text = "Tokens may not be obtained when the same-origin policy is not applied."
      call:warn("tokens", "tokens-sameorigin", text)
      return nil
    elseif call.wiki.minor >= (TOKENS[kind] or 1000) then
      result:set(kind .. "token", (call.session:token(kind)))
    else
      unknown_member(call, "type", kind, "tokens")
    end
  end
  return result
end

function query.userinfo(call)
  local wiki, account = call.wiki, call.account
  local result = object("id", account and account.id or 0)
  result:set("name", account and account.name or wiki.client_address)
  if not account then
    result:set("anon", true)
  end
  for _, property in ipairs(call:list("uiprop")) do
    if property == "groups" then
      result:set("groups", wiki:groups_of(account))
    elseif property == "rights" then
      result:set("rights", wiki:rights_of(call.session))
    elseif property == "blockinfo" and account and account.blocked then
      result:set("blockid", 1):set("blockedby", "Admin"):set("blockreason", "")
    end
  end
  return result
end

function query.siteinfo(call)
  local wiki = call.wiki
  call:param("siprop")
  local general = object("mainpage", "Main Page", "sitename", wiki.name)
  general:set("generator", "MediaWiki " .. wiki.release):set("case", "first-letter")
  general:set("lang", "en"):set("articlepath", wiki.script_path .. "/index.php/$1")
  general:set("scriptpath", wiki.script_path):set("script", wiki.script_path .. "/index.php")
  general:set("server", wiki.origin):set("wikiid", wiki.prefix)
  general:set("time", os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(wiki:now())))
  if wiki.readonly then
    general:set("readonly", true):set("readonlyreason", wiki.readonly)
  end
  return general
end

local function requests_for(call, action)
  if action == "change" then
    local nobody = { name = "" }
    return { password.new_password_request(call.account or nobody, "primary-required") }
  elseif ACTIONS[action] == true then
    return {}
  end
  return authmanager.requests(call, table.unpack(ACTIONS[action]))
end

local function preserved_keys(call, result, action)
  local kept = call.session.record.data.preserved
  local creates = action == "create"
  local linkable = (creates or action == "login") and kept ~= nil and #kept.links > 0
  local primary = kept ~= nil and creates and kept.create ~= nil
  result:set("haspreservedstate", linkable or primary)
  result:set("hasprimarypreservedstate", primary)
  result:set("preservedusername", kept and kept.create and kept.create.username or "")
end

function query.authmanagerinfo(call)
  local wiki = call.wiki
  local action = call:param("amirequestsfor")
  local format = call:param("amimessageformat") or "wikitext"
  local merge = call:flag("amimergerequestfields")
  if action and not ACTIONS[action] then
    call:bad_value("amirequestsfor", action)
  end
  local result = object("canauthenticatenow", call.session:can_set_user())
  result:set("cancreateaccounts", wiki.local_login):set("canlinkaccounts", wiki:can_link())
  if call:param("amisecuritysensitiveoperation") then
    local since = call.session.record.since
    local recent = since and wiki:now() - since <= 300
    local status = call.account and (recent and "ok" or "reauth") or "fail"
    result:set("securitysensitiveoperationstatus", status)
  end
  if action then
    preserved_keys(call, result, action)
    local list, fields =
      auth_request.describe(requests_for(call, action), format, merge, wiki.minor)
    result:set("requests", list):set("fields", fields)
  end
  return result
end

function query.run(call)
  local result, answers = object("batchcomplete", true), object()
  call.used.prop, call.used.titles, call.used.list = true, true, true
  for _, name in ipairs(metas(call)) do
    if type(name) == "table" then
      unknown_member(call, "meta", name.unknown, "query")
    elseif name == "siteinfo" then
      answers:set("general", query.siteinfo(call))
    else
      answers:set(name, query[name](call))
    end
  end
  if #answers.keys > 0 then
    result:set("query", answers)
  end
  return result
end

return query
