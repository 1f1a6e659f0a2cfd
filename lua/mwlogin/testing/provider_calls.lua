---How the machine speaks with its providers.
---
---A provider is a table with a `level` ("pre", "primary", "secondary") and any of
---   requests(context) → list of requests      what it wants to see in the begin step
---   test(context) → message                   a reason not to start at all
---   begin(context), continue(context) → response, nil abstains
---   after(context, response)                  told how it ended
---A response is { status, message, requests, target, data, username, create, link }.
local remember_me = require("mwlogin.testing.providers.remember_me")

local provider_calls = {}

---The providers of a level, in order.
---@param wiki table
---@param level string "pre", "primary" or "secondary"
---@return fun(): table|nil
function provider_calls.each(wiki, level)
  local index = 0
  return function()
    repeat
      index = index + 1
    until not wiki.providers[index] or wiki.providers[index].level == level
    return wiki.providers[index]
  end
end

---Is there nothing more to answer?
---@param response table
---@return boolean
function provider_calls.is_over(response)
  return response.status == "PASS" or response.status == "FAIL"
end

---Asks one; it sees a table of its own, `context.state`, that lives as long as this login.
---@param provider table
---@param method string
---@param context table
---@param response table|nil
---@return any answer nil where the provider has no such method
function provider_calls.ask(provider, method, context, response)
  local own = context.pending.own
  own[provider] = own[provider] or {}
  context.state = own[provider]
  local run = provider[method]
  return run and run(provider, context, response) or nil
end

---Tells every provider how it ended.
---@param context table
---@param response table
---@return table response the same
function provider_calls.tell_all(context, response)
  if provider_calls.is_over(response) then
    for _, provider in ipairs(context.wiki.providers) do
      provider_calls.ask(provider, "after", context, response)
    end
  end
  return response
end

---The requests of the providers of some levels, each id once.
---@param call table
---@param context table
---@param levels string[]
---@return table[] requests
function provider_calls.collect(call, context, levels)
  local list, seen = {}, {}
  for _, level in ipairs(levels) do
    for provider in provider_calls.each(call.wiki, level) do
      for _, request in ipairs(provider_calls.ask(provider, "requests", context) or {}) do
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

---The first reason not to start, or nil.
---@param context table
---@return table|nil reason
function provider_calls.test_all(context)
  for _, level in ipairs({ "pre", "primary", "secondary" }) do
    for provider in provider_calls.each(context.wiki, level) do
      local reason = provider_calls.ask(provider, "test", context)
      if reason then
        return reason
      end
    end
  end
end

return provider_calls
