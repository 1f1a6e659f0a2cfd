---The AuthManager machine: begin and continue of a login, of an account creation, of a link.
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")
local provider_calls = require("mwlogin.testing.provider_calls")
local remember_me = require("mwlogin.testing.providers.remember_me")

local authmanager = {}

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

-- What was kept for a new account is listed too when a RESTART is read again; nobody fills it.
local KEPT = auth_request.new({
  id = "MediaWiki\\Auth\\CreateFromLoginAuthenticationRequest",
  required = "optional",
})

local function requests_of_step(state)
  local list = table.move(state.continue, 1, #state.continue, 1, {})
  list[#list + 1] = state.kept and KEPT or nil
  return list
end

local function new_state(returnurl)
  return { returnurl = returnurl, own = {}, done = {}, links = {}, continue = {} }
end

---The requests of a step: `continue` lists those of the pending one.
---@param call table
---@param action string "login", "createaccount" or "linkaccount"
---@param continue boolean
---@return table[] requests
function authmanager.requests(call, action, continue)
  local pending = call.session.record.pending[action]
  if continue then
    return pending and requests_of_step(pending) or {}
  end
  local context = new_context(call, action, new_state(), {})
  local levels = { "pre", "primary", "secondary" }
  return provider_calls.collect(call, context, action == "linkaccount" and { "primary" } or levels)
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
  context.pending.kept = response.preserved
  return response
end

-- The primary step: the first provider that does not abstain has it.
local function run_primary(context)
  local state = context.pending
  if state.primary then
    return provider_calls.ask(state.primary, "continue", context)
      or error("a primary provider may not abstain from what it began")
  end
  for provider in provider_calls.each(context.wiki, "primary") do
    local response = provider_calls.ask(provider, "begin", context)
    if response then
      state.primary = provider
      return response
    end
  end
  return fail(NO_PRIMARY[context.action])
end

local function run_secondaries(context)
  local state = context.pending
  for provider in provider_calls.each(context.wiki, "secondary") do
    if not state.done[provider] then
      local method = state.secondary == provider and "continue" or "begin"
      state.secondary = provider
      local response = provider_calls.ask(provider, method, context)
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
  local requests = provider_calls.collect(call, context, { "primary", "secondary" })
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
  if provider_calls.is_over(response) then
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
  if provider_calls.is_over(response) then
    pending[action] = nil
  end
  return provider_calls.tell_all(context, response)
end

local function creation_name(wiki, loaded)
  for _, values in pairs(loaded) do
    if type(values.username) == "string" and values.username ~= "" then
      return wiki:canonical_name(values.username)
    end
  end
end

---Begins: a pending one of the same kind is replaced without a word.
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
  local reason = action ~= "linkaccount" and provider_calls.test_all(context)
  if reason then
    return provider_calls.tell_all(context, { status = "FAIL", message = reason })
  end
  call.session:persist()
  call.session.record.pending[action] = state
  return run(call, action, state, loaded)
end

---Continues what is pending in this session.
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

return authmanager
