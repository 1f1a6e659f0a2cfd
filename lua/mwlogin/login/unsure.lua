---A login whose answer was lost on the way may have succeeded: the wiki is asked who we are before
---anything else is done (I10 of doc/traps.md). The password is not sent again.
local unsure = {}

---What leaves open whether the wiki executed a call.
local OPEN <const> = { network = true, http = true, protocol = true }

---@param session mwlogin.Session
---@param err mwlogin.Error
---@return boolean
local function is_open(session, err)
  if not OPEN[err.kind] or err.sent == false then
    return false -- the Session may be closed by now: then there is nothing to ask
  end
  local last = session.core:last()
  return last ~= nil and last.method == "POST"
end

---A bot password's name is the account's before the @.
local function account_of(credentials, method)
  local name = credentials.username
  return name and method == "botpassword" and name:match "^(.+)@" or name
end

---@param session mwlogin.Session
---@param credentials table
---@param method string
---@param err mwlogin.Error what the login ended with
---@return mwlogin.Identity|nil identity when we are logged in as that account after all
---@return mwlogin.Error err the same
function unsure.settle(session, credentials, method, err)
  local name = account_of(credentials, method)
  if not name or not is_open(session, err) then
    return nil, err
  end
  session:trace_event { event = "unsure", code = err.code }
  -- the wiki compares names as it spells them, whatever was typed
  local asked = { action = "query", meta = "userinfo", assertuser = name }
  local reply = session:call("GET", asked, { bare = true })
  local info = reply and type(reply.query) == "table" and reply.query.userinfo
  if type(info) ~= "table" or type(info.name) ~= "string" then
    return nil, err
  end
  local identity = session:prove(info.name, method)
  return identity, err
end

return unsure
