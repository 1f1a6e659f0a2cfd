-- A login on a real wiki, for specs of its dialogues.
local flow_module = require("mwlogin.flow")
local opened = require("spec.flow.opened")

local real_login = {}

--- Logs Alice in, or whom `options` name; nobody in particular with `anonymous`.
function real_login.log_in(wiki, options, session)
  session = session or opened.on(wiki)
  options = options or {}
  if not options.anonymous then
    options.username = options.username or "Alice"
    options.password = options.password or wiki.accounts[options.username]
  end
  options.anonymous = nil
  local step, err = flow_module.new(session):run(options)
  return step, err, session
end

return real_login
