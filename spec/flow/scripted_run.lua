-- What specs of whole dialogues share: a login of Alice against a script of the wiki's answers.
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")

local scripted_run = {}

--- Runs a login of Alice against a script.
function scripted_run.run(script, options, action)
  script.forms = script.forms or { { requests = { S.password(), S.remember() } } }
  local session = S.new(script)
  local flow = flow_module.new(session, action)
  options = options or {}
  options.username = options.username or "Alice"
  options.password = options.password or "x"
  local step, err = flow:run(options)
  return step, err, session, flow
end

--- Something that is asked each time: gives these values in turn.
---@return function source, fun(): integer count how often it was asked
function scripted_run.source(...)
  local values, count = { ... }, 0
  return function()
    count = count + 1
    return values[math.min(count, #values)]
  end, function()
    return count
  end
end

--- The first event of a name that a session traced.
function scripted_run.event(session, name)
  for _, one in ipairs(session.events) do
    if one.event == name then
      return one
    end
  end
end

return scripted_run
