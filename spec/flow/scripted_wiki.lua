-- What specs of dialogues with a strict scripted wiki share.
local flow_module = require("mwlogin.flow")
local opened = require("spec.flow.opened")
local testing = require("mwlogin.testing")

local scripted_wiki = {}

--- A wiki with Alice, whose password is "open sesame".
function scripted_wiki.wiki_of(options)
  options.accounts = options.accounts or { Alice = { password = "open sesame" } }
  return testing.wiki(options)
end

--- A login of Alice on a Session of its own.
function scripted_wiki.log_in(wiki, options)
  local session = opened.on(wiki)
  options = options or {}
  options.username = options.username or "Alice"
  options.password = options.password or "open sesame"
  local step, err = flow_module.new(session):run(options)
  return step, err, session
end

--- The parameters of the requests with this action.
function scripted_wiki.sent(wiki, action)
  local list = {}
  for _, request in ipairs(wiki.requests) do
    if request.action == action then
      list[#list + 1] = request.params
    end
  end
  return list
end

return scripted_wiki
