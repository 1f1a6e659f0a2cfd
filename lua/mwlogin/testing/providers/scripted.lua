---A provider out of a script's table: what `steps` of `testing.wiki` holds.
local in_array = require("mwlogin.testing.in_array")
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")

local scripted = {}

local KNOWN = {
  primary = "boolean",
  actions = "table",
  accounts = "table",
  id = "string",
  fields = "table",
  metadata = "table",
  required = "string",
  provider = "string",
  account = "string",
  requests = "table",
  message = "string",
  code = "string",
  answer = "table",
  username = "string",
  check = "function",
  rejected = "string",
  rejected_code = "string",
  begin = "function",
  continue = "function",
  tries = "number",
}

local function check_step(step)
  for key, value in pairs(step) do
    if not KNOWN[key] then
      error(("a step does not know '%s'"):format(tostring(key)), 0)
    elseif type(value) ~= KNOWN[key] then
      error(("'%s' of a step must be a %s"):format(key, KNOWN[key]), 0)
    end
  end
  if step.primary and not step.begin and not step.username then
    error("a primary step needs `begin`, or `answer` with `username`", 0)
  end
end

local function requests_of(step, required)
  local list = {}
  for index, script in ipairs(step.requests or { step.id and step or nil }) do
    list[index] = auth_request.new({
      id = script.id,
      fields = script.fields,
      metadata = script.metadata,
      required = script.required or required,
      provider = script.provider,
      account = script.account,
    })
  end
  return list
end

-- What a script's function gave back, with requests and message as the machine wants them.
local function complete(response)
  if response == nil or response == "ABSTAIN" then
    return nil
  elseif type(response) ~= "table" or type(response.status) ~= "string" then
    error("a step returns a response { status = … }, or nil to stand aside")
  end
  local copy = {}
  for key, value in pairs(response) do
    copy[key] = value
  end
  if response.message then
    copy.message = message.of(response.message, response.code)
  end
  if response.requests then
    copy.requests = {}
    for index, script in ipairs(response.requests) do
      copy.requests[index] = script.id and auth_request.new(script)
    end
  end
  return copy
end

local function is_right(step, context)
  if step.check then
    return step.check(context.values, context)
  end
  for name, expected in pairs(step.answer or {}) do
    if context.values[name] ~= expected then
      return false
    end
  end
  return true
end

local function ask(requests, words, code)
  local says = words and message.of(words, code) or nil
  return { status = "UI", message = says, requests = requests }
end

local function answered(step, requests, context)
  if step.primary then
    for _, request in ipairs(requests) do
      if context.requests[request.id] then
        return true
      end
    end
    return #requests == 0
  end
  for _, request in ipairs(requests) do
    if request.required ~= "optional" and not context.requests[request.id] then
      return false
    end
  end
  return true
end

local function applies(step, context)
  local listed = in_array(step.actions or { "login" }, context.action)
  if not listed or step.primary or not step.accounts then
    return listed
  end
  return context.account ~= nil and in_array(step.accounts, context.account.name)
end

local function judge(step, requests, context)
  local right, words = false, nil
  if answered(step, requests, context) then
    right, words = is_right(step, context)
  end
  if type(right) == "table" then
    return complete(right)
  elseif right then
    return { status = "PASS", username = step.primary and step.username or nil }
  end
  if step.primary then
    local says = message.of(words or step.rejected or "wrongpassword", step.rejected_code)
    return { status = "FAIL", message = says }
  end
  context.state.wrong = (context.state.wrong or 0) + 1
  if step.tries and context.state.wrong >= step.tries then
    local says = message.of(words or step.rejected or "Too many tries", step.rejected_code)
    return { status = "FAIL", message = says }
  end
  words = words or step.rejected or step.message
  return ask(requests, words, step.rejected_code)
end

---Makes a provider of a step.
---@param step table see `testing.wiki`
---@return table provider
function scripted.new(step)
  check_step(step)
  local requests = requests_of(step, step.primary and "primary-required" or "required")
  local provider = { level = step.primary and "primary" or "secondary", step = step }

  function provider.requests(_, context)
    return step.primary and applies(step, context) and requests or {}
  end

  function provider.begin(_, context)
    if not applies(step, context) then
      return nil
    elseif step.primary and not answered(step, requests, context) then
      return nil
    elseif step.begin then
      return complete(step.begin(context.values, context))
    elseif step.primary then
      return judge(step, requests, context)
    end
    return ask(requests, step.message, step.code)
  end

  function provider.continue(_, context)
    if step.continue then
      return complete(step.continue(context.values, context))
    end
    return judge(step, requests, context)
  end

  return provider
end

return scripted
