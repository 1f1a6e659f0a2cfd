---action=login: bot passwords, and plain accounts as long as one step is enough.
local authmanager = require("mwlogin.testing.authmanager")
local message = require("mwlogin.testing.message")
local ordered_json = require("mwlogin.testing.ordered_json")
local throttle = require("mwlogin.testing.providers.throttle")

local login = {}

local object = ordered_json.object

local FETCH = 'Fetching a token via "action=login" is deprecated. Use'
  .. ' "action=query&meta=tokens&type=login" instead.'
local MAIN_ACCOUNT = 'Main-account login via "action=login" is deprecated and may stop working'
  .. " without warning. "
local WITH_BOTS = 'To continue login with "action=login", see [[Special:BotPasswords]]. To safely'
  .. ' continue using main-account login, see "action=clientlogin".'
local WITHOUT_BOTS = 'To safely log in, see "action=clientlogin".'
local BOT_SESSIONS = "MediaWiki\\Session\\BotPasswordSessionProvider sessions"

function login.reads()
  return false
end

function login.writes(call)
  return call.wiki.minor >= 36
end

function login.posts()
  return true
end

local function reason(call, what)
  if call.errorformat == "bc" or call.wiki.minor < 30 then
    return message.line(what)
  end
  local result = object("code", message.code(what))
  if call.errorformat == "raw" then
    local raw = message.key_and_params(what)
    return result:set("key", raw:get("key")):set("params", raw:get("params"))
  elseif call.errorformat == "html" then
    return result:set("html", message.html(what))
  elseif call.errorformat ~= "none" then
    result:set("text", message.line(what))
  end
  return result
end

local function ended(call, result, what)
  return object("login", object("result", result, "reason", reason(call, what)))
end

local function succeeded(account)
  return object(
    "login",
    object("result", "Success", "lguserid", account.id, "lgusername", account.name)
  )
end

-- "Alice@app" with its secret, or "Alice" with "app@secret": nil when the shape is another.
local function split_bot_name(name, password)
  local shape = "^[0-9a-w]+$"
  local function is_secret(text)
    return #text >= 32 and text:find(shape) ~= nil
  end
  local user, app = name:match("^(.*)@([^@]*)$")
  if user and is_secret(password) then
    return user, app, password
  end
  local in_password, secret = password:match("^(.*)@([^@]*)$")
  if in_password and is_secret(secret) then
    return name, in_password, secret
  end
end

-- The reply, or nil where an ordinary account is tried next.
local function bot_login(call, name, password)
  local user, app, secret = split_bot_name(name, password)
  if not user or not call.wiki.botpasswords then
    return nil
  end
  local account = call.wiki:account(user)
  local entry = account and account.botpasswords[app]
  local throttled = account and throttle.count(call.wiki, "botpassword", account.name)
  if throttled then
    return ended(call, "Failed", throttled)
  elseif not entry or entry.password ~= secret then
    return nil
  elseif account.locked then
    return ended(call, "Failed", message.new("botpasswords-locked"))
  elseif entry.needs_reset then
    return ended(call, "Failed", message.new("botpasswords-needs-reset", account.name, app))
  end
  throttle.clear(call.wiki, "botpassword", account.name)
  call.session:begin_bot(account, entry.rights)
  return succeeded(account)
end

local function main_login(call, name, password)
  local submitted = { username = name, password = password, rememberMe = "1" }
  submitted.domain = call:param("lgdomain")
  local requests = authmanager.requests(call, "login", false)
  local loaded = authmanager.load(requests, submitted)
  local response = authmanager.begin(call, "login", loaded, "null:")
  local bots = call.wiki.botpasswords
  if response.status == "PASS" then
    call:warn("login", "deprecation", MAIN_ACCOUNT .. (bots and WITH_BOTS or WITHOUT_BOTS), {
      data = object("feature", "main-account-login"),
    })
    return succeeded(call.wiki:account(response.username))
  elseif response.status == "FAIL" then
    return ended(call, "Failed", response.message)
  end
  local key = bots and "api-login-fail-aborted" or "api-login-fail-aborted-nobotpw"
  return ended(call, "Aborted", message.new(key))
end

local function need_token(call)
  return object("login", object("result", "NeedToken", "token", (call.session:token("login"))))
end

-- The reply where the token is not the session's.
local function check_token(call)
  local sent = call:param("lgtoken")
  if not sent or sent == "" then
    if call.wiki.minor >= 27 then
      call:warn("login", "deprecation", FETCH, {
        data = object("feature", "action=login&!lgtoken"),
      })
    end
    return need_token(call)
  end
  local matches, was_new = call.session:match("login", sent)
  if was_new and call.wiki.minor >= 35 then
    return ended(call, "Failed", message.new("authpage-cannot-login-continue"))
  elseif was_new then
    return need_token(call)
  elseif not matches then
    return object("login", object("result", "WrongToken"))
  end
end

-- Before AuthManager the result itself named the reason.
local function old_login(call, name, password)
  local function result(word, ...)
    return object("login", object("result", word, ...))
  end
  local account = call.wiki:account(name)
  if name == "" then
    return result("NoName")
  elseif throttle.count(call.wiki, "password", call.wiki:canonical_name(name)) then
    return result("Throttled", "wait", call.wiki.throttle.seconds)
  elseif not account then
    return result("NotExists")
  elseif password == "" then
    return result("EmptyPass")
  elseif account.password ~= password then
    return result("WrongPass")
  end
  throttle.clear(call.wiki, "password", account.name)
  call.session:become(account, true)
  local reply = succeeded(account)
  reply:get("login"):set("cookieprefix", call.wiki.prefix):set("sessionid", call.session.id)
  return reply
end

function login.run(call)
  local name, password = call:param("lgname") or "", call:param("lgpassword") or ""
  call.used.lgtoken, call.used.lgdomain = true, true
  call:must_post({ "lgpassword", "lgtoken" })
  if call.foreign then
    return ended(call, "Aborted", message.new("api-login-fail-sameorigin"))
  elseif not call.session:can_set_user() then
    local what = message.new("api-login-fail-badsessionprovider", BOT_SESSIONS)
    return ended(call, "Aborted", what)
  end
  local refused = check_token(call)
  if refused then
    return refused
  elseif call.wiki.minor < 27 then
    return old_login(call, name, password)
  end
  return bot_login(call, name, password) or main_login(call, name, password)
end

return login
