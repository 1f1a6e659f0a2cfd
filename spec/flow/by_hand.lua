-- What specs of the machine by hand share: a dialogue against a script of the wiki's answers.
local flow_module = require("mwlogin.flow")
local S = require("spec.flow.scripted_session")

local by_hand = {}

function by_hand.begin(script, action, options)
  local session = S.new(script)
  local flow = flow_module.new(session, action, options)
  return flow, session, assert(flow:start())
end

function by_hand.password_form(answers, ...)
  return { forms = { { requests = { S.password(), ... } } }, answers = answers }
end

--- A login that has got as far as these UI requests.
function by_hand.at_step(requests, answers)
  table.insert(answers, 1, S.ui(requests))
  local flow, session = by_hand.begin(by_hand.password_form(answers))
  local step = assert(flow:submit({ username = "Alice", password = "x" }))
  return flow, session, step
end

return by_hand
