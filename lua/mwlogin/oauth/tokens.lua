---The tokens of an OAuth 2 Session: which one is sent, and how it is renewed. Whoever finds that it
---ends, or that the wiki refuses it, renews it once; all others wait for that.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local keeping = require "mwlogin.oauth.keeping"
local proving = require "mwlogin.oauth.proving"
local token_endpoint = require "mwlogin.oauth.token_endpoint"
local token_record = require "mwlogin.oauth.token_record"

local tokens = {}

---A token is renewed this long before its end, or for the last tenth of its life if that is less.
local MARGIN <const> = 60
---While the present token still works, a renewal that failed is not tried again sooner.
local PAUSE_AFTER_FAILURE <const> = 10
local SLICE <const> = 0.05

---@class mwlogin.oauth.Tokens
---@field access_token userdata secret
---@field refresh_token userdata|nil secret
---@field authorization userdata secret: the header's value
---@field ends number|nil as `core.now()` counts: it never jumps, as clocks on the wall do
---@field expires number|nil seconds since 1970, for the store
---@field lasts number|nil seconds it was given for
---@field scope string|nil
---@field grant string|nil "authorization_code", "client_credentials"; nil: it was given as it is
---@field client table { client_id, client_secret }
---@field confidential boolean|nil whether the client has a secret
---@field unkept boolean|nil whether they could not be written to the store yet
---@field over mwlogin.Error|nil why these tokens are of no use any more
local Tokens = {}
Tokens.__index = Tokens
Tokens.__name = "mwlogin.oauth.tokens"

---Takes tokens in the place of the present ones.
---@param answer mwlogin.oauth.Answer
---@param expires number|nil seconds since 1970, where that is known already
function Tokens:adopt(answer, expires)
  self.access_token = answer.access_token
  self.authorization = core.secret("Bearer ", answer.access_token)
  self.refresh_token = answer.refresh_token or self.refresh_token
  self.scope = answer.scope or self.scope
  self.lasts, self.expires, self.ends = answer.expires_in, nil, nil
  if expires or self.lasts then
    self.expires = expires or os.time() + self.lasts
    self.ends = core.now() + (self.expires - os.time())
  end
end

---@param session mwlogin.Session
---@param client table client_id, client_secret, grant
---@param answer mwlogin.oauth.Answer
---@return mwlogin.oauth.Tokens
function tokens.new(session, client, answer)
  local made = setmetatable({
    client = { client_id = client.client_id, client_secret = client.client_secret },
    confidential = client.client_secret ~= nil,
    grant = client.grant,
  }, Tokens)
  made:adopt(answer)
  session:protect(made.access_token)
  return made
end

---What the store keeps: never the client's secret.
---@return table plain
function Tokens:export()
  return token_record.of(self)
end

---Tokens as they were kept.
---@param session mwlogin.Session
---@param kept table as `export` made it
---@param client table client_secret, where the caller gave it again
---@return mwlogin.oauth.Tokens|nil nil when there are none
function tokens.restore(session, kept, client)
  local answer = token_record.read(session, kept)
  if not answer then
    return nil
  end
  local made = tokens.new(session, {
    client_id = kept.client_id or client.client_id,
    client_secret = client.client_secret,
    grant = kept.grant,
  }, answer)
  made.confidential = kept.confidential == true
  made:adopt(answer, answer.expires)
  return made
end

---Takes what another process has kept since, if it is something else than ours.
---@param session mwlogin.Session
---@param kept any an entry's tokens
---@return boolean taken
function Tokens:take_newer(session, kept)
  local answer = not self.unkept and token_record.read(session, kept)
  if not answer or answer.access_token == self.access_token then
    return false
  end
  self:adopt(answer, answer.expires)
  session:drop_tokens()
  return true
end

---These tokens as the wiki's answer makes them.
---@param session mwlogin.Session
---@param answer mwlogin.oauth.Answer
---@return mwlogin.oauth.Tokens
function Tokens:successor(session, answer)
  local made = tokens.new(session, self.client, {
    access_token = answer.access_token,
    refresh_token = answer.refresh_token or self.refresh_token,
    expires_in = answer.expires_in,
    scope = answer.scope or self.scope,
  })
  made.grant, made.confidential = self.grant, self.confidential
  return made
end

-- == renewing =====================================================================================

local function lacking_secret()
  return errors.new {
    kind = "answer",
    code = "client-secret",
    message = "The access token has ended, and renewing it needs the client's secret, which is "
      .. "never kept",
    advice = "Give client_id and client_secret to login again.",
  }
end

---@return boolean whether new tokens can be had without a person
---@return mwlogin.Error|nil why not
function Tokens:can_renew()
  if self.grant ~= "client_credentials" and not self.refresh_token then
    return false
  elseif self.confidential and self.client.client_secret == nil then
    return false, lacking_secret()
  end
  return true
end

---What the wiki says when these tokens are dead for good (RFC 6749, 5.2; MediaWiki: a refresh
---token that was used already is a 401 with invalid_request).
local function is_dead(err)
  return err.code == "invalid_grant"
    or err.code == "access_denied"
    or err.code == "invalid_request" and err.status == 401
end

---Wipes them; nothing can be done with these tokens any more.
function Tokens:wipe()
  for _, name in ipairs { "access_token", "refresh_token", "authorization" } do
    if self[name] then
      self[name]:wipe()
    end
  end
end

---Makes these tokens useless: whatever is tried with them later says so, and nothing goes out
---without them.
---@param session mwlogin.Session
---@param cause mwlogin.Error|nil
---@return mwlogin.Error over
function Tokens:bury(session, cause)
  local me = session.identity or session.entry and session.entry.made
  self.over = proving.ended(me and me.name, cause)
  self:wipe()
  session:drop_tokens()
  return self.over
end

---While the present token works, nobody waits for a provider that is down, nor for another process.
local function works(self, refused)
  return not refused and self.ends ~= nil and core.now() < self.ends
end

local function ask(self, session, refused)
  if self.grant == "client_credentials" then
    local params = { grant_type = "client_credentials" }
    return token_endpoint.ask(session, self.client, params, "passing")
  end
  return token_endpoint.ask(
    session,
    self.client,
    { grant_type = "refresh_token", refresh_token = self.refresh_token },
    works(self, refused) and "unexecuted" or "passing"
  )
end

---@param answer mwlogin.oauth.Answer|nil which nobody wants any more
local function discard(answer)
  for _, value in pairs(answer or {}) do
    if core.is_secret(value) then
      value:wipe()
    end
  end
end

---One renewal, alone in this Session and, with a store, among all processes that share it.
local function renew_alone(self, session, why, refused)
  session:trace_event { event = "refresh", why = why }
  return keeping.renew(session, self, function()
    local answer, err = ask(self, session, refused)
    local abandoned = keeping.abandoned(session, self)
    if abandoned then
      discard(answer)
      return nil, abandoned
    elseif not answer and is_dead(err) then
      return nil, err, true
    end
    return answer, err
  end, not works(self, refused))
end

---Waits while another task of this Session renews.
local function wait_for_other(self, session)
  while self.renewing do
    local slept, err = session.pool:sleep(SLICE)
    if not slept then
      return nil, err
    end
  end
  return true
end

---Renews the tokens, unless it has been done since `refused` was sent.
---@param session mwlogin.Session
---@param why string for the trace
---@param refused userdata|nil the Authorization that the wiki refused
---@return true|nil
---@return mwlogin.Error|nil err interaction (code access-ended): the wiki will give no others
function Tokens:renew(session, why, refused)
  local before = refused or self.authorization
  local waited, interrupted = wait_for_other(self, session)
  local abandoned = waited and keeping.abandoned(session, self)
  if not waited or abandoned then
    return nil, interrupted or abandoned
  elseif self.over then
    return nil, self.over
  elseif not rawequal(before, self.authorization) then
    return true
  end
  self.renewing = true
  local _ <close> = setmetatable({}, {
    __close = function()
      self.renewing = false
    end,
  })
  local renewed, err = renew_alone(self, session, why, refused)
  if not renewed then
    self.not_before = core.now() + PAUSE_AFTER_FAILURE
  end
  return renewed, err
end

---Whether the present token ends so soon that it should be renewed first.
local function is_due(self)
  if not self.ends then
    return false
  end
  local margin = math.min(MARGIN, (self.lasts or MARGIN) / 10)
  return core.now() > self.ends - margin
end

---Whether a token that still works is sent although it could not be renewed: the provider is down,
---or another process holds the entry, logging in perhaps.
local function may_go_on(self, err)
  return not self.unkept and (token_endpoint.is_passing(err) or err.code == "timeout")
end

---The Authorization of a request; before its end the token is renewed. One that cannot be renewed
---is sent all the same: whether it has ended is for the wiki to say, whose clock it is.
---@param session mwlogin.Session
---@return userdata|nil secret
---@return mwlogin.Error|nil err
function Tokens:header(session)
  if self.over then
    return nil, self.over
  end
  if self.unkept then
    local kept, err = keeping.save(session, self)
    if not kept then
      return nil, err
    end
  end
  if not is_due(self) or not self:can_renew() then
    return self.authorization
  end
  local good = works(self)
  if good and core.now() < (self.not_before or 0) then
    return self.authorization
  end
  local renewed, err = self:renew(session, "it ends soon")
  if renewed or good and may_go_on(self, err) then
    return self.authorization
  end
  return nil, err
end

---The access token alone, as other tools take it.
---@param session mwlogin.Session
---@return string|nil
---@return mwlogin.Error|nil err
function Tokens:bearer(session)
  local header, err = self:header(session)
  return header and self.access_token:reveal(), err
end

return tokens
