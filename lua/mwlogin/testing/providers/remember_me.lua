---"Keep me logged in": asked in the begin step and in RESTART, honoured nowhere else.
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")

local remember_me = { ID = "MediaWiki\\Auth\\RememberMeAuthenticationRequest" }

---The request; without a field where the wiki decides alone, or the session cannot change user.
---@param call table
---@return table request
function remember_me.request(call)
  local asks = call.wiki.remember == "choose" and call.session:can_set_user()
  return auth_request.new({
    id = remember_me.ID,
    required = "optional",
    fields = asks and {
      {
        name = "rememberMe",
        type = "checkbox",
        label = message.new("userlogin-remembermypassword"),
        help = message.new("authmanager-userlogin-remembermypassword-help"),
        optional = true,
      },
    } or {},
  })
end

---What a login that ended well does.
---@param wiki table
---@param ticked boolean|nil
---@return boolean
function remember_me.wanted(wiki, ticked)
  if wiki.remember == "choose" then
    return ticked or false
  end
  return wiki.remember == "always"
end

return remember_me
