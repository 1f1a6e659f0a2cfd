---The dialogue: action=clientlogin through the AuthManager machine.
local clientlogin = {}

local function new_flow(session, credentials, on_pass)
  return require("mwlogin.flow").new(session, "login", {
    return_url = credentials.return_url,
    on_pass = on_pass,
  })
end

---Fetches form and token, so that another method can be chosen before anything is answered.
---@param session mwlogin.Session
---@param credentials table
---@return table|nil flow that stands at START
---@return mwlogin.Error|nil err
function clientlogin.open(session, credentials)
  local flow = new_flow(session, credentials)
  local step, err = flow:start()
  if not step then
    return nil, err
  end
  return flow
end

---@param session mwlogin.Session
---@param credentials table
---@param state table { flow } where `open` went before
---@param finished fun(used_up: table<string, true>|nil) called at PASS, through `err.flow` too,
---  with the names of answers that were good for one time
---@return mwlogin.Identity|nil
---@return mwlogin.Error|nil err
function clientlogin.login(session, credentials, state, finished)
  local flow = state.flow or new_flow(session, credentials)
  flow.options.on_pass = function()
    finished(flow.used_up)
  end
  local step, err = flow:run {
    answers = credentials.answers,
    username = credentials.username,
    password = credentials.password,
    handlers = credentials.handlers,
    handlers_folder = credentials.handlers_folder,
    handler_seconds = credentials.handler_seconds,
    respond = credentials.respond,
    redirect = credentials.redirect,
    redirect_timeout = credentials.redirect_timeout,
    remember = credentials.remember,
    extra = credentials.extra,
  }
  if not step then
    return nil, err
  end
  return step.identity
end

return clientlogin
