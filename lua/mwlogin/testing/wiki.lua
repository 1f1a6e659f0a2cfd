---The scripted wiki itself: its options, its clock, its accounts, what goes wrong on demand.
local accounts = require("mwlogin.testing.accounts")
local api = require("mwlogin.testing.api")
local pages = require("mwlogin.testing.pages")
local php_request = require("mwlogin.testing.php_request")
local scripted = require("mwlogin.testing.providers.scripted")
local session_store = require("mwlogin.testing.session_store")
local sorted_names = require("mwlogin.sorted_names")
local throttle = require("mwlogin.testing.providers.throttle")

local wiki_class = {}

local OPTIONS = {
  version = "string",
  api = "string",
  name = "string",
  prefix = "string",
  private = "boolean",
  readonly = "string",
  lag = "number",
  force_https = "boolean",
  local_login = "boolean",
  botpasswords = "boolean",
  remember = "string",
  confirm_link = "boolean",
  autocreate = "boolean",
  throttle = "any",
  now = "number",
  accounts = "table",
  captcha = "table",
  steps = "table",
  pages = "table",
  hosts = "table",
}

local RELEASES = { [26] = "1.26.4", [27] = "1.27.7", [39] = "1.39.17", [43] = "1.43.9" }

local Wiki = {}
Wiki.__index = Wiki

local function check_options(options)
  for name, value in pairs(options) do
    local kind = OPTIONS[name]
    if not kind then
      error(("testing.wiki does not know the option '%s'"):format(tostring(name)), 3)
    elseif kind ~= "any" and type(value) ~= kind then
      error(("option '%s' of testing.wiki must be a %s"):format(name, kind), 3)
    end
  end
end

local function providers(options)
  local list = { throttle.provider, require("mwlogin.testing.providers.captcha") }
  local late = {}
  for _, step in ipairs(options.steps or {}) do
    table.insert(step.primary and list or late, scripted.new(step))
  end
  list[#list + 1] = require("mwlogin.testing.providers.password")
  list[#list + 1] = require("mwlogin.testing.providers.two_factor")
  list[#list + 1] = require("mwlogin.testing.providers.email_code")
  table.move(late, 1, #late, #list + 1, list)
  list[#list + 1] = require("mwlogin.testing.providers.new_password")
  list[#list + 1] = require("mwlogin.testing.providers.confirm_link")
  return list
end

local function default(value, otherwise)
  if value == nil then
    return otherwise
  end
  return value
end

---The seconds since 1970 by this wiki's clock.
---@return number
function Wiki:now()
  return (self.stands_at or os.time()) + self.advanced
end

---Lets time pass on this wiki: sessions expire, throttles end, one-time codes change.
---@param seconds number
function Wiki:advance(seconds)
  self.advanced = self.advanced + seconds
end

---Loses all sessions, as a restarted cache does; who has a Token cookie is logged in again.
function Wiki:lose_session()
  self.sessions:forget()
end

---Makes something go wrong with one request to come.
---@param nth integer 1 is the next request, 2 the one after it
---@param response table|string|function a reply `{ status, headers, body }`; a string is the
---   message of a network failure; function(request, real) returns either, and
---   `real()` does what was asked
function Wiki:fault(nth, response)
  self.faults[#self.requests + nth] = response
end

---Answers the next request with a function.
---@param answer function function(request, real) → reply, or nil and a message
function Wiki:answer_next(answer)
  self:fault(1, answer)
end

---The wiki's spelling of a user name.
---@param name string
---@return string|nil
function Wiki.canonical_name(_, name)
  return accounts.canonical_name(name)
end

---An account by any spelling of its name.
---@param name string
---@return table|nil
function Wiki:account(name)
  return self.accounts[accounts.canonical_name(name) or ""]
end

---@param id string|integer|nil
---@return table|nil
function Wiki:account_by_id(id)
  for _, account in pairs(self.accounts) do
    if account.id == tonumber(id) then
      return account
    end
  end
end

---Adds an account.
---@param name string
---@param script table as in the option `accounts`
---@return table account
function Wiki:add_account(name, script)
  local spelled = accounts.canonical_name(name)
  if not spelled then
    error("no account can be called " .. tostring(name), 2)
  end
  self.last_id = self.last_id + 1
  local token = self.sessions:unique(32)
  self.accounts[spelled] = accounts.new(spelled, script, self.last_id, token)
  return self.accounts[spelled]
end

---@param account table|nil
---@return string[]
function Wiki.groups_of(_, account)
  return accounts.groups(account)
end

---@param session table
---@return string[]
function Wiki:rights_of(session)
  return accounts.rights(session:account(), session.record.rights, self.private)
end

---@param session table
---@param wanted string
---@return boolean
function Wiki:has_right(session, wanted)
  for _, right in ipairs(self:rights_of(session)) do
    if right == wanted then
      return true
    end
  end
  return false
end

---Is there a provider that links outside identities?
---@return boolean
function Wiki:can_link()
  for _, provider in ipairs(self.providers) do
    for _, action in ipairs(provider.step and provider.step.actions or {}) do
      if action == "linkaccount" then
        return true
      end
    end
  end
  return false
end

local function answer(wiki, request)
  if request.origin ~= wiki.origin then
    local host = wiki.hosts[request.origin]
    if not host then
      return nil, "Could not resolve host: " .. request.origin
    end
    return host(request)
  elseif request.path == wiki.script_path .. "/api.php" then
    return api.answer(wiki, request)
  end
  return pages.answer(wiki, request)
end

local function serve(wiki, sent)
  local request = php_request.read(sent)
  wiki.requests[#wiki.requests + 1] = request
  local fault = wiki.faults[#wiki.requests]
  if type(fault) == "string" then
    return nil, fault
  elseif type(fault) == "function" then
    return fault(request, function()
      return answer(wiki, request)
    end)
  elseif fault then
    return { status = fault.status or 200, headers = fault.headers or {}, body = fault.body or "" }
  end
  return answer(wiki, request)
end

local function set_address(wiki, address)
  wiki.api = address
  wiki.origin, wiki.script_path = address:match("^(https?://[^/]+)(.*)/api%.php$")
  if not wiki.origin then
    error("option 'api' of testing.wiki is an address that ends in /api.php", 3)
  end
end

local function new_accounts(wiki, scripts)
  for _, name in ipairs(sorted_names(scripts)) do
    wiki:add_account(name, scripts[name])
  end
end

---Makes a wiki; mwlogin.testing tells what of.
---@param options table?
---@return table wiki
function wiki_class.new(options)
  options = options or {}
  check_options(options)
  local minor = tonumber((options.version or "1.39"):match("^1%.(%d+)"))
  if not minor then
    error("option 'version' of testing.wiki looks like \"1.39\"", 2)
  end
  local wiki = setmetatable({
    minor = minor,
    release = RELEASES[minor] or ("1.%d.0"):format(minor),
    name = options.name or "TestWiki",
    prefix = options.prefix or "wiki",
    private = options.private or false,
    readonly = options.readonly,
    lag = options.lag or 0,
    force_https = options.force_https or false,
    local_login = default(options.local_login, true),
    botpasswords = default(options.botpasswords, true),
    remember = options.remember or "choose",
    confirm_link = options.confirm_link or false,
    autocreate = default(options.autocreate, true),
    throttle = default(options.throttle, { count = 5, seconds = 300 }),
    stands_at = options.now,
    captcha = options.captcha,
    special = options.pages or {},
    hosts = options.hosts or {},
    client_address = "127.0.0.1",
    advanced = 0,
    last_id = 0,
    captcha_serial = 0,
    throttle_counts = {},
    accounts = {},
    faults = {},
    requests = {},
    edits = {},
    uploads = {},
    pages = {},
    mails = {},
    exceptions = {},
  }, Wiki)
  set_address(wiki, options.api or "https://wiki.example.org/w/api.php")
  wiki.sessions = session_store.new(wiki)
  wiki.providers = providers(options)
  new_accounts(wiki, options.accounts or {})
  --- The wiki as a transport: `mwlogin.open(wiki.api, { transport = wiki.transport })`.
  function wiki.transport(sent)
    return serve(wiki, sent)
  end
  return wiki
end

return wiki_class
