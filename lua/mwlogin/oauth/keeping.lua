---Renewing tokens that a store keeps: one process asks the wiki, under the entry's lock; the others
---take what it got. The new pair is written before it is used, since the old one is dead by then.
local entries = require "mwlogin.store.entry"
local errors = require "mwlogin.error"
local flight = require "mwlogin.session.flight"
local turn = require "mwlogin.store.turn"

local keeping = {}

local function write(session, entry, lock)
  entry.saved = os.time()
  return session.options.store:write(session.entry.id, entries.encode(entry), lock)
end

---Whether the entry is still that of this Session's login. What another process took for dead is
---not, where we hold what came after it.
local function is_ours(session, entry, tokens)
  local me = session.identity
  return entry ~= nil
    and entry.method == "oauth2"
    and type(entry.tokens) == "table"
    and (not entry.tokens.over or tokens.unkept)
    and (me == nil or me.name == entry.name)
end

local function gone()
  return errors.new {
    kind = "interaction",
    code = "entry-gone",
    message = "what was kept has been removed, or replaced by another login",
  }
end

---Another task may log out, or in again, while the wiki is asked or the lock is waited for: what
---comes then is nobody's any more.
---@param session mwlogin.Session
---@param tokens mwlogin.oauth.Tokens
---@return mwlogin.Error|nil err kind cancelled
function keeping.abandoned(session, tokens)
  return session.oauth_tokens ~= tokens and flight.logged_out() or nil
end

---Takes what another process has kept since. nil: there is nothing new.
---@return true|nil taken
---@return mwlogin.Error|nil err
---@return mwlogin.store.Entry|nil entry
local function look(session, tokens)
  local abandoned = keeping.abandoned(session, tokens)
  if abandoned then
    return nil, abandoned
  end
  local entry, err = entries.read(session.options.store, session.entry.id)
  if err then
    return nil, err
  elseif not is_ours(session, entry, tokens) then
    return nil, tokens:bury(session, gone())
  elseif tokens:take_newer(session, entry.tokens) then
    return true
  end
  return nil, nil, entry
end

---The entry's lock: a login that is running holds it already.
---@param patient boolean whether to wait for it
local function take_lock(session, tokens, patient)
  local held = session.holding
  if held and held.id == session.entry.id then
    return held.lock
  end
  local lock, err, found = turn.wait(session, session.entry.id, function()
    local taken, trouble = look(session, tokens)
    return taken, trouble
  end, not patient and 0 or nil)
  return lock, err, found, lock and turn.release_at_end(lock)
end

---What another process has got meanwhile is taken; else `act` has the entry to itself.
local function under_lock(session, tokens, patient, act)
  local lock, err, found, ours = take_lock(session, tokens, patient)
  if not lock then
    return found, err
  end
  local _ <close> = ours
  local taken, trouble, entry = look(session, tokens)
  if not entry then
    return taken, trouble
  end
  return act(entry, lock)
end

local function without_store(session, tokens, ask)
  local answer, err, dead = ask()
  if answer then
    tokens:adopt(answer)
    session:drop_tokens()
    return true
  end
  return nil, dead and tokens:bury(session, err) or err
end

local function ask_and_keep(session, tokens, ask, entry, lock)
  local answer, err, dead = ask()
  if dead then
    local over = tokens:bury(session, err)
    entry.tokens = tokens:export()
    write(session, entry, lock)
    return nil, over
  elseif not answer then
    return nil, err
  end
  local successor = tokens:successor(session, answer)
  entry.tokens = successor:export()
  local written
  written, err = write(session, entry, lock)
  tokens:adopt(answer, successor.expires)
  session:drop_tokens()
  tokens.unkept = not written or nil
  return written, err
end

---Renews the tokens of a Session.
---@param session mwlogin.Session
---@param tokens mwlogin.oauth.Tokens
---@param ask fun(): mwlogin.oauth.Answer|nil, mwlogin.Error|nil, boolean|nil the third: whether the
---  wiki said that the present ones are dead
---@param patient boolean whether to wait for another process that holds the entry
---@return true|nil
---@return mwlogin.Error|nil err code `timeout`: another process holds the entry
function keeping.renew(session, tokens, ask, patient)
  if not session.options.store or not session.entry then
    return without_store(session, tokens, ask)
  end
  return under_lock(session, tokens, patient, function(entry, lock)
    return ask_and_keep(session, tokens, ask, entry, lock)
  end)
end

---Writes tokens that could not be written when they came.
---@param session mwlogin.Session
---@param tokens mwlogin.oauth.Tokens
---@return true|nil
---@return mwlogin.Error|nil err
function keeping.save(session, tokens)
  return under_lock(session, tokens, true, function(entry, lock)
    entry.tokens = tokens:export()
    local written, err = write(session, entry, lock)
    tokens.unkept = not written or nil
    return written, err
  end)
end

return keeping
