--- The code that reads replies, each as a function that takes one bent reply in its place, goes
--- through it and says what is wrong with what came of it; nil when nothing is.
local conversation = require("spec.hostile.conversation")
local core = require("mwlogin.core")
local judge = require("spec.hostile.judge")
local mwlogin = require("mwlogin")

local readers = {}

local API <const> = "https://wiki.example.org/w/api.php"
local at, read = judge.at, judge.read

local function last(said)
  return said and read(said[#said]) or nil
end

local function any(said, test)
  for _, body in ipairs(said or {}) do
    local value = read(body)
    if value ~= nil and test(value) then
      return true
    end
  end
  return false
end

--- Whether the wiki last said that the session is this user's.
local function proved(talk, name)
  local info = at(last(talk.said.userinfo), "query", "userinfo")
  return at(info, "name") == name and at(info, "anon") == nil and at(info, "id") ~= 0
end

--- Whether the wiki, asked to log in, said last that it does not, or not yet. A reply that cannot
--- be read leaves it open: who the session belongs to is proved then.
local function let_nobody_in(talk)
  local reply = last(talk.said.clientlogin)
  local step = at(reply, "clientlogin", "status")
  local target = at(reply, "clientlogin", "redirecttarget")
  if step == "REDIRECT" and not (type(target) == "string" and target:find("^https?://")) then
    return false
  end
  local result = at(last(talk.said.login), "login", "result")
  return (step == "FAIL" or step == "UI" or step == "REDIRECT" or step == "RESTART")
    or (type(result) == "string" and result ~= "Success")
end

local function open(talk, address)
  return mwlogin.open(address or API, {
    transport = talk.transport,
    user_agent = "hostile",
    max_wait = 0,
    trace = function() end,
  })
end

local function login_trouble(talk, me, err)
  if me == nil then
    return judge.error(err)
  end
  local trouble = judge.identity(me)
  if trouble then
    return trouble
  elseif me.anonymous or not proved(talk, me.name) then
    return "success, though the wiki did not say that the session is " .. me.name .. "'s"
  elseif let_nobody_in(talk) then
    return "success, though the wiki let nobody in"
  end
end

--- A person who answers whatever is asked.
local function anything(step)
  local values = {}
  for _, request in ipairs(step.requests) do
    for _, field in ipairs(request.fields) do
      if field.options and field.options[1] then
        values[field.name] = field.options[1].value
      elseif field.type == "checkbox" or field.type == "button" then
        values[field.name] = true
      elseif field.type ~= "null" and field.type ~= "hidden" then
        values[field.name] = "answer"
      end
    end
  end
  return values
end

local function dialogue(kind)
  return function(body)
    local talk = conversation.new({ [kind] = body })
    local session <close> = assert(open(talk))
    local trouble
    local me, err = session:login({
      username = "Alice",
      password = "open sesame",
      method = "clientlogin",
      respond = function(step)
        trouble = trouble or judge.step(step)
        return anything(step)
      end,
    })
    return trouble or login_trouble(talk, me, err)
  end
end

local function bot_password(kind)
  return function(body)
    local talk = conversation.new({ [kind] = body })
    local session <close> = assert(open(talk))
    local me, err = session:login({
      username = "Alice@app",
      password = ("0123456789abcdef"):rep(2),
    })
    return login_trouble(talk, me, err)
  end
end

local function machine(action)
  return function(body)
    local talk = conversation.new({ [action] = body })
    local session <close> = assert(open(talk))
    local trouble
    local step, err = session:flow(action):run({
      respond = function(asked)
        trouble = trouble or judge.step(asked)
        return anything(asked)
      end,
    })
    if trouble or not step then
      return trouble or judge.error(err)
    end
    local passes = any(talk.said[action], function(reply)
      return at(reply, action, "status") == "PASS"
    end)
    return judge.step(step) or (not passes and "success, though the wiki did not say PASS" or nil)
  end
end

local function one_call(kind, call, check)
  return function(body)
    local talk = conversation.new({ [kind] = body })
    local session <close> = assert(open(talk))
    local value, err = call(session)
    if value == nil then
      return judge.error(err)
    end
    return check(value, talk)
  end
end

local function has_error(reply)
  return type(at(reply, "error")) == "table" or type(at(reply, "errors", 1)) == "table"
end

local function call_trouble(kind)
  return function(value, talk)
    local reply = last(talk.said[kind])
    if type(value) ~= "table" then
      return "the reply is a " .. type(value)
    elseif type(reply) ~= "table" or has_error(reply) then
      return "success, though the reply is none"
    end
  end
end

local function whoami_trouble(me, talk)
  local trouble = judge.identity(me)
  if trouble then
    return trouble
  elseif not me.anonymous and not proved(talk, me.name) then
    return "whoami names somebody the wiki did not"
  end
end

local function bearer(kind)
  return function(body)
    local talk = conversation.new({ [kind] = body })
    local session <close> = assert(open(talk))
    local me, err = session:login({
      client_id = "client",
      client_secret = "its secret",
      grant = "client_credentials",
    })
    if me == nil then
      return judge.error(err)
    end
    local said = talk.said.access_token or {}
    local token = at(judge.decode(said[#said] or ""), "access_token")
    local sent = talk.requests[#talk.requests].headers.Authorization
    if type(token) ~= "string" or sent ~= "Bearer " .. token then
      return "success with a token the wiki did not give"
    end
    return judge.identity(me) or (not proved(talk, me.name) and "success without proof" or nil)
  end
end

local function signed(kind)
  return function(body)
    local talk = conversation.new({ [kind] = body })
    local session <close> = assert(open(talk))
    local me, err = session:login({
      consumer_key = "ck",
      consumer_secret = "cs",
      access_key = "ak",
      access_secret = "as",
    })
    if me == nil then
      return judge.error(err)
    end
    return judge.identity(me) or (not proved(talk, me.name) and "success without proof" or nil)
  end
end

local function doctor(kind)
  return one_call(kind, function(session)
    return session:doctor()
  end, judge.report)
end

--- Opening by a page's address: the wiki is found through its page or at the usual places.
local function discovery(kind)
  return function(body)
    local bent = { [kind] = body }
    if kind ~= "page" then
      bent.page = "<html></html>"
    end
    local talk = conversation.new(bent)
    local session <close>, err = open(talk, "https://wiki.example.org/wiki/Main_Page")
    if session == nil then
      return judge.error(err)
    end
    local found = core.address(session.api)
    if not found or found.origin ~= "https://wiki.example.org" then
      return "the wiki was found at another place"
    end
  end
end

--- The primitives of the core, without what stands above them.
local function primitive(act)
  return function(body)
    local talk = conversation.new({
      clientlogin = body,
      login = body,
      query = body,
      token = body,
    })
    local pool <close> = core.pool()
    local session = pool:session(API, { user_agent = "hostile", transport = talk.transport })
    local value, err = act(session)
    if value == nil then
      return judge.error(err, true)
    end
    local reply = read(body)
    if type(reply) ~= "table" or has_error(reply) then
      return "success, though the reply is none"
    end
  end
end

readers.core = {
  call = primitive(function(session)
    return session:call("POST", { action = "query" })
  end),
  login = primitive(function(session)
    return session:login({ lgname = "Alice", lgpassword = "x", lgtoken = "y" })
  end),
  auth_step = primitive(function(session)
    return session:auth_step("clientlogin", { username = "Alice" })
  end),
  token = primitive(function(session)
    return session:token("csrf")
  end),
}

--- By the kind of reply that they read (spec/hostile/conversation.lua).
readers.of = {
  form = {
    clientlogin = dialogue("form"),
    createaccount = function(body)
      local talk = conversation.new({ form = body })
      local session <close> = assert(open(talk))
      local step, err = session:flow("createaccount"):start()
      if step == nil then
        return judge.error(err)
      end
      return judge.step(step)
    end,
    doctor = doctor("form"),
  },
  clientlogin = { clientlogin = dialogue("clientlogin") },
  createaccount = { createaccount = machine("createaccount") },
  linkaccount = { linkaccount = machine("linkaccount") },
  login = { bot_password = bot_password("login") },
  token = {
    bot_password = bot_password("token"),
    token = one_call("token", function(session)
      return session:token("csrf")
    end, function(token, talk)
      if token ~= at(last(talk.said.token), "query", "tokens", "csrftoken") then
        return "a token the wiki did not give"
      end
    end),
    post = one_call("token", function(session)
      return session:post({ action = "edit", title = "Sandbox" }, { token = "csrf" })
    end, call_trouble("edit")),
    logout = one_call("token", function(session)
      return session:logout()
    end, function() end),
  },
  userinfo = {
    clientlogin = dialogue("userinfo"),
    bot_password = bot_password("userinfo"),
    whoami = one_call("userinfo", function(session)
      return session:whoami()
    end, whoami_trouble),
    session = one_call("userinfo", function(session)
      return session:login({})
    end, whoami_trouble),
    doctor = doctor("userinfo"),
    oauth2 = bearer("userinfo"),
    oauth1 = signed("userinfo"),
  },
  paraminfo = {
    token = one_call("paraminfo", function(session)
      return session:token("nosuch")
    end, function()
      return "a token of a type that is none"
    end),
  },
  edit = {
    post = one_call("edit", function(session)
      return session:post({ action = "edit", title = "Sandbox" }, { token = "csrf" })
    end, call_trouble("edit")),
  },
  logout = {
    logout = one_call("logout", function(session)
      return session:logout()
    end, function() end),
  },
  siteinfo = {
    doctor = doctor("siteinfo"),
    discover = discovery("siteinfo"),
    oauth1 = signed("siteinfo"),
  },
  page = { discover = discovery("page") },
  access_token = { oauth2 = bearer("access_token") },
}

--- Reads one bent reply; what goes wrong, a raised error included, comes back as words.
---@param reader fun(body: string): string|nil
---@param body string|table
---@return string|nil trouble
function readers.try(reader, body)
  local ok, trouble = xpcall(reader, debug.traceback, body)
  return not ok and "raised: " .. tostring(trouble) or trouble
end

return readers
