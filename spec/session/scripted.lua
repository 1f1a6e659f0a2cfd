-- What specs of a Session share: one with a strict scripted wiki.
local core = require("mwlogin.core")
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local scripted = {}

--- A wiki with Alice, whose password is "open sesame".
function scripted.wiki_of(options)
  options = options or {}
  options.accounts = options.accounts or { Alice = { password = "open sesame" } }
  return testing.wiki(options)
end

--- A pool that does not wait, but says for how long it would have.
function scripted.patient_pool()
  local pool, slept = core.pool(), {}
  return {
    session = function(_, ...)
      return pool:session(...)
    end,
    sleep = function(_, seconds)
      slept[#slept + 1] = seconds
      return true
    end,
    close = function()
      return pool:close()
    end,
  },
    slept
end

--- A Session with it.
function scripted.open(wiki, options)
  local opts = { transport = wiki.transport, user_agent = "spec" }
  for name, value in pairs(options or {}) do
    opts[name] = value
  end
  return assert(mwlogin.open(wiki.api, opts))
end

--- A Session that is logged in; the requests of that are forgotten.
function scripted.logged_in(wiki, options, credentials)
  local session = scripted.open(wiki, options)
  credentials = credentials or { username = "Alice", password = "open sesame" }
  assert(session:login(credentials))
  wiki.requests = {}
  return session
end

--- An answer that is an error of the API.
function scripted.api_error(code, more)
  return {
    status = 200,
    headers = more or {},
    body = ('{"errors":[{"code":"%s","text":"no","module":"main"}]}'):format(code),
  }
end

--- What was asked, in order.
function scripted.actions(wiki)
  local list = {}
  for position, request in ipairs(wiki.requests) do
    list[position] = request.params.meta or request.action
  end
  return table.concat(list, " ")
end

return scripted
