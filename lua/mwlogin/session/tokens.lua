---Tokens of a Session: kept by type until the user changes, renewed once when one is called bad.
local errors = require "mwlogin.error"
local flight = require "mwlogin.session.flight"
local recovery = require "mwlogin.session.recovery"
local request = require "mwlogin.session.request"

local tokens = {}

---What the wiki gives instead of a csrf token to those who are not logged in.
local ANONYMOUS <const> = "+\\"

local function strings_of(list)
  local strings = {}
  for _, item in ipairs(type(list) == "table" and list or {}) do
    if type(item) == "string" then
      strings[#strings + 1] = item
    end
  end
  return strings
end

---The types that this wiki has, extensions included; empty where it does not say.
local function types_of(session)
  local params = { action = "paraminfo", modules = "query+tokens" }
  local reply = session:call("GET", params, { bare = not session.authorize })
  local info = reply and type(reply.paraminfo) == "table" and reply.paraminfo.modules
  local module = type(info) == "table" and type(info[1]) == "table" and info[1] or {}
  for _, parameter in ipairs(type(module.parameters) == "table" and module.parameters or {}) do
    if type(parameter) == "table" and parameter.name == "type" then
      return strings_of(parameter.type)
    end
  end
  return {}
end

local function no_token(session, kind)
  local types, known = types_of(session), {}
  for _, name in ipairs(types) do
    known[name] = true
  end
  local near = not known[kind] and require "mwlogin.nearest"(kind, known)
  return errors.new {
    kind = "answer",
    code = "no_token",
    message = ("The wiki gives no token of type '%s'"):format(kind)
      .. (#types > 0 and "; it has " .. table.concat(types, ", ") or ""),
    advice = near and ("Did you mean '%s'?"):format(near)
      or known[kind] and "Log in with an account that may do what this token is for."
      or nil,
  }
end

---The bearer of an OAuth 2 Session, for other tools: renewed first if it ends soon.
local function bearer(session)
  local own = session.authorize and session.oauth_tokens
  if own and own.bearer then
    return own:bearer(session)
  end
  return nil,
    errors.new {
      kind = "answer",
      code = "no-bearer",
      message = "This session has no bearer: it did not log in by OAuth 2",
      advice = "Log in with client_id or access_token.",
    }
end

---The tokens in a reply; what is no text is none.
---@param reply table decoded
---@return table<string, string> found by name, such as "csrftoken"
function tokens.of(reply)
  local query, found = reply.query, {}
  local given = type(query) == "table" and query.tokens
  for name, value in pairs(type(given) == "table" and given or {}) do
    if type(value) == "string" and value ~= "" then
      found[name] = value
    end
  end
  return found
end

local Fetching = {}
Fetching.__index = Fetching

function Fetching:__close()
  self.session.fetching[self.kind] = nil
end

local function fetch(session, kind)
  local fetching <close> =
    setmetatable({ session = session, kind = kind, owner = coroutine.running() }, Fetching)
  session.fetching[kind] = fetching
  local reply, err = session:request("GET", { action = "query", meta = "tokens", type = kind })
  if not reply then
    return nil, err
  end
  local token = tokens.of(reply)[kind .. "token"]
  if not token then
    return nil, no_token(session, kind)
  end
  session.tokens = session.tokens or {}
  session.tokens[kind] = token
  return token
end

---Tasks that want the same token at once: one asks. A wiki that makes tokens of a new session for
---several at once takes only the last of them.
---@param session mwlogin.Session
---@param kind string "csrf", …; "bearer": the access token itself
---@return string|nil token
---@return mwlogin.Error|nil err kind answer, code no_token when the wiki has no such type
function tokens.get(session, kind)
  if kind == "bearer" then
    return bearer(session)
  end
  session.fetching = session.fetching or {}
  local free, err = flight.wait_while(session, function()
    local fetching = session.fetching[kind]
    return fetching and fetching.owner ~= coroutine.running()
  end)
  if not free then
    return nil, err
  end
  local known = session.tokens and session.tokens[kind]
  if known then
    return known
  end
  return fetch(session, kind)
end

---What is called bad, unless another task has fetched a newer one since.
local function forget(session, kind, token)
  if session.tokens and session.tokens[kind] == token then
    session.tokens[kind] = nil
  end
end

---A token of the session we logged in; an anonymous one means that this session is gone.
local function own_token(session, kind)
  local asked_as = session.identity
  local token, err = tokens.get(session, kind)
  if token ~= ANONYMOUS or not session.identity then
    return token, err
  elseif session.identity ~= asked_as then
    forget(session, kind, token) -- it is of before another task logged in
    return tokens.get(session, kind)
  end
  local recovered, why = recovery.log_in_again(
    session,
    errors.new {
      kind = "api",
      code = "assertuserfailed",
      message = "The wiki takes us for anonymous: the session has ended",
    }
  )
  if not recovered then
    return nil, why
  end
  return tokens.get(session, kind)
end

---Another token, for one that is called bad. A wiki that has renewed a lost session by its cookie
---did so for each request under way: those are waited for, since the last answer's session counts.
local function renewed(session, kind, bad)
  local function renew()
    forget(session, kind, bad)
    return own_token(session, kind)
  end
  if flight.elsewhere(session) then
    local free, err = flight.await(session)
    if not free then
      return nil, err
    end
    return renew()
  end
  return flight.run(session, session.identity and session.identity.name, renew)
end

---A POST with a token.
---@param session mwlogin.Session
---@param params table
---@param kind string of the token
---@param name string of the parameter it goes in
---@return table|nil reply
---@return mwlogin.Error|nil err
function tokens.post(session, params, kind, name)
  local sent = {}
  for key, value in pairs(params) do
    sent[key] = value
  end
  local begun_as = session.identity
  local reply, err = flight.await(session)
  err = err or request.changed(begun_as, session.identity)
  if not reply or err then
    return nil, err
  end
  begun_as = session.identity
  local bad
  for _ = 1, 2 do
    local token
    if bad then
      token, err = renewed(session, kind, bad)
    else
      token, err = own_token(session, kind)
    end
    err = err or request.changed(begun_as, session.identity)
    if err then
      return nil, err
    end
    sent[name] = token
    reply, err = session:request("POST", sent)
    if reply or err.code ~= "badtoken" then
      return reply, err
    end
    bad = token
  end
  forget(session, kind, bad)
  return nil, err
end

return tokens
