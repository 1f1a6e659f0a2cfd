---mwlogin api WIKI K=V…
local connect = require "mwlogin.cli.connect"
local options = require "mwlogin.cli.options"
local output = require "mwlogin.cli.output"

local api = {}

api.summary = "one API call, its reply as JSON"
api.usage = "[OPTION…] WIKI K=V…"

api.examples = [[
  mwlogin api wiki.example.org action=query meta=siteinfo
  mwlogin api wiki.example.org action=edit title=Sandbox appendtext=hi \
      --token csrf --user Alice@tool --password-from env:BOT_PASSWORD]]

---What a login or a change of one takes; a token is worth nothing without the session's cookies.
local function is_secret(name)
  local lower = name:lower()
  return lower:find("password", 1, true) or lower == "retype" or lower == "oathtoken"
end

local function parameter(text)
  local name, value = text:match("^([^=]+)=(.*)$")
  if not name then
    return nil, ("'%s' is no parameter: write NAME=VALUE"):format(text)
  elseif is_secret(name) then
    local advice = "'%s' is a secret, and the command line can be read by others;"
      .. " use --parameter-from %s=SOURCE"
    return nil, advice:format(name, name)
  elseif name == "format" and value ~= "json" then
    return nil, "replies are read as JSON: leave format out"
  end
  return { name = name, value = value }
end

local function sourced(text)
  local name, notation = text:match("^([^=]+)=(.*)$")
  if not name then
    return nil, "--parameter-from takes NAME=SOURCE"
  end
  local source, err = require("mwlogin.secret").parse(notation)
  if not source then
    return nil, tostring(err)
  end
  return { name = name, value = source }
end

local function file(text)
  local name, path = text:match("^([^=]+)=(.+)$")
  if not name then
    return nil, "--file takes NAME=PATH"
  end
  return { name = name, path = path }
end

function api.configure(command)
  options.declare_wiki(command)
  command
    :argument("K=V")
    :target("parameters")
    :args("+")
    :convert(parameter)
    :description("parameters of the call; | joins the values of a list, and so does a second K=V")
  command:group(
    "The call",
    command:flag("--post"):description("send it as POST; the flags below do so by themselves"),
    command
      :option("--token")
      :argname("TYPE")
      :target("token_type")
      :description("fetch a token of this type (csrf for most) and send it along"),
    command
      :option("--parameter-from")
      :argname("K=SOURCE")
      :target("parameters_from")
      :count("*")
      :convert(sourced)
      :description("a parameter that is read from SOURCE, for secret ones"),
    command
      :option("--file")
      :argname("K=PATH")
      :target("files")
      :count("*")
      :convert(file)
      :description("upload a file as parameter K")
  )
  options.declare_login(command)
  options.declare_open(command)
end

local function parameters_of(args)
  local params = {}
  for _, given in ipairs(args.parameters) do
    local earlier = params[given.name]
    params[given.name] = earlier and earlier .. "|" .. given.value or given.value
  end
  for _, given in ipairs(args.files or {}) do
    params[given.name] = require("mwlogin").file(given.path)
  end
  for _, given in ipairs(args.parameters_from or {}) do
    local value, err = require("mwlogin.secret").read(given.value, given.name)
    if value == nil then
      return nil, err
    end
    params[given.name] = value
  end
  return params
end

---The wiki tells by a code that the call must be a POST; which flag does it, it cannot know.
local function advise(err)
  if err.code == "mustbeposted" or err.code == "mustpostparams" then
    err.advice = "Send it as POST: add --post, or --token csrf if it changes anything."
  elseif err.code == "missingparam" and tostring(err.message):find("token", 1, true) then
    err.advice = "Add --token csrf (or another type)."
  end
  return err
end

---A change that nobody is named for would be made under this machine's address.
local function somebody(session, me, params)
  if me or params.assert or params.assertuser then
    return true
  end
  local found, err = session:whoami()
  if not found then
    return nil, err
  elseif found.anonymous then
    return nil,
      require("mwlogin.error").new {
        kind = "interaction",
        code = "nobody",
        message = "nobody is logged in: this would be done under this machine's address",
        advice = "Log in first, give username and password, or add assert=anon if it is meant so.",
      }
  end
  return true
end

function api.run(args)
  local out = output.new(args)
  local post = args.post
    or args.token_type
    or #(args.files or {}) > 0
    or #(args.parameters_from or {}) > 0
  return connect.run(args, out, function(session, me)
    local params, err = parameters_of(args)
    if not params then
      return nil, err
    end
    local reply
    if args.token_type == "csrf" then
      local known, why = somebody(session, me, params)
      if not known then
        return nil, why
      end
    end
    if post then
      reply, err = session:post(params, { token = args.token_type })
    else
      reply, err = session:get(params)
    end
    if not reply then
      return nil, advise(err)
    end
    for _, warning in ipairs(reply.warnings or {}) do
      out:say(("%s: warning: %s"):format(args.wiki, warning.text or warning.code))
    end
    out:write(output.encode(reply, not args.json))
    return true
  end)
end

return api
