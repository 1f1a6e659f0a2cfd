---The options of `mwlogin.open`: their names and types, and what cannot be meant.
local options = require "mwlogin.options"

local open_options = {}

local KNOWN <const> = {
  user_agent = "string",
  account = "string",
  store = "table",
  timeout = "number",
  connect_timeout = "number",
  max_wait = "number",
  max_response = "integer",
  maxlag = "number",
  proxy = "string|secret|source",
  ca_file = "string",
  client_cert = "string",
  client_key = "string",
  http_auth = "table",
  language = "string",
  rest_url = "string",
  index_url = "string",
  insecure_http = "boolean",
  pool = "userdata|table",
  trace = "function|string|userdata",
  transport = "function",
  record = "table",
}

local HTTP_AUTH <const> = { username = "string", password = "string|secret|source|function" }

local ABOVE_ZERO <const> = { "timeout", "connect_timeout", "max_response" }

local ADDRESSES <const> = { "rest_url", "index_url" }

local NOT_EMPTY <const> =
  { "user_agent", "account", "language", "ca_file", "client_cert", "client_key" }

---What a store of one's own must have (doc/stores.md).
local STORE_METHODS <const> = { "read", "write", "remove", "ids", "lock" }

---A pool of the core, or what somebody put around one.
local function is_pool(value)
  return require("mwlogin.core").is_pool(value) or (type(value) == "table" and value.session ~= nil)
end

local function check_store(store)
  for _, name in ipairs(STORE_METHODS) do
    if not store[name] then
      error(("open: option 'store' has no %s; mwlogin.store.file() makes one"):format(name), 4)
    end
  end
end

local function check_http_auth(auth)
  options.check(auth, HTTP_AUTH, "open's http_auth", 5)
  if not (auth.username and auth.password) then
    error("open: option 'http_auth' takes username and password", 4)
  end
end

---Values of the right type that make no sense all the same.
local function check_values(opts)
  options.bound(opts, ABOVE_ZERO, "open", 5)
  local most = opts.max_wait
  if most and not (most >= 0 and most < math.huge) then
    error("open: option 'max_wait' is a number of seconds, with an end", 4)
  end
  for _, name in ipairs(NOT_EMPTY) do
    if opts[name] == "" then
      error(("open: option '%s' is empty; leave it out"):format(name), 4)
    end
  end
end

---Raises where `open` was called when a name is unknown or a value makes no sense.
---@param opts table|nil
function open_options.check(opts)
  if opts == nil then
    return
  end
  if not options.check(opts, KNOWN, "open", 4) then
    check_values(opts)
  end
  if opts.pool and not is_pool(opts.pool) then
    error("open: option 'pool' is what mwlogin.pool() makes", 3)
  end
  if opts.store then
    check_store(opts.store)
  end
  if opts.http_auth then
    check_http_auth(opts.http_auth)
  end
end

local function is_address(text)
  local address = require("mwlogin.core").address(text)
  return address and not address.userinfo
end

---Whether what is an address besides the wiki's is one: it is not needed before a login by OAuth.
---@param opts table|nil checked
---@return true|nil
---@return mwlogin.Error|nil err kind answer
function open_options.judge(opts)
  if not opts or not (opts.rest_url or opts.index_url) then
    return true
  end
  for _, name in ipairs(ADDRESSES) do
    if opts[name] and not is_address(opts[name]) then
      return nil,
        require("mwlogin.error").new {
          kind = "answer",
          code = "address",
          message = ("The option '%s' is no address of http or https, without a user name"):format(
            name
          ),
          advice = ("Give it whole: https://wiki.example.org/w/%s.php"):format(name:match "^%l+"),
        }
    end
  end
  return true
end

return open_options
