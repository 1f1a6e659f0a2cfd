---Without a browser here: the person opens the address somewhere and pastes what comes back.
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local hops = require("mwlogin.redirect.hops")
local query = require("mwlogin.query")
local target = require("mwlogin.redirect.target")

local paste = {}

local LONGEST <const> = 32 * 1024
local TRIES <const> = 3

local function impossible(message)
  return nil,
    errors.new({
      kind = "interaction",
      code = "cannot_paste",
      message = message,
      advice = 'Use redirect = "driven" where Chromium is installed, or log in to the wiki in a '
        .. "browser and hand its cookies over with import_cookies.",
    })
end

---The authorization address that makes the provider put its answer into the fragment: the person's
---browser shows an error page of the wiki then, but the address bar keeps the answer.
---@param address string where the wiki's hops ended
---@param session table
---@return string|nil address
---@return table|nil err interaction
function paste.fragment_address(address, session)
  local values = query.of(address)
  if values.response_type ~= "code" or not values.redirect_uri then
    return impossible(
      "The way back leads through the wiki's own page, which wants this login's cookies, and the "
        .. "address is none of OpenID's that could answer in another way."
    )
  end
  if not target.on_wiki(values.redirect_uri, session) then
    return impossible("The provider answers to another site, which would have to be asked itself.")
  end
  if values.response_mode and values.response_mode ~= "fragment" then
    return impossible("The wiki demands an answer that cannot be pasted (response_mode).")
  end
  if values.response_mode then
    return address
  end
  return query.add(address, "response_mode=fragment")
end

local WORDS <const> = {
  code = "Open this address in any browser:\n\n%s\n\nLog in there and allow it. In the end the "
    .. "wiki shows a code: paste it here. If the browser is sent on to another site instead, paste "
    .. "that address.",
  ["return"] = "Open this address in any browser:\n\n%s\n\nLog in there. In the end the browser "
    .. "cannot show a page: that is as it should be. Copy its whole address and paste it here.",
  wiki = "Open this address in any browser:\n\n%s\n\nLog in there. In the end the wiki shows an "
    .. "error: that is as it should be. Copy the whole address, which ends in #code=…, and paste "
    .. "it here.",
}

local function ask(context, way_back, address, problem)
  return context.ask({
    name = "address",
    type = "string",
    label = way_back == "code" and "Code the wiki shows" or "Address the browser ended at",
    help = (problem and problem .. "\n\n" or "") .. WORDS[way_back]:format(address),
  })
end

---The part of a paste that holds the answer, whichever piece of the address was copied.
local function answer_part(text)
  return text:match("#(.+)$") or text:match("%?(.+)$") or text
end

local function check_state(values, address)
  local state = query.of(address).state
  if state and values.state ~= state then
    return "This address is not the answer to this login (its state is another one)."
  end
end

local function problem_of(values, way)
  for name, value in pairs(way.expected) do
    if values[name] ~= value and not (values.error and values[name] == nil) then
      return ("This address is not the answer to this login (its %s is another one)."):format(name)
    end
  end
end

---The return address that what a person was shown stands for: a code alone, or any address that
---holds it.
---@param text string
---@param way mwlogin.redirect.Way of a step with `code`, the code's name
---@return string|nil address
---@return string|nil problem
function paste.code_address(text, way)
  local values = query.read(answer_part(text))
  if not values[way.code] and not values.error then
    if not text:find("^[%w_.~-]+$") then
      return nil, "There is no code in what was pasted."
    end
    values = { [way.code] = text }
    for name, value in pairs(way.expected) do
      values[name] = value
    end
  end
  local problem = problem_of(values, way)
  if problem then
    return nil, problem
  end
  local parts = {}
  for name, value in pairs(values) do
    parts[#parts + 1] = core.encode(name) .. "=" .. core.encode(value)
  end
  return query.add(way.return_url, table.concat(parts, "&"))
end

local function read_code(text, _, way)
  return paste.code_address(text, way)
end

local function read_return(text, _, way)
  if text:find("://", 1, true) and not target.is_return(text, way.return_url) then
    return nil, "This is not the address the browser should end at: " .. way.return_url
  end
  local part = answer_part(text)
  local values = query.read(part)
  local problem = problem_of(values, way)
  if problem then
    return nil, problem
  end
  if text:find("://", 1, true) then
    return text
  end
  return query.add(way.return_url, part)
end

local function read_fragment(text, address, way)
  local part = answer_part(text)
  local values = query.read(part)
  if not values.code and not values.error then
    return nil, "There is no code in what was pasted; it must end in #code=… or hold error=…."
  end
  local problem = check_state(values, address)
  if problem then
    return nil, problem
  end
  local back = query.add(query.of(address).redirect_uri, part)
  local finish, err = hops.follow(way.session, back, way.return_url)
  if not finish then
    return nil, nil, err
  end
  if finish.reached then
    return finish.reached
  end
  return nil,
    nil,
    errors.new({
      kind = "protocol",
      code = "no_return",
      message = ("The wiki took the answer but did not lead back (status %s)."):format(
        tostring(finish.status)
      ),
      advice = 'Log in again with redirect = "driven".',
    })
end

local function nobody()
  return errors.new({
    kind = "interaction",
    code = "no-person",
    message = "The login goes on in a browser, and nobody is there to paste the address it ends at",
    advice = 'Give the login a respond function, or use redirect = "driven".',
  })
end

---Asks the person for the address and makes of it the one that came back.
---@param way mwlogin.redirect.Way
---@param address string where the wiki's hops ended
---@param way_back "wiki"|"return"
---@param context table with `ask(field)`
---@return string|nil address
---@return table|nil err interaction, cancelled, protocol…
function paste.follow(way, address, way_back, context)
  local shown, read = address, read_return
  if way.code then
    way_back, read = "code", read_code
  elseif way_back == "wiki" then
    local with_fragment, err = paste.fragment_address(address, way.session)
    if not with_fragment then
      return nil, err
    end
    shown, read = with_fragment, read_fragment
  end
  local problem
  for _ = 1, TRIES do
    local text, err = ask(context, way_back, shown, problem)
    if text == nil then
      return nil, err.code == "no-person" and nobody() or err
    end
    text = tostring(text):match("^%s*(.-)%s*$")
    local back, failed
    if text == "" or #text > LONGEST or text:find("[%z\1-\32\127]") then
      problem = "What was pasted is no address."
    else
      back, problem, failed = read(text, address, way)
    end
    if back or failed then
      return back, failed
    end
  end
  return nil,
    errors.new({
      kind = "answer",
      code = "pasted",
      message = problem,
      advice = "Log in again and paste the whole address the browser ends at.",
    })
end

return paste
