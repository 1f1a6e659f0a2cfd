---Logins with a store: what is kept is proved and used before any secret is read; one process logs
---in, the others wait and reuse what it got.
local accounts = require "mwlogin.login.account"
local again = require "mwlogin.login.again"
local core = require "mwlogin.core"
local earlier = require "mwlogin.login.earlier"
local entries = require "mwlogin.store.entry"
local errors = require "mwlogin.error"
local flight = require "mwlogin.session.flight"
local kept_tokens = require "mwlogin.login.kept_tokens"
local method_of = require "mwlogin.login.method"
local user = require "mwlogin.session.user"

local kept = {}

local SUPERSEDED <const> = "superseded"

-- == using what is kept ===========================================================================

---Whether an entry is of the user, and of the method, that was asked for: an account may be a word
---of the caller's own, and what is kept under it somebody else's.
local function fits(entry, credentials)
  local name, method = credentials.username, credentials.method
  if name and name ~= entry.username and name ~= entry.account and name ~= entry.name then
    return false
  elseif not kept_tokens.fits(entry, credentials) then
    return false
  end
  return method == nil or method == "session" or method == entry.method
end

local LOST <const> = { ["not-proved"] = true }

---Stamps of entries the wiki was asked about in vain: none of them comes to life again, so that
---nobody who waits asks twice.
local function lost_of(session)
  session.lost_stamps = session.lost_stamps or {}
  return session.lost_stamps
end

local function text_of(lines)
  local sorted = { table.unpack(lines) }
  table.sort(sorted)
  return table.concat(sorted, "\n")
end

---Ties the Session to its entry: what it saves and removes later.
local function tie(session, id, entry)
  session.entry = { id = id, stamp = entry.stamp, made = entry, cookies = text_of(entry.cookies) }
end

---The same for tokens; what is renewed on the way is kept in the entry.
local function prove_tokens(session, id, entry, credentials)
  local before = session.entry
  tie(session, id, entry)
  local identity, err = kept_tokens.prove(session, entry, credentials)
  if not identity then
    session.entry = before
  end
  if identity == false then
    lost_of(session)[entry.stamp] = true
  end
  return identity, err
end

---Whether the wiki still knows the kept session; if so, the Session is tied to its entry.
---@return mwlogin.Identity|false|nil identity nil: it could not be asked
---@return mwlogin.Error|nil err with false: why kept tokens are of no use any more
local function prove(session, id, entry, credentials)
  earlier.drop(session)
  if kept_tokens.has(entry) then
    return prove_tokens(session, id, entry, credentials)
  end
  session.core:cookies(false)
  session.core:cookies(entry.cookies)
  session.has_given_cookies = true
  local identity, err = user.prove(session, entry.name, entry.method, true)
  if identity then
    identity.fresh = false
    tie(session, id, entry)
    return identity
  end
  earlier.restore(session)
  if LOST[err.code] then
    lost_of(session)[entry.stamp] = true
    return false
  end
  return nil, err
end

-- == keeping ======================================================================================

local function new_stamp()
  return core.crypto.base64url(core.crypto.random(12))
end

local function unkept(identity, err)
  return errors.new {
    kind = "store",
    code = err.code,
    message = ("Logged in as %s, but the session cannot be kept: %s"):format(
      identity.name,
      err.message
    ),
    advice = err.advice,
    cause = err,
  }
end

---Writes what a fresh login got. The Session works even where that fails: `identity.unkept` tells.
local function save(session, account, username, lock)
  local identity = session.identity
  local now = os.time()
  local entry = {
    api = session.api,
    account = account or identity.name,
    username = username,
    name = identity.name,
    method = identity.method,
    cookies = session.core:cookies(),
    tokens = kept_tokens.of(session),
    created = now,
    saved = now,
    stamp = new_stamp(),
  }
  local id = entries.id(entry.api, entry.account)
  local written, err = session.options.store:write(id, entries.encode(entry), lock)
  session.entry = nil
  if written or err.code == SUPERSEDED then
    -- superseded: the other's is kept, and what a lost session is replaced by
    tie(session, id, entry)
  else
    identity.unkept = unkept(identity, err)
    warn("mwlogin: ", identity.unkept.message)
  end
  if not written then
    session:trace_event { event = "unkept", code = err.code }
  end
end

---Changed cookies are saved at close, unless another process has logged in since.
local function save_changes(session)
  local tied = session.entry
  if not tied or not session.identity or session.authorize then
    return
  end
  local cookies = session.core:cookies()
  if text_of(cookies) == tied.cookies then
    return
  end
  cookies = require("mwlogin.store.lasting").cookies(tied.made, cookies, os.time())
  if text_of(cookies) == tied.cookies then
    return
  end
  local store = session.options.store
  local lock, err = store:lock(tied.id)
  if not lock then
    session:trace_event { event = "unkept", code = err.code }
    return
  end
  local there = entries.read(store, tied.id)
  if there and there.stamp == tied.stamp then
    there.cookies, there.saved = cookies, os.time()
    store:write(tied.id, entries.encode(there), lock)
  end
  lock:release()
end

---After logout: what another process has kept since is a session of its own, and stays.
local function forget(session)
  local tied, store = session.entry, session.options.store
  if not tied then
    return true
  end
  local there, err = entries.read(store, tied.id)
  if err then
    return nil, err
  elseif there and there.stamp == tied.stamp then
    local removed
    removed, err = store:remove(tied.id)
    if not removed then
      return nil, err
    end
  end
  session.entry = nil
  return true
end

---A Session that is dropped unclosed saves its cookies as well.
local Guard = {
  __gc = function(self)
    self.session:close()
  end,
}

---Hangs the store's doings on the Session: once.
local function watch(session)
  session.on_close = save_changes
  session.on_logout = forget
  session.guard = session.guard or setmetatable({ session = session }, Guard)
end

-- == one at a time ================================================================================

---What another process has kept meanwhile, if the wiki knows it.
local function newer(session, id, credentials)
  local entry, err = entries.read(session.options.store, id)
  if not entry or lost_of(session)[entry.stamp] or not fits(entry, credentials) then
    return nil, err
  end
  local identity, trouble = prove(session, id, entry, credentials)
  if identity == false then
    return nil
  end
  return identity, trouble
end

local log_in, leave

---A kept session that is lost is begun again like any other; but first, and even where that would
---need a person, what another process has begun again since is used.
leave = function(session, credentials, attempt)
  again.leave(session, credentials, function(self, given, lost)
    if method_of.choose(given) == "session" then
      return nil, again.person_needed(lost)
    end
    return flight.hold(self, function()
      return log_in(self, given, attempt)
    end)
  end)
  local begin_again = session.recover
  if not begin_again then
    return
  end
  session.recover = function(self, lost)
    local before, tied, recover = self.identity, self.entry, self.recover
    local found, err
    if tied then
      lost_of(self)[tied.stamp] = true
      found, err = newer(self, tied.id, { username = before.name })
    end
    if found and found.name == before.name then
      leave(self, credentials, attempt)
      return true
    end
    self.identity, self.recover = before, recover
    if err then
      return nil, err
    end
    return begin_again(self, lost)
  end
end

local function attempt_and_save(session, credentials, attempt, account, lock)
  local given = {}
  for name, value in pairs(credentials) do
    given[name] = value
  end
  if given.remember == nil then
    given.remember = true
  end
  local logged_in = false
  session.on_login = function(self, as_given)
    logged_in = true
    save(self, account, credentials.username, lock)
    leave(self, as_given, attempt)
  end
  local identity, err = attempt(session, given)
  if identity and not logged_in then
    -- the session was proved as it stands
    save(session, account, credentials.username, lock)
  end
  return identity, err
end

log_in = function(session, credentials, attempt)
  local account, err = accounts.of(session, credentials)
  if err then
    return nil, err
  elseif not account then
    return attempt_and_save(session, credentials, attempt, nil, nil)
  end
  local id = entries.id(session.api, account)
  local lock, why, found = require("mwlogin.store.turn").wait(session, id, function()
    return newer(session, id, credentials)
  end)
  if not lock then
    return found, why
  end
  session.holding = { id = id, lock = lock }
  local _ <close> = setmetatable({}, {
    __close = function()
      session.holding = nil
      lock:release()
    end,
  })
  found, err = newer(session, id, credentials)
  if found or err then
    return found, err
  end
  return attempt_and_save(session, credentials, attempt, account, lock)
end

---Proves what is kept, else logs in and keeps it.
---@param session mwlogin.Session its options have a store
---@param credentials table
---@param attempt fun(session: mwlogin.Session, credentials: table): mwlogin.Identity|nil, table|nil
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function kept.run(session, credentials, attempt)
  local safe, unsafe = session:settle()
  if not safe then
    return nil, unsafe
  end
  watch(session) -- after that: what is collected goes in the order opposite to that it came in
  -- cookies that were imported for it are what such a login is to prove
  if method_of.choose(credentials) == "session" and #session.core:cookies() > 0 then
    return attempt_and_save(session, credentials, attempt, session.options.account, nil)
  end
  local account, err = accounts.of(session, credentials)
  if err then
    return nil, err
  elseif not account then
    return attempt_and_save(session, credentials, attempt, nil, nil)
  end
  local id = entries.id(session.api, account)
  local entry, trouble = entries.read(session.options.store, id)
  if trouble then
    return nil, trouble
  end
  if entry and fits(entry, credentials) then
    local identity
    identity, err = prove(session, id, entry, credentials)
    if identity then
      leave(session, credentials, attempt)
      session:trace_event { event = "kept", name = identity.name, method = identity.method }
      return identity
    elseif identity == nil or err and method_of.choose(credentials) == "session" then
      return nil, err
    end
  end
  return log_in(session, credentials, attempt)
end

return kept
