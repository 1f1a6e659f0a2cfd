---EmailAuth: the code that the wiki sends by mail. It is asked for after the wiki has sent it.
local secret = require "mwlogin.secret"

local function without_blanks(code)
  local text = type(code) == "string" and code or code:reveal()
  return (text:gsub("%s", ""))
end

return {
  name = "EmailAuth",
  version = "1.0",
  kinds = { "EmailAuthAuthenticationRequest" },
  schema = {
    code = { type = "secret", help = "where the code is read from, such as a command" },
  },
  secret_fields = { "token" },
  answer = function(_, _, context)
    if not context.config.code then
      return nil
    end
    local code, err = secret.resolve(context.config.code)
    if code == nil then
      return nil, err or "the source of the code gave nothing"
    end
    return { token = without_blanks(code) }
  end,
}
