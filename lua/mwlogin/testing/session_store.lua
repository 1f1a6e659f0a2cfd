---The wiki's sessions: which one a request belongs to (its cookies decide, nothing else), the
---tokens that live and die with it, and the cookies the answer sets.
local sha1 = require("mwlogin.testing.sha1")

local session_store = {}

local SHORT, LONG = 30 * 86400, 180 * 86400
local IDLE = 3600 -- a session nobody used for an hour is gone

-- Tokens of these types are made in anonymous sessions too, and make the session be kept.
local KEPT = { login = true, createaccount = true }

local Store = {}
Store.__index = Store

local Session = {}
Session.__index = Session

---@param wiki table the scripted wiki
---@return table store
function session_store.new(wiki)
  return setmetatable({ wiki = wiki, normal = {}, bot = {}, bearers = {}, serial = 0 }, Store)
end

---A hexadecimal string nobody got before.
---@param length integer at most 40
---@return string
function Store:unique(length)
  self.serial = self.serial + 1
  return sha1.hex(("%s %d"):format(self.wiki.name, self.serial)):sub(1, length)
end

---Forgets every session, as a cache that was restarted does.
function Store:forget()
  self.normal, self.bot = {}, {}
end

local function cookie_date(seconds)
  return os.date("!%a, %d %b %Y %H:%M:%S GMT", math.floor(seconds))
end

local function new_session(store, reply_cookies, request)
  return setmetatable({
    store = store,
    cookies = reply_cookies,
    sent = request.cookies,
    https = request.origin:find("^https:") ~= nil,
    record = { tokens = {}, pending = {}, data = {}, script = {} },
  }, Session)
end

---@param name string
---@param value string
---@param lifetime integer|nil seconds; nil: with the browser
function Session:set_cookie(name, value, lifetime)
  local wiki = self.store.wiki
  if self.bearer then
    return
  end
  local line = wiki.prefix .. name .. "=" .. value
  if lifetime then
    -- By the client's clock: a wiki whose own stands still must not set cookies that are over.
    line = line .. "; expires=" .. cookie_date(os.time() + lifetime) .. "; Max-Age=" .. lifetime
  end
  line = line .. "; path=/" .. ((self.https or wiki.force_https) and "; secure" or "")
  self.cookies[#self.cookies + 1] = line .. "; HttpOnly"
end

---@param name string
function Session:delete_cookie(name)
  local wiki = self.store.wiki
  if self.sent[wiki.prefix .. name] then
    local line = "%s%s=deleted; expires=%s; Max-Age=0; path=/; HttpOnly"
    self.cookies[#self.cookies + 1] = line:format(wiki.prefix, name, cookie_date(1))
  end
end

local function is_alive(store, record)
  return record and store.wiki:now() - record.touched <= IDLE
end

local function known_account(store, cookies)
  local prefix = store.wiki.prefix
  local account = store.wiki:account_by_id(cookies[prefix .. "UserID"])
  local name = cookies[prefix .. "UserName"]
  if account and (name == nil or name == account.name) then
    return account
  end
end

local function open_bot_session(store, session, id)
  local record = store.bot[id]
  if not is_alive(store, record) then
    session:delete_cookie("_BPsession")
    return false
  end
  session.id, session.record, session.is_bot = id, record, true
  return true
end

local function open_normal_session(store, session, cookies)
  local prefix = store.wiki.prefix
  local id, token = cookies[prefix .. "_session"], cookies[prefix .. "Token"]
  local claims_user = cookies[prefix .. "UserID"] ~= nil
  local account = known_account(store, cookies)
  local proved = account and token == account.token
  local record = store.normal[id or ""]
  if token and claims_user and not proved then
    record = nil
  end
  -- The session and the user cookie must tell the same story, else neither counts.
  if is_alive(store, record) and record.account == (claims_user and account or nil) then
    session.id, session.record = id, record
    return
  end
  if id and not record and not claims_user then
    session:persist()
  elseif proved then
    session:become(account, true)
  elseif claims_user or (record and record.account) then
    session:delete_cookie("_session")
    session:delete_cookie("UserID")
    session:delete_cookie("Token")
  end
end

local function owner_of(store, bearer)
  for _, account in pairs(store.wiki.accounts) do
    for _, one in ipairs(account.bearers) do
      if one == bearer then
        return account
      end
    end
  end
end

-- OAuth 2: the bearer decides, cookies count for nothing, and none are set.
local function open_bearer_session(store, session, bearer)
  session.bearer = true
  local account = owner_of(store, bearer)
  if not account then
    session.refused = true
    return
  end
  local record = store.bearers[bearer] or { tokens = {}, pending = {}, data = {}, script = {} }
  record.account = account
  store.bearers[bearer] = record
  session.id, session.record = bearer, record
end

---Finds the session of a request, or an empty one that is kept as soon as something needs it.
---@param request table php_request
---@param cookies table list the answer's Set-Cookie lines are added to
---@return table session `refused` where an Authorization came that this wiki does not take
function Store:open(request, cookies)
  local session = new_session(self, cookies, request)
  local bearer = (request.header("authorization") or ""):match("^Bearer (.+)$")
  if bearer then
    open_bearer_session(self, session, bearer)
    session.record.touched = self.wiki:now()
    return session
  end
  local bot = request.cookies[self.wiki.prefix .. "_BPsession"]
  if not (bot and open_bot_session(self, session, bot)) then
    open_normal_session(self, session, request.cookies)
  end
  session.record.touched = self.wiki:now()
  return session
end

---The account that is logged in, or nil.
---@return table|nil
function Session:account()
  return self.record.account
end

---Keeps the session: from now on the client has a cookie for it.
function Session:persist()
  if self.id then
    return
  end
  self.id = self.store:unique(32)
  self.store.normal[self.id] = self.record
  self:set_cookie("_session", self.id)
end

local function token_text(record, kind, salt, time)
  local secret = record.tokens[kind]
  return sha1.hex(secret .. salt .. time):sub(1, 32) .. time .. "+\\"
end

local function token_place(kind)
  if KEPT[kind] then
    return kind, ""
  end
  return "default", kind == "csrf" and "" or kind
end

---The token of a type, and whether its secret had to be made just now.
---@param kind string "login", "csrf", "createaccount", …
---@return string token, boolean was_new
function Session:token(kind)
  if not KEPT[kind] and not self.record.account then
    return "+\\", false
  end
  self:persist()
  local place, salt = token_place(kind)
  local was_new = self.record.tokens[place] == nil
  self.record.tokens[place] = self.record.tokens[place] or self.store:unique(32)
  local time = ("%08x"):format(math.floor(self.store.wiki:now()))
  return token_text(self.record, place, salt, time), was_new
end

---Does a token that was sent belong to this session?
---@param kind string
---@param sent any
---@return boolean matches, boolean was_new
function Session:match(kind, sent)
  local own, was_new = self:token(kind)
  if own == "+\\" or was_new then
    return sent == own, was_new
  end
  local time = type(sent) == "string" and sent:match("^%x+(%x%x%x%x%x%x%x%x)%+\\$")
  local place, salt = token_place(kind)
  return time ~= nil and token_text(self.record, place, salt, time) == sent, false
end

---Logs an account in: a new session id, all tokens dead, the pending login forgotten.
---@param account table
---@param remember boolean
function Session:become(account, remember)
  local store = self.store
  if self.id then
    store.normal[self.id] = nil
  end
  local old = self.record
  self.record = { tokens = {}, pending = {}, data = old.data, script = old.script }
  self.record.account, self.record.touched = account, store.wiki:now()
  self.record.since = store.wiki:now()
  self.id = nil
  self:persist()
  local lifetime = remember and LONG or SHORT
  self:set_cookie("UserID", tostring(account.id), lifetime)
  self:set_cookie("UserName", account.name, lifetime)
  if remember then
    self:set_cookie("Token", account.token, lifetime)
  else
    self:delete_cookie("Token")
  end
end

---Starts a bot-password session beside the normal one; its cookie then wins.
---@param account table
---@param rights string[]|nil what the grants allow; nil allows all the account has
function Session:begin_bot(account, rights)
  local id = self.store:unique(32)
  self.store.bot[id] = {
    tokens = {},
    pending = {},
    data = {},
    script = {},
    account = account,
    rights = rights,
    touched = self.store.wiki:now(),
  }
  self:set_cookie("_BPsession", id)
end

---Logs out. Of a bot-password session only its own cookie goes.
function Session:finish()
  if self.is_bot then
    self.store.bot[self.id] = nil
    self:delete_cookie("_BPsession")
    return
  end
  self.store.normal[self.id or ""] = nil
  self:delete_cookie("_session")
  self:delete_cookie("UserID")
  self:delete_cookie("Token")
end

---Can this session log somebody in? A bot-password session cannot, nor one of OAuth.
---@return boolean
function Session:can_set_user()
  return not self.is_bot and not self.bearer
end

return session_store
