---action=paraminfo: as much as tells what a module can do.
local ordered_json = require("mwlogin.testing.ordered_json")

local paraminfo = {}

local object = ordered_json.object

local AUTH =
  { "requests", "messageformat", "mergerequestfields", "preservestate", "returnurl", "continue" }

local KNOWN = {
  login = { prefix = "lg", names = { "name", "password", "domain" }, token = "login" },
  clientlogin = { prefix = "login", names = AUTH, token = "login", since = 27, dynamic = true },
  createaccount = { prefix = "create", names = AUTH, token = "createaccount", dynamic = true },
  linkaccount = { prefix = "link", names = AUTH, token = "csrf", since = 27, dynamic = true },
  logout = { prefix = "", names = {}, token = "csrf", token_since = 34 },
  edit = {
    prefix = "",
    names = { "title", "text", "appendtext", "summary", "bot" },
    token = "csrf",
  },
}

function paraminfo.reads()
  return true
end

function paraminfo.writes()
  return false
end

function paraminfo.posts()
  return false
end

local function describe(wiki, name, known)
  local parameters = {}
  for index, parameter in ipairs(known.names) do
    parameters[index] =
      object("index", index, "name", parameter, "type", "string", "required", false)
  end
  if known.token and wiki.minor >= (known.token_since or 0) then
    local index = #parameters + 1
    local token = object("index", index, "name", "token", "type", "string", "required", true)
    parameters[index] = token:set("tokentype", known.token)
  end
  local module = object("name", name, "classname", "Api" .. name, "path", name, "group", "action")
  module:set("prefix", known.prefix):set("mustbeposted", true):set("parameters", parameters)
  if known.dynamic then
    module:set("dynamicparameters", true)
  end
  return module
end

function paraminfo.run(call)
  local modules = {}
  for _, name in ipairs(call:list("modules")) do
    local known = KNOWN[name]
    if known and call.wiki.minor >= (known.since or 0) then
      modules[#modules + 1] = describe(call.wiki, name, known)
    else
      local text = 'The module "main" does not have a submodule "%s".'
      call:warn("paraminfo", "badmodule", text:format(name))
    end
  end
  return object("paraminfo", object("helpformat", "none", "modules", modules))
end

return paraminfo
