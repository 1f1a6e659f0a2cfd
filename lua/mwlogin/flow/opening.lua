---How a dialogue opens: what the wiki's form asks and the token, in one request, and whether a
---dialogue can be had at all.
local errors = require "mwlogin.error"
local steps = require "mwlogin.flow.step"

local opening = {}

local function refused(code, message, advice)
  return nil, errors.new { kind = "refused", code = code, message = message, advice = advice }
end

local function form_of(reply)
  local query = type(reply.query) == "table" and reply.query or {}
  return query.authmanagerinfo, query.tokens
end

local function check_form(flow, form, tokens)
  local what = flow.module.api
  if type(form) ~= "table" or type(tokens) ~= "table" then
    return refused(
      "no-authmanager",
      "this wiki does not describe its login form: it is older than MediaWiki 1.27",
      'Log in with method = "botpassword", which uses action=login.'
    )
  elseif flow.action == "login" and form.canauthenticatenow == false then
    return refused(
      "userlogin-cannot-login",
      "this session cannot log in: another kind of session is in use (bot password, OAuth, …)",
      "Log out first, or use a fresh Session."
    )
  elseif flow.action == "createaccount" and form.cancreateaccounts == false then
    return refused(what, "this wiki creates no accounts", "Ask the people who run the wiki.")
  elseif flow.action == "linkaccount" and form.canlinkaccounts == false then
    return refused(what, "this wiki links no accounts", "Ask the people who run the wiki.")
  end
  if type(tokens[flow.module.token .. "token"]) ~= "string" then
    return refused(
      "no-token",
      ("the wiki gave no %s token"):format(flow.module.token),
      "Log in first if this needs an account; otherwise look at the trace."
    )
  end
  return true
end

local function ask_form(flow, what)
  return flow.session:request("GET", {
    action = "query",
    meta = { "authmanagerinfo", "tokens" },
    amirequestsfor = what,
    amimessageformat = "html",
    type = flow.module.token,
  }, { bare = true })
end

---What the wiki would ask for now; nothing changes in the dialogue.
---@param flow table
---@return mwlogin.Request[]|nil requests
---@return table|nil err
function opening.look(flow)
  local reply, err = ask_form(flow, flow.module.begin)
  if not reply then
    return nil, err
  end
  local form = form_of(reply)
  return steps.start(type(form) == "table" and form.requests or {}).requests
end

local function first_step(flow, form)
  local resume, username = flow.options.resume, form.preservedusername
  return steps.start(form.requests, {
    status = resume and "UI" or "START",
    username = type(username) == "string" and username ~= "" and username or nil,
    preserved = flow.options.preserve_state and form.hasprimarypreservedstate == true or nil,
    raw = form,
  })
end

---Fetches token and fields in one request.
---@param flow table
---@return table|nil opened { step, token }
---@return table|nil err
function opening.read(flow)
  if flow.session.authorize then
    return refused(
      "userlogin-cannot-login",
      "this Session is authorised by OAuth, which takes no part in the wiki's own dialogues",
      "Use a fresh Session."
    )
  end
  local resume = flow.options.resume
  local reply, err = ask_form(flow, flow.module.begin .. (resume and "-continue" or ""))
  if not reply then
    return nil, err
  end
  local form, tokens = form_of(reply)
  local usable, reason = check_form(flow, form, tokens)
  if not usable then
    return nil, reason
  end
  local opened = { step = first_step(flow, form), token = tokens[flow.module.token .. "token"] }
  if resume and #opened.step.requests == 0 then
    return refused(
      "nothing-pending",
      "no dialogue is pending in this session",
      "Start a new one without resume."
    )
  end
  return opened
end

return opening
