---action=edit: keeps the text and by whom it came (`wiki.edits`, `wiki.pages`).
local ordered_json = require("mwlogin.testing.ordered_json")

local edit = {}

local object = ordered_json.object

local OTHER = { "summary", "minor", "bot", "createonly", "nocreate", "section", "basetimestamp" }

function edit.reads()
  return true
end

function edit.writes()
  return true
end

function edit.posts()
  return true
end

function edit.token()
  return { type = "csrf", prefix = "", name = "token" }
end

function edit.run(call)
  local wiki = call.wiki
  local title = call:require_param("", "title")
  local text, append = call:param("text"), call:param("appendtext")
  local prepend = call:param("prependtext")
  local asked = {}
  for _, name in ipairs(OTHER) do
    asked[name] = call:param(name)
  end
  if not (text or append or prepend) then
    local message = 'One of the parameters "text", "appendtext" and "prependtext" is required.'
    call:die("missingparam", message)
  elseif not wiki:has_right(call.session, "edit") then
    call:die("permissiondenied", "You do not have permission to edit this page.")
  end
  local old = wiki.pages[title]
  wiki.pages[title] = (prepend or "") .. (text or old or "") .. (append or "")
  local entry = { title = title, text = wiki.pages[title], summary = asked.summary }
  entry.bot, entry.minor = asked.bot ~= nil, asked.minor ~= nil
  entry.user = call.account and call.account.name or wiki.client_address
  wiki.edits[#wiki.edits + 1] = entry
  local result = object("result", "Success", "pageid", 1, "title", title)
  result:set("contentmodel", "wikitext")
  if not old then
    result:set("new", true)
  end
  result:set("oldrevid", #wiki.edits - 1):set("newrevid", #wiki.edits)
  result:set("newtimestamp", os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(wiki:now())))
  return object("edit", result)
end

return edit
