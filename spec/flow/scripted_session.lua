-- A Session that says what a spec tells it to, and keeps what it was given: for specs that look at
-- each parameter. What a wiki makes of them is looked at with mwlogin.testing and the real wiki.
local scripted_session = {}

local function field_list(fields)
  local list = {}
  for position, field in ipairs(fields or {}) do
    list[position] = field
    list[field.name] = field
  end
  return list
end

--- A raw request as the core hands it on.
---@param id string
---@param fields table list of fields with `name` and `type`
---@param more table|nil required, metadata, …
function scripted_session.request(id, fields, more)
  local request = { id = id, required = "required", metadata = {}, fields = field_list(fields) }
  for name, value in pairs(more or {}) do
    request[name] = value
  end
  return request
end

function scripted_session.password(more)
  return scripted_session.request("MediaWiki\\Auth\\PasswordAuthenticationRequest", {
    { name = "username", type = "string", label = "Username" },
    { name = "password", type = "password", label = "Password", sensitive = true },
  }, more or { required = "primary-required" })
end

function scripted_session.remember()
  return scripted_session.request("MediaWiki\\Auth\\RememberMeAuthenticationRequest", {
    { name = "rememberMe", type = "checkbox", label = "Keep me logged in", optional = true },
  }, { required = "optional" })
end

function scripted_session.totp()
  local id = "MediaWiki\\Extension\\OATHAuth\\Auth\\TOTPAuthenticationRequest"
  return scripted_session.request(id, {
    { name = "OATHToken", type = "string", label = "Two-factor token" },
  })
end

--- A UI step asking for these requests.
function scripted_session.ui(requests, code)
  code = code or "ask"
  return { status = "UI", requests = requests, message = "Please answer", messagecode = code }
end

function scripted_session.pass(name)
  return { status = "PASS", username = name or "Alice" }
end

function scripted_session.fail(code)
  local message = "No &amp; <b>never</b>"
  return { status = "FAIL", message = message, messagecode = code, canpreservestate = false }
end

local function form_reply(form)
  local info = { canauthenticatenow = true, cancreateaccounts = true, canlinkaccounts = true }
  info.preservedusername = ""
  for name, value in pairs(form) do
    info[name] = value
  end
  local tokens = { logintoken = "t+\\", createaccounttoken = "c+\\", csrftoken = "x+\\" }
  return { query = { authmanagerinfo = info, tokens = form.tokens or tokens } }
end

--- A session whose wiki shows `forms` in turn and answers the steps with `answers` in turn; an
--- answer with `kind` is an error.
function scripted_session.new(script)
  local session = { options = {}, sent = {}, asked = {}, protected = {}, events = {}, slept = 0 }
  local forms, answers = 0, 0
  session.pool = {
    sleep = function(_, seconds)
      session.slept = session.slept + seconds
      return true
    end,
  }
  function session.request(_, method, params, options)
    forms = forms + 1
    session.asked[forms] = { method = method, params = params, options = options }
    return form_reply(script.forms[math.min(forms, #script.forms)])
  end
  function session.step(_, action, params)
    answers = answers + 1
    session.sent[answers] = params
    local answer = script.answers[answers] or script.answers.always
    assert(answer, "the script ends here, and the flow sends another step")
    if answer.kind then
      return nil, require("mwlogin.error").new(answer)
    end
    return { [action] = answer }
  end
  function session.prove(_, username, method)
    session.proved = username
    return { name = username, id = 1, method = method, anonymous = false, fresh = true }
  end
  function session.protect(_, value)
    session.protected[#session.protected + 1] = value
  end

  session.protect_once = session.protect

  function session.release() end

  function session.redact(_, text)
    return text
  end

  session.redact_code = session.redact
  function session.trace_event(_, event)
    session.events[#session.events + 1] = event
  end
  return session
end

return scripted_session
