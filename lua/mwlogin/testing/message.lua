---The wiki's sentences: by key, in each message format, and the code a client is told.
local ordered_json = require("mwlogin.testing.ordered_json")

local message = {}

local object = ordered_json.object

local TEXT = {
  ["api-login-fail-aborted"] = "Authentication requires user interaction, which is not supported by"
    .. ' "action=login". To be able to login with "action=login", see [[Special:BotPasswords]]. To'
    .. ' continue using main-account login, see "[[Special:ApiHelp/clientlogin|'
    .. 'action=clientlogin]]".',
  ["api-login-fail-aborted-nobotpw"] = "Authentication requires user interaction, which is not"
    .. ' supported by "action=login". To log in, see "[[Special:ApiHelp/clientlogin|'
    .. 'action=clientlogin]]".',
  ["api-login-fail-badsessionprovider"] = "Cannot log in when using $1.",
  ["api-login-fail-sameorigin"] = "Cannot log in when the same-origin policy is not applied.",
  ["badaccess-groups"] = "The action you have requested is limited to users in one of the groups:"
    .. " *, [[$1:Administrators|Administrators]].",
  ["authmanager-authn-autocreate-failed"] = "Auto-creation of a local account failed: $1",
  ["authmanager-authn-no-local-user"] = "The supplied credentials are not associated with any"
    .. " user on this wiki.",
  ["authmanager-authn-no-local-user-link"] = "The supplied credentials are valid but are not"
    .. " associated with any user on this wiki. Login in a different way, or create a new user,"
    .. " and you will have an option to link your previous credentials to that account.",
  ["authmanager-authn-no-primary"] = "The supplied credentials could not be authenticated.",
  ["authmanager-authn-not-in-progress"] = "Authentication is not in progress or session data has"
    .. " been lost. Please start again from the beginning.",
  ["authmanager-create-no-primary"] = "The supplied credentials could not be used for account"
    .. " creation.",
  ["authmanager-create-not-in-progress"] = "Account creation is not in progress or session data"
    .. " has been lost. Please start again from the beginning.",
  ["authmanager-link-no-primary"] = "The supplied credentials could not be used for account"
    .. " linking.",
  ["authmanager-link-not-in-progress"] = "Account linking is not in progress or session data has"
    .. " been lost. Please start again from the beginning.",
  ["authmanager-password-help"] = "Password for authentication.",
  ["authmanager-provider-password"] = "Password-based authentication",
  ["authmanager-retype-help"] = "Password again to confirm.",
  ["authmanager-username-help"] = "Username for authentication.",
  ["authmanager-userlogin-remembermypassword-help"] = "Whether the password should be remembered"
    .. " for longer than the length of the session.",
  ["authmanager-email-label"] = "Email",
  ["authmanager-email-help"] = "Email address",
  ["authmanager-realname-label"] = "Real name",
  ["authmanager-realname-help"] = "Real name of the user",
  ["authprovider-confirmlink-message"] = "Based on your recent login attempts, the following"
    .. " accounts can be linked to your wiki account. Linking them enables logging in via those"
    .. " accounts. Please select which ones should be linked.",
  ["authprovider-confirmlink-request-label"] = "Accounts which should be linked",
  ["authprovider-resetpass-skip-label"] = "Skip",
  ["authprovider-resetpass-skip-help"] = "Skip resetting the password.",
  ["authpage-cannot-login-continue"] = "Unable to continue login. Your session most likely timed"
    .. " out.",
  ["badretype"] = "The passwords you entered do not match.",
  ["botpasswords-locked"] = "You cannot log in with a bot password as your account is locked.",
  ["botpasswords-needs-reset"] = 'The bot password for bot name "$2" of user "$1" must be'
    .. " reset.",
  ["captcha-apihelp-param-captchaid"] = "CAPTCHA ID",
  ["captcha-createaccount-fail"] = "Incorrect or missing CAPTCHA.",
  ["captcha-help-id"] = "This value should be sent back unchanged.",
  ["captcha-help-info"] = "Description of the CAPTCHA.",
  ["captcha-help-word"] = "Solution of the CAPTCHA.",
  ["captcha-label"] = "CAPTCHA",
  ["emailauth-login-failure"] = "Verification code is not correct.",
  ["emailauth-login-label"] = "Verification code",
  ["emailauth-login-help"] = "The code that was e-mailed to you.",
  ["emailauth-login-message"] = "A verification code was sent to your e-mail address $1.",
  ["emailauth-login-retry-limit"] = "You have entered too many wrong verification codes.",
  ["login-throttled"] = "You have made too many recent login attempts.\nPlease wait $1 before"
    .. " trying again.",
  ["login-userblocked"] = "This user is blocked. Login not allowed.",
  ["newpassword"] = "New password:",
  ["noname"] = "You have not specified a valid username.",
  ["oathauth-auth-token-help-ui"] = "The one-time password used as the second factor of"
    .. " two-factor authentication.",
  ["oathauth-auth-token-label"] = "Two-factor token or recovery code",
  ["oathauth-describe-provider"] = "Two-factor authentication (OATH).",
  ["oathauth-login-failed"] = "Verification failed.",
  ["oathauth-throttled"] = "Too many verification attempts! Please wait $1.",
  ["oathauth-auth-ui"] = "Please enter a code from your two-factor authentication application"
    .. " (such as Google Authenticator).",
  ["passwordincommonlist"] = "The password entered is in a list of very commonly used passwords."
    .. " Please choose a more unique password.",
  ["passwordtooshort"] = "Passwords must be at least $1 characters.",
  ["resetpass-expired"] = "Your password has expired. Please set a new password to log in.",
  ["resetpass-expired-soft"] = "Your password has expired and needs to be changed. Please choose"
    .. ' a new password now, or click "Skip" to change it later.',
  ["resetpass-temp-emailed"] = "You logged in with a temporary emailed code.\nTo finish logging"
    .. " in, you must set a new password here:",
  ["resetpass-validity"] = "Your password is not valid: Passwords must be at least 40"
    .. " characters.\n\nPlease set a new password to log in.",
  ["resetpass-validity-soft"] = "Your password is not valid: Passwords must be at least 40"
    .. ' characters.\n\nPlease choose a new password now, or click "Skip" to change it later.',
  ["retypenew"] = "Retype new password:",
  ["userexists"] = "Username entered already in use.\nPlease choose a different name.",
  ["userlogin-cannot-login"] = "⧼userlogin-cannot-login⧽",
  ["userlogin-remembermypassword"] = "Keep me logged in",
  ["userlogin-yourname"] = "Username",
  ["userlogin-yourpassword"] = "Password",
  ["wrongpassword"] = "Incorrect username or password entered.\nPlease try again.",
  ["yourpasswordagain"] = "Retype password:",
}

local CODES = {
  ["noname"] = "invaliduser",
  ["nouserspecified"] = "invaliduser",
  ["badaccess-groups"] = "permissiondenied",
  ["nosuchusershort"] = "nosuchuser",
  ["authpage-cannot-login-continue"] = "sessionlost",
}

---A message by key. Parameters are strings, numbers or `{ duration = seconds }`.
---@param key string
---@param ... any
---@return table
function message.new(key, ...)
  if not TEXT[key] then
    error("no text for the message " .. key, 2)
  end
  return { key = key, params = { ... } }
end

---Free text, as a provider that knows no message files would send it (wikitext).
---@param text string
---@param code string? the code told to the client; by default made of the text
---@return table
function message.raw(text, code)
  return { free = text, code = code }
end

---Takes what a script wrote: a string (free text, or the key of a known message) or a message.
---@param value string|table
---@param code string?
---@return table
function message.of(value, code)
  if type(value) == "table" then
    return value
  elseif TEXT[value] then
    return { key = value, params = {}, code = code }
  end
  return message.raw(value, code)
end

---The code that names a message to a client.
---@param what table
---@return string
function message.code(what)
  if what.code then
    return what.code
  elseif what.free then
    return (what.free:gsub("[^%w_-]", "_"))
  end
  return CODES[what.key] or what.key
end

local function spell(param)
  if type(param) ~= "table" then
    return tostring(param)
  end
  local seconds = param.duration
  if seconds >= 3600 then
    return ("%d hours"):format(seconds // 3600)
  elseif seconds >= 60 then
    return ("%d minutes"):format(seconds // 60)
  end
  return ("%d seconds"):format(seconds)
end

---The wikitext of a message.
---@param what table
---@return string
function message.wikitext(what)
  if what.free then
    return what.free
  end
  return (
    TEXT[what.key]:gsub("%$(%d)", function(index)
      return spell(what.params[tonumber(index)])
    end)
  )
end

---The sentence as one line of plain text, as action=login gives its reasons.
---@param what table
---@return string
function message.line(what)
  return (message.wikitext(what):gsub("\n", " "))
end

---The message as parsed HTML.
---@param what table
---@return string
function message.html(what)
  local html =
    message.wikitext(what):gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" })
  html = html:gsub("'''(.-)'''", "<b>%1</b>")
  html = html:gsub("%[%[([^|%]]+)|?([^%]]*)%]%]", function(title, label)
    local address = "/index.php/" .. title:gsub(" ", "_")
    local shown = label == "" and title or label
    return ('<a href="%s" title="%s">%s</a>'):format(address, title, shown)
  end)
  html = html:gsub("%[(https?://%S+) ([^%]]*)%]", '<a class="external text" href="%1">%2</a>')
  return html
end

---Key and parameters.
---@param what table
---@return table object { key, params }
function message.key_and_params(what)
  if what.free then
    return object("key", what.free, "params", {})
  end
  return object("key", what.key, "params", what.params)
end

---The value of a message in one of the formats of the auth modules; nil in format none.
---@param what table
---@param format string "wikitext", "html", "raw" or "none"
---@return string|table|nil
function message.format(what, format)
  if format == "none" then
    return nil
  elseif format == "html" then
    return message.html(what)
  elseif format == "raw" then
    return message.key_and_params(what)
  end
  return message.wikitext(what)
end

return message
