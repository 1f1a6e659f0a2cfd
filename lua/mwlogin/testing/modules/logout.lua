---action=logout.
local ordered_json = require("mwlogin.testing.ordered_json")

local logout = {}

function logout.reads()
  return false
end

function logout.writes()
  return false
end

function logout.posts(call)
  return call.wiki.minor >= 34
end

function logout.token(call)
  return call.wiki.minor >= 34 and { type = "csrf", prefix = "", name = "token" } or nil
end

function logout.run(call)
  if call.session.bearer then
    local text = "Logging out is not possible when using %s sessions."
    call:die("cannotlogout", text:format("MediaWiki\\Extension\\OAuth\\SessionProvider"))
  end
  if not call.account and call.wiki.minor >= 42 then
    call:warn("logout", "notloggedin", "You must be logged in.")
  end
  call.session:finish()
  return ordered_json.object()
end

return logout
