--- The AuthManager machine: begin and continue of a login, of an account creation, of a link.
--
-- A provider is a table with a `level` ("pre", "primary", "secondary") and any of
--   requests(context) → list of requests      what it wants to see in the begin step
--   test(context) → message                   a reason not to start at all
--   begin(context), continue(context) → response, nil abstains
--   after(context, response)                  told how it ended
-- A response is { status, message, requests, target, data, username, create, link }.
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")
local remember_me = require("mwlogin.testing.providers.remember_me")

local authmanager = {}

local WAITS = { UI = true, REDIRECT = true }

local IN_PROGRESS = {
  login = "authmanager-authn-not-in-progress",
  createaccount = "authmanager-create-not-in-progress",
  linkaccount = "authmanager-link-not-in-progress",
}

local NO_PRIMARY = {
  login = "authmanager-authn-no-primary",
  createaccount = "authmanager-create-no-primary",
  linkaccount = "authmanager-link-no-primary",
}

local function fail(key, ...)
  return { status = "FAIL", message = message.new(key, ...) }
end

local function is_over(response)
  return response.status == "PASS" or response.status == "FAIL"
end

local function each(wiki, level)
  local index = 0
  return function()
    repeat
      index = index + 1
    until not wiki.providers[index] or wiki.providers[index].level == level
    return wiki.providers[index]
  end
end

local function new_context(call, action, state, loaded)
  local values = {}
  for _, of_request in pairs(loaded) do
    for name, value in pairs(of_request) do
      values[name] = value
    end
  end
  return {
    action = action,
    wiki = call.wiki,
    session = call.session.record.script,
    keeper = call.session,
    creator = call.session:account(),
    requests = loaded,
    values = values,
    returnurl = state.returnurl,
    pending = state,
    account = state.account,
  }
end

-- A provider sees a table of its own that lives as long as this login.
local function ask(provider, method, context, response)
  local own = context.pending.own
  own[provider] = own[provider] or {}
  context.state = own[provider]
  local run = provider[method]
  return run and run(provider, context, response) or nil
end

local function tell_all(context, response)
  if is_over(response) then
    for _, provider in ipairs(context.wiki.providers) do
      ask(provider, "after", context, response)
    end
  end
  return response
end

local function collect(call, context, levels)
  local list, seen = {}, {}
  for _, level in ipairs(levels) do
    for provider in each(call.wiki, level) do
      for _, request in ipairs(ask(provider, "requests", context) or {}) do
        if not seen[request.id] then
          seen[request.id] = true
          list[#list + 1] = request
        end
      end
    end
  end
  if context.action == "login" then
    list[#list + 1] = remember_me.request(call)
  end
  return list
end

local function new_state(returnurl)
  return { returnurl = returnurl, own = {}, done = {}, links = {}, continue = {} }
end

--- The requests of a step: `continue` lists those of the pending one.
---@param call table
---@param action string "login", "createaccount" or "linkaccount"
---@param continue boolean
---@return table[] requests
function authmanager.requests(call, action, continue)
  local pending = call.session.record.pending[action]
  if continue then
    return pending and pending.continue or {}
  end
  local context = new_context(call, action, new_state(), {})
  local levels = { "pre", "primary", "secondary" }
  return collect(call, context, action == "linkaccount" and { "primary" } or levels)
end

local function load_all(requests, data)
  local loaded = {}
  for _, request in ipairs(requests) do
    loaded[request.id] = auth_request.load(request, data)
  end
  return loaded
end
authmanager.load = load_all

local function wait_for(context, response)
  context.pending.continue = response.requests or {}
  return response
end

-- The primary step: the first provider that does not abstain has it.
local function run_primary(context)
  local state = context.pending
  if state.primary then
    return ask(state.primary, "continue", context)
      or error("a primary provider may not abstain from what it began")
  end
  for provider in each(context.wiki, "primary") do
    local response = ask(provider, "begin", context)
    if response then
      state.primary = provider
      return response
    end
  end
  return fail(NO_PRIMARY[context.action])
end

local function run_secondaries(context)
  local state = context.pending
  for provider in each(context.wiki, "secondary") do
    if not state.done[provider] then
      local method = state.secondary == provider and "continue" or "begin"
      state.secondary = provider
      local response = ask(provider, method, context)
      if response and response.status ~= "PASS" then
        return response
      end
      state.done[provider] = true
    end
  end
end

-- Somebody vouches for the person, but the wiki knows no such account.
local function restart(call, context, response)
  local state, key = context.pending, "authmanager-authn-no-local-user"
  if response.link and context.wiki.confirm_link then
    state.links[#state.links + 1] = response.link
    key = "authmanager-authn-no-local-user-link"
  end
  state.primary, state.primary_done = nil, nil
  local requests = collect(call, context, { "primary", "secondary" })
  local kept = response.create or #state.links > 0
  return wait_for(context, {
    status = "RESTART",
    message = message.new(key),
    requests = requests,
    preserved = kept and { create = response.create, links = state.links } or nil,
  })
end

local function find_or_create(context, response)
  local account = context.wiki:account(response.username)
  if account or context.wiki.autocreate == false then
    return account
  end
  return context.wiki:add_account(response.username, {})
end

local function continue_login(call, context)
  local state = context.pending
  if not state.primary_done then
    local response = run_primary(context)
    if response.status == "FAIL" then
      if response.create or #state.links > 0 then
        response.preserved = { create = response.create, links = state.links }
      end
      return response
    elseif response.status ~= "PASS" then
      return wait_for(context, response)
    elseif not response.username then
      return restart(call, context, response)
    end
    state.primary_done = true
    state.account = find_or_create(context, response)
    context.account = state.account
    if not state.account then
      return fail("authmanager-authn-autocreate-failed", response.username)
    end
  end
  local response = run_secondaries(context)
  if response then
    return response.status == "FAIL" and response or wait_for(context, response)
  end
  call.session:become(state.account, remember_me.wanted(context.wiki, state.remember))
  return { status = "PASS", username = state.account.name }
end

local function continue_creation(call, context)
  local state = context.pending
  if not state.primary_done then
    local kept = state.preserved and state.preserved.create
    local response = kept and { status = "PASS" } or run_primary(context)
    if response.status == "FAIL" then
      return response
    elseif response.status ~= "PASS" then
      return wait_for(context, response)
    end
    state.primary_done = true
    state.account = call.wiki:add_account(state.username, state.new_account)
    context.account = state.account
    table.insert(state.account.links, kept)
  end
  local response = run_secondaries(context)
  if response then
    return response.status == "FAIL" and response or wait_for(context, response)
  end
  return { status = "PASS", username = state.account.name }
end

local function continue_link(_, context)
  local response = run_primary(context)
  if is_over(response) then
    if response.status == "PASS" and response.link then
      table.insert(context.creator.links, response.link.id)
    end
    return { status = response.status, message = response.message }
  end
  return wait_for(context, response)
end

local CONTINUE = {
  login = continue_login,
  createaccount = continue_creation,
  linkaccount = continue_link,
}

local function run(call, action, state, loaded)
  local pending = call.session.record.pending
  local context = new_context(call, action, state, loaded)
  if loaded[remember_me.ID] then
    -- Listed in the begin step and in RESTART only, so it can be answered nowhere else.
    state.remember = loaded[remember_me.ID].rememberMe
  end
  local ok, response = pcall(CONTINUE[action], call, context)
  if not ok then
    pending[action] = nil
    error(response, 0)
  end
  if is_over(response) then
    pending[action] = nil
  end
  return tell_all(context, response)
end

local function test_all(context)
  for _, level in ipairs({ "pre", "primary", "secondary" }) do
    for provider in each(context.wiki, level) do
      local reason = ask(provider, "test", context)
      if reason then
        return reason
      end
    end
  end
end

local function creation_name(wiki, loaded)
  for _, values in pairs(loaded) do
    if type(values.username) == "string" and values.username ~= "" then
      return wiki:canonical_name(values.username)
    end
  end
end

--- Begins: a pending one of the same kind is replaced without a word.
---@param call table
---@param action string
---@param loaded table request id → values
---@param returnurl string
---@param preserved table|nil what was kept from an earlier RESTART or FAIL
---@return table response
function authmanager.begin(call, action, loaded, returnurl, preserved)
  local state = new_state(returnurl)
  state.preserved = preserved
  state.links = preserved and preserved.links or {}
  local context = new_context(call, action, state, loaded)
  if action == "createaccount" then
    state.username, state.new_account = creation_name(call.wiki, loaded), {}
    if not state.username then
      return fail("noname")
    elseif call.wiki:account(state.username) then
      return fail("userexists")
    end
  end
  local reason = action ~= "linkaccount" and test_all(context)
  if reason then
    return tell_all(context, { status = "FAIL", message = reason })
  end
  call.session:persist()
  call.session.record.pending[action] = state
  return run(call, action, state, loaded)
end

--- Continues what is pending in this session.
---@param call table
---@param action string
---@param loaded table request id → values
---@return table response
function authmanager.continue(call, action, loaded)
  local state = call.session.record.pending[action]
  if not state then
    return fail(IN_PROGRESS[action])
  end
  return run(call, action, state, loaded)
end

--- Does a status wait for another answer?
---@param status string
---@return boolean
function authmanager.waits(status)
  return WAITS[status] or status == "RESTART"
end

return authmanager
