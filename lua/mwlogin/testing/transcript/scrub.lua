---Takes out of a text what looks like a secret although nobody named it one.
local php_request = require "mwlogin.testing.php_request"
local placeholders = require "mwlogin.testing.transcript.placeholders"
local rules = require "mwlogin.testing.transcript.rules"

local scrub = {}

local NO_TYPES <const> = {}
---Values this short in an address are numbers of pages and the like.
local SHORTEST_IN_ADDRESS <const> = 4

---Long runs of letters and digits that no person wrote: keys, session ids, signatures.
local function looks_random(run)
  local digits = select(2, run:gsub("%d", ""))
  if #run >= 16 and not run:find "[^%x]" and digits >= 2 then
    return true
  end
  return #run >= 20 and digits >= 4 and run:find "%a" ~= nil
end

local function outside_placeholders(text, change)
  local pieces, at = {}, 1
  for from, to in text:gmatch "()<<[%%&]?[%a_]+ %d+>>()" do
    pieces[#pieces + 1] = change(text:sub(at, from - 1))
    pieces[#pieces + 1] = text:sub(from, to - 1)
    at = to
  end
  pieces[#pieces + 1] = change(text:sub(at))
  return table.concat(pieces)
end

local function percent(placeholder)
  return (placeholder:gsub("^<<", "<<%%"))
end

local address

local function query_value(names, name, raw)
  if placeholders.found(raw) then
    return raw
  end
  local _, sent = php_request.decode_form("x=" .. raw)
  local value = sent[1] and sent[1][2] or raw
  local known = names:known(value)
  if known then
    return percent(known)
  elseif #value < SHORTEST_IN_ADDRESS or rules.may_show_parameter(name, value, NO_TYPES) then
    return raw
  elseif value:find "^https?://" and address(names, value) == value then
    return raw
  end
  return percent(names:of(value, name))
end

---`a=1&b=2`, also where HTML wrote `&amp;`.
local function query(names, text)
  local pieces = {}
  for piece, sign in text:gsub("&amp;", "\0"):gmatch "([^&%z]*)([&%z]?)" do
    local name, raw = piece:match "^([^=]*)=(.*)$"
    pieces[#pieces + 1] = name and name .. "=" .. query_value(names, name, raw) or piece
    pieces[#pieces + 1] = sign == "\0" and "&amp;" or sign
  end
  return table.concat(pieces)
end

local function opaque(names, text)
  return outside_placeholders(text, function(piece)
    return (
      piece:gsub("[%w_]+", function(run)
        return looks_random(run) and names:of(run, "opaque") or nil
      end)
    )
  end)
end

---An address: scheme, host and path are shown, of the query the names and harmless values.
---@param names table
---@param text string
---@return string
function address(names, text)
  local front, rest = text:match "^([^?#]*)(.*)$"
  front = front:gsub("^(%a[%w+.-]*://)[^/@]*@", "%1")
  local asked, fragment = rest:match "^%??([^#]*)#?(.*)$"
  local made = opaque(names, names:hide(front))
  if rest:find("?", 1, true) then
    made = made .. "?" .. query(names, asked)
  end
  if rest:find("#", 1, true) then
    made = made .. "#" .. (fragment:find("=", 1, true) and query(names, fragment) or fragment)
  end
  return made
end

scrub.address, scrub.query = address, query

---Addresses, e-mail addresses and random runs of a text, and all that is known to be secret.
---@param names table
---@param text string
---@return string
function scrub.text(names, text)
  local known = names:known(text)
  if known then
    return known
  end
  -- addresses first: a value in one of them is written in its way
  text = text:gsub("[^%s\"'<>()]+", function(found)
    return found:find "%?[%w_.-]+=" and address(names, found) or nil
  end)
  text = outside_placeholders(names:hide(text), function(piece)
    piece = piece:gsub("(%a://)[^/%s@]*@", "%1")
    -- from the beginning of a word only: else a long one is looked through from each of its letters
    return (
      piece:gsub("%f[%w._%%+*-][%w._%%+*-]+@[%w-]+%.[%w.-]*%w", function(found)
        return names:of(found, "email")
      end)
    )
  end)
  return opaque(names, text)
end

---A tag of a form, with those of its values that are harmless.
local function tag_of(names, tag)
  local field = tag:match '%f[%w]name="([^"]*)"' or "value"
  local choice = tag:find "type=[\"']?submit" or tag:find "type=[\"']?checkbox"
  return scrub.text(names, (tag:gsub('(%f[%w]value=")([^"]+)"', function(front, value)
    if choice or rules.may_show_parameter(field, value, NO_TYPES) then
      return nil
    end
    local bare = value:gsub("&quot;", '"'):gsub("&#0?39;", "'"):gsub("&lt;", "<")
    bare = bare:gsub("&gt;", ">"):gsub("&amp;", "&")
    return front .. (names:of(bare, field):gsub("^<<", "<<&")) .. '"'
  end)))
end

local KEPT_TAGS <const> = {
  form = true,
  input = true,
  select = true,
  option = true,
  button = true,
  textarea = true,
  label = true,
  ["/form"] = true,
  ["/select"] = true,
  ["/option"] = true,
  ["/button"] = true,
  ["/textarea"] = true,
  ["/label"] = true,
}

---A text without what stands between two words, these included. What never ends, stays.
local function without(text, first, last)
  local pieces, at = {}, 1
  while true do
    local from = text:find(first, at, true)
    local _, to = text:find(last, from or #text + 1, true)
    if not to then
      pieces[#pieces + 1] = text:sub(at)
      return table.concat(pieces)
    end
    pieces[#pieces + 1] = text:sub(at, from - 1)
    at = to + 1
  end
end

---The title, with its tags; nil where there is none.
local function title_of(text)
  local from = text:find("<title", 1, true)
  local _, to = text:find("</title>", from or #text + 1, true)
  return to and text:sub(from, to)
end

---A page is cut down to its title, the link to api.php and its forms.
---@param names table
---@param text string
---@return string
function scrub.html(names, text)
  text = without(text, "<!--", "-->")
  for _, name in ipairs { "script", "style" } do
    text = without(text, "<" .. name, "</" .. name)
  end
  local out = { "<html>\n" }
  local title = title_of(text)
  out[#out + 1] = title and scrub.text(names, title) .. "\n"
  for tag in text:gmatch "<[^<>]+>" do
    local name = (tag:match "^<(/?%w+)" or ""):lower()
    if KEPT_TAGS[name] or name == "link" and tag:find "EditURI" then
      out[#out + 1] = tag_of(names, tag) .. "\n"
    elseif name == "meta" and tag:find "generator" then
      out[#out + 1] = tag .. "\n"
    end
  end
  out[#out + 1] = "</html>"
  return table.concat(out)
end

return scrub
