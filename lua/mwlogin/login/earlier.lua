---What an earlier login of the same Session left: another one begins without it. Its bot-password
---cookie would block every login, and one that fails must not leave the earlier user's session
---behind.
local user = require "mwlogin.session.user"

local earlier = {}

---Back to the jar of before our own earlier login.
local function restore_jar(session)
  session.core:cookies(false)
  session.core:cookies(session.before_login)
end

---Drops it: cookies, identity, tokens, and the way to log in again.
---@param session mwlogin.Session
function earlier.drop(session)
  if session.before_login then
    restore_jar(session)
  end
  session.before_login = session.core:cookies()
  session.identity, session.recover = nil, nil
  user.unauthorize(session)
  session:drop_tokens()
end

---After `drop`, what was put into the jar since goes, too.
---@param session mwlogin.Session
function earlier.restore(session)
  -- not so where somebody has taken cookies in since: those are to stay
  if session.before_login then
    restore_jar(session)
  end
end

return earlier
