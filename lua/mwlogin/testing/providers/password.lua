---The local password: login, account creation, and the requests they ask for.
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")

local password = { level = "primary" }

local ID = "MediaWiki\\Auth\\PasswordAuthenticationRequest"
password.ID = ID

local COMMON = { abc = true, short = true, password = true, ["12345678"] = true }

local USERNAME = {
  name = "username",
  label = message.new("userlogin-yourname"),
  help = message.new("authmanager-username-help"),
}

local function secret_field(name, label, help)
  return { name = name, type = "password", label = message.new(label), help = message.new(help) }
end

local function login_request(context)
  local account = context.creator
  return auth_request.new({
    id = ID,
    required = "primary-required",
    provider = message.new("authmanager-provider-password"),
    account = account and account.name or "",
    fields = {
      USERNAME,
      secret_field("password", "userlogin-yourpassword", "authmanager-password-help"),
    },
  })
end

local function creation_requests(context)
  local with_retype = auth_request.new({
    id = ID,
    required = "primary-required",
    provider = message.new("authmanager-provider-password"),
    account = "",
    fields = {
      USERNAME,
      secret_field("password", "userlogin-yourpassword", "authmanager-password-help"),
      secret_field("retype", "yourpasswordagain", "authmanager-retype-help"),
    },
  })
  local name = auth_request.new({
    id = "MediaWiki\\Auth\\UsernameAuthenticationRequest",
    fields = { USERNAME },
  })
  local data = auth_request.new({
    id = "MediaWiki\\Auth\\UserDataAuthenticationRequest",
    fields = {
      {
        name = "email",
        optional = true,
        label = message.new("authmanager-email-label"),
        help = message.new("authmanager-email-help"),
      },
      {
        name = "realname",
        optional = true,
        label = message.new("authmanager-realname-label"),
        help = message.new("authmanager-realname-help"),
      },
    },
  })
  local list = { with_retype, name, data }
  if not context.wiki.local_login then
    table.remove(list, 1)
  end
  return list
end

function password:requests(context)
  if context.action == "createaccount" then
    return creation_requests(context)
  elseif context.action == "login" and context.wiki.local_login then
    return { login_request(context) }
  end
end

---The request that asks a person who is logging in for a new password: same id and field as the
---login's own.
---@param account table
---@param required string
---@return table request
function password.new_password_request(account, required)
  return auth_request.new({
    id = ID,
    required = required,
    provider = message.new("authmanager-provider-password"),
    account = account.name,
    fields = {
      secret_field("password", "newpassword", "authmanager-password-help"),
      secret_field("retype", "retypenew", "authmanager-retype-help"),
    },
  })
end

---Why a new password will not do.
---@param values table { password, retype }
---@return table|nil message
function password.complaint(values)
  if values.password ~= values.retype then
    return message.new("badretype")
  elseif COMMON[values.password] then
    return message.new("passwordincommonlist")
  elseif #values.password < 8 then
    return message.new("passwordtooshort", 8)
  end
end

function password:test(context)
  local values = context.requests[ID]
  if context.action == "createaccount" and values then
    return password.complaint(values)
  end
end

local function begin_login(context, values)
  local account = context.wiki:account(values.username)
  if not account or not account.password or account.password ~= values.password then
    return { status = "FAIL", message = message.new("wrongpassword") }
  elseif account.blocked then
    return { status = "FAIL", message = message.new("login-userblocked") }
  end
  return { status = "PASS", username = account.name }
end

function password:begin(context)
  local values = context.requests[ID]
  if not values or not context.wiki.local_login then
    return nil
  elseif context.action == "login" then
    return begin_login(context, values)
  elseif context.action == "createaccount" then
    context.pending.new_account.password = values.password
    -- Mail and name are one request: when either field was missing, both are lost.
    local data = context.requests["MediaWiki\\Auth\\UserDataAuthenticationRequest"] or {}
    context.pending.new_account.email = data.email
    context.pending.new_account.realname = data.realname
    return { status = "PASS" }
  end
end

return password
