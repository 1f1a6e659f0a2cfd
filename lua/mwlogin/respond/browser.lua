---A step's fields as a page in the person's own browser, served on loopback until it is answered.
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local external = require("mwlogin.redirect.external")
local form_inputs = require("mwlogin.respond.form_inputs")
local form_page = require("mwlogin.respond.form_page")
local listener = require("mwlogin.listener")
local options_of = require("mwlogin.options")
local page = require("mwlogin.listener.page")
local picture = require("mwlogin.respond.picture")
local plaintext = require("mwlogin.plaintext")

local browser = {}

local TIMEOUT <const> = 600
local LARGEST_PICTURE <const> = 4 * 1024 * 1024
local PICTURE_TYPES <const> = {
  ["image/png"] = true,
  ["image/jpeg"] = true,
  ["image/gif"] = true,
  ["image/webp"] = true,
}

-- == pictures =====================================================================================

---Captcha pictures are fetched by us, with the login's cookies: the person's browser has others.
local function fetch_picture(session, field)
  local reply, err = session:fetch(field.value)
  if not reply then
    return nil, err
  end
  local kind = (reply.headers["content-type"] or ""):match("^%s*([^;%s]*)"):lower()
  if reply.status ~= 200 or not PICTURE_TYPES[kind] or #reply.body > LARGEST_PICTURE then
    return nil,
      errors.new({
        kind = "protocol",
        code = "picture",
        message = "The wiki asks about a picture that it does not hand out.",
        advice = "Look at the wiki's login page in a browser: it may be broken there too.",
      })
  end
  return { body = reply.body, kind = kind }
end

local function fetch_pictures(form, session)
  for _, request in ipairs(form.step.requests) do
    local field = picture.field(request)
    if field then
      local got, err = fetch_picture(session, field)
      if not got then
        return nil, err
      end
      form.pictures[#form.pictures + 1] = got
      form.shown[field] = {
        src = ("%s/%d"):format(form.path, #form.pictures),
        alt = "A picture of letters or numbers to type in the next field. "
          .. "If you cannot see it, cancel and ask those who run the wiki for another way.",
      }
    end
  end
  return true
end

-- == answers ======================================================================================

local function read_multiselect(input, sent)
  local list = {}
  for position, option in ipairs(input.field.options or {}) do
    if sent[("%s.%d"):format(input.id, position)] then
      list[#list + 1] = option.value
    end
  end
  return list
end

---What the person gave for one input; nil: nothing, "": left empty.
local function read_input(input, sent)
  local text = sent[input.id]
  if input.kind == "multiselect" then
    return read_multiselect(input, sent)
  elseif input.kind == "checkbox" then
    return text ~= nil
  elseif input.kind == "button" then
    return text ~= nil or nil
  elseif input.kind == "select" then
    -- An empty value may be a real choice; that nothing was chosen comes without the sign.
    return text and text:match("^=(.*)$")
  elseif input.code then
    return text and text:match("^%s*(.-)%s*$")
  end
  return text
end

local function pressed_button(inputs, sent)
  for _, input in ipairs(inputs) do
    if input.kind == "button" and sent[input.id] then
      return input
    end
  end
end

---Two requests may ask for the same name; then each answer is bound to its own.
local function key_of(input, inputs)
  for _, other in ipairs(inputs) do
    if other ~= input and other.field.name == input.field.name then
      return input.request.kind .. "." .. input.field.name
    end
  end
  return input.field.name
end

local function is_empty(value)
  return value == nil or value == "" or value == false or type(value) == "table" and #value == 0
end

local function collect(form, sent)
  local values, kept, wrong = {}, {}, {}
  local button = pressed_button(form.inputs, sent)
  for _, input in ipairs(form.inputs) do
    local value = read_input(input, sent)
    local key = key_of(input, form.inputs)
    local missing = input.kind == "select" and value == nil
    if input.must and (missing or input.kind ~= "select" and is_empty(value)) and not button then
      wrong[input.id] = true
    end
    if not input.field.secret and not input.code then
      kept[input.id] = value
    end
    local bound = key ~= input.field.name
    if value ~= nil and not (bound and is_empty(value)) then
      local hide = type(value) == "string" and (input.field.secret or input.code) and value ~= ""
      values[key] = hide and core.secret(value) or value
    end
  end
  return values, kept, wrong
end

-- == the page =====================================================================================

local function form_reply(form)
  return {
    status = 200,
    body = form_page.html(form.step, {
      inputs = form.inputs,
      ways = form.ways,
      action = form.path,
      token = form.token,
      where = form.where,
      problem = form.problem,
      rejected = form.rejected,
      wrong = form.wrong,
      values = form.values,
      pictures = form.shown,
      plain = function(text)
        return plaintext.from_html(text) or ""
      end,
    }),
  }
end

local function refused(text)
  return { status = 403, body = page.say("This was not sent from our page", text) }
end

---Only our own page may answer: another page in the same browser knows neither path nor token.
local function is_ours(form, asked)
  local site = asked.headers["sec-fetch-site"]
  return asked.headers.origin == form.listener.origin
    and (site == nil or site == "same-origin")
    and core.crypto.equal(asked.form.token or "", form.token)
end

local function take_form(form, asked)
  if not is_ours(form, asked) then
    return refused("Nothing was taken. Go back to the page of the login and send it again.")
  end
  if asked.form.cancel then
    return {
      status = 200,
      body = page.say("Cancelled", "The login was given up. You can close this window."),
    }, { cancelled = true }
  end
  local values, kept, wrong = collect(form, asked.form)
  if next(wrong) then
    form.values, form.wrong, form.rejected = kept, wrong, false
    form.problem = "Something is still missing. Please fill in what is marked."
    return form_reply(form)
  end
  return {
    status = 200,
    body = page.say(
      "Sent to the wiki",
      "You can close this window. If the wiki asks for more, another page opens by itself."
    ),
  }, { values = values }
end

local function serve(form, asked)
  local below = asked.path:sub(#form.path + 1)
  local number = math.tointeger(tonumber(below:match("^/(%d+)$")))
  local image = number and form.pictures[number]
  if image and asked.method == "GET" then
    return { status = 200, body = image.body, headers = { ["Content-Type"] = image.kind } }
  end
  if below ~= "" then
    return { status = 404, body = page.say("Not Found", "There is nothing here.") }
  end
  if asked.method == "POST" then
    return take_form(form, asked)
  end
  return form_reply(form)
end

-- == one step =====================================================================================

local function new_form(step, context)
  local inputs, ways = form_inputs.of(step)
  local host = core.address(context.session.api)
  return {
    step = step,
    inputs = inputs,
    ways = ways,
    token = core.crypto.base64url(core.crypto.random(24)),
    where = host and host.host,
    rejected = step.rejected or false,
    problem = step.rejected and (step.message or "The wiki did not take the answer.") or nil,
    wrong = {},
    values = {},
    pictures = {},
    shown = {},
  }
end

local function open_listener(form, context)
  local pool = context.session.pool
  return listener.open({
    serve = function(asked)
      return serve(form, asked)
    end,
    sleep = pool and function(seconds)
      pool:sleep(seconds)
    end,
  })
end

local function ask(settings, step, context)
  local form = new_form(step, context)
  local opened <close>, err = open_listener(form, context)
  if not opened then
    return nil, err
  end
  form.listener, form.path = opened, opened.path
  local fetched, failed = fetch_pictures(form, context.session)
  if not fetched then
    return nil, failed
  end
  local shown, unseen = settings.open(opened.url, function()
    return opened:step(0)
  end)
  if not shown then
    return nil, unseen
  end
  local answer, late = opened:wait(settings.timeout)
  if not answer then
    return nil, late
  end
  if answer.cancelled then
    return nil,
      errors.new({
        kind = "cancelled",
        code = "form_cancelled",
        message = "The form in the browser was cancelled.",
        advice = "Log in again when you are ready.",
      })
  end
  return answer.values
end

local OPTIONS <const> = { open = "function", timeout = "number" }

---A responder that asks in the person's own browser.
---@param options? table
---  open(address, meanwhile) → true or nil, err: shows the page (default: by the system's browser);
---  `meanwhile()` serves it, where opening takes long;
---  timeout: seconds a person may take for one page (600)
---@return fun(step: table, context: table): table|nil, table|nil respond
function browser.new(options)
  if type(options) == "table" and options.requests then
    error("give respond = mwlogin.respond.browser(): the call makes what asks", 0)
  end
  options_of.check(options, OPTIONS, "respond.browser", 3)
  options_of.bound(options, { "timeout" }, "respond.browser", 3)
  local settings = {
    open = options and options.open or external.open,
    timeout = options and options.timeout or TIMEOUT,
  }
  return function(step, context)
    return ask(settings, step, context)
  end
end

return browser
