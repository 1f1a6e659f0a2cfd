---Goes through a recorded login with made-up answers: where the transcript has a placeholder, any
---value will do.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"

local replayed_login = {}

---Parameters of the dialogue itself, which no field is called like.
local PROTOCOL <const> = {
  action = true,
  errorformat = true,
  format = true,
  formatversion = true,
  uselang = true,
}

local function is_protocol(name)
  return PROTOCOL[name] or name:find "^login%l+" ~= nil
end

local function is_dialogue(exchange)
  return exchange.request.params.action == "clientlogin"
end

---What was done between the steps for the person's sake: pictures, mostly.
local function catch_up(replay, session)
  local exchange = replay:peek()
  while exchange and exchange.request.method == "GET" and not exchange.request.params.action do
    local pairs_of_query = {}
    for name, value in pairs(exchange.request.params) do
      pairs_of_query[#pairs_of_query + 1] = name .. "=" .. core.encode(replay:value(value))
    end
    local address = exchange.request.url .. "?" .. table.concat(pairs_of_query, "&")
    local fetched, err = session:fetch(replay:value(address))
    if not fetched then
      return nil, err
    end
    exchange = replay:peek()
  end
  return true
end

local function values_of(replay, exchange)
  local values = {}
  for name, value in pairs(exchange and exchange.request.params or {}) do
    if not is_protocol(name) then
      values[name] = replay:value(value)
    end
  end
  return values
end

---For each field that was ever answered, what was sent for it in the step at hand.
local function answers_of(replay, session)
  local answers = {}
  for _, exchange in ipairs(replay.exchanges) do
    for name in pairs(is_dialogue(exchange) and exchange.request.params or {}) do
      answers[name] = not is_protocol(name)
          and function()
            local ready, err = catch_up(replay, session)
            local values = values_of(replay, replay:peek())
            return ready and values[name], err
          end
        or nil
    end
  end
  return answers
end

---What the address that a browser came back with ends in, made of what was sent on from there;
---`title` belongs to the wiki's own page.
local function brought_back(replay)
  local parts = {}
  for name, value in pairs(values_of(replay, replay:peek())) do
    if name ~= "title" then
      parts[#parts + 1] = core.encode(name) .. "=" .. core.encode(value)
    end
  end
  return table.concat(parts, "&")
end

---Whether a person pasted an address, whose page on the wiki was then fetched.
local function was_pasted(replay)
  for _, exchange in ipairs(replay.exchanges) do
    local params = exchange.request.params
    if exchange.request.method == "GET" and params.state and not params.action then
      return true
    end
  end
  return false
end

---How the way back of a REDIRECT is gone: as a person who pastes, or by what the browser brought.
local function way_back(replay, credentials)
  if was_pasted(replay) then
    credentials.redirect = "paste"
    function credentials.respond(step)
      local field = step.requests[1].fields[1]
      local page = replay:value(replay:peek().request.url)
      return { [field.name] = page .. "#" .. brought_back(replay) }
    end
    return credentials
  end
  function credentials.redirect(step)
    return (step.return_url or "http://127.0.0.1:2/mwlogin") .. "?" .. brought_back(replay)
  end
  return credentials
end

local function first_login(replay)
  for _, exchange in ipairs(replay.exchanges) do
    local action = exchange.request.params.action
    if action == "clientlogin" or action == "login" then
      return exchange.request.params
    end
  end
end

---Whether the name that was sent is the account's own: then its app stood in the password.
local function is_account(replay, name)
  for _, exchange in ipairs(replay.exchanges) do
    if exchange.request.params.assertuser == name then
      return true
    end
  end
  return false
end

---A bot password is told by its shape.
local function as_bot_password(replay, params)
  local bare = is_account(replay, params.lgname)
  local name = bare and "Replayed" or "Replayed@app"
  local password = (bare and "app@" or "") .. ("0"):rep(32)
  replay:assume(params.lgname, name)
  replay:assume(params.lgpassword, password)
  local asked = replay:peek().request.params.amirequestsfor
  return { method = not asked and "botpassword" or nil, username = name, password = password }
end

local function as_dialogue(replay, params, session)
  local answers = answers_of(replay, session)
  local username, password = params.username, params.password
  answers.username = not username and answers.username or nil
  answers.password = not password and answers.password or nil
  return way_back(replay, {
    method = "clientlogin",
    username = username and replay:value(username),
    password = password and replay:value(password),
    remember = params.rememberMe ~= nil,
    answers = answers,
    recover = false,
  })
end

---@param replay mwlogin.testing.Replay
---@return table|nil credentials
---@return mwlogin.Error|nil err kind answer: only its own script can replay this
local function credentials_of(replay, session)
  local params = first_login(replay)
  if params then
    return params.action == "login" and as_bot_password(replay, params)
      or as_dialogue(replay, params, session)
  end
  local proof = replay.exchanges[1] and replay.exchanges[1].request.authorization or ""
  local token = proof:match "^Bearer (.*)$"
  if token then
    return { access_token = replay:value(token) }
  end
  return nil,
    errors.new {
      kind = "answer",
      code = "transcript-script",
      message = ("%s has no dialogue and no bot password in it"):format(replay.path),
      advice = "Give the script that logs in: mwlogin replay FILE SCRIPT.lua",
    }
end

---A logout is two calls: its token, then itself.
local function logs_out_next(replay)
  local exchange = replay:peek(2)
  return exchange ~= nil and exchange.request.params.action == "logout"
end

---Logs in as recorded, and out again where that was recorded too.
---@param replay mwlogin.testing.Replay at its beginning
---@return mwlogin.Identity|nil identity
---@return mwlogin.Error|nil err what the wiki answered then
function replayed_login.run(replay)
  local mwlogin = require "mwlogin"
  local first = replay:peek()
  local params = first and first.request.params or {}
  local session <close> = assert(mwlogin.open(replay.api, {
    transport = replay.transport,
    user_agent = "mwlogin replay",
    language = params.uselang,
    maxlag = tonumber(params.maxlag),
    insecure_http = true,
  }))
  local credentials, err = credentials_of(replay, session)
  if not credentials then
    return nil, err
  end
  local me
  me, err = session:login(credentials)
  if me and logs_out_next(replay) then
    local _, trouble = session:logout()
    err = trouble
  end
  return me, err
end

return replayed_login
