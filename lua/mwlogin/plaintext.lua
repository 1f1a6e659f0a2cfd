---What a wiki wrote, as plain text that can go on a person's screen: mark-up taken off, characters
---that steer a terminal or turn the reading direction taken out.
local plaintext = {}

---More than any message, label or question needs; a wiki's reply is bounded, its parts are not.
local MOST_BYTES <const> = 64 * 1024

local ENTITIES <const> = {
  amp = "&",
  lt = "<",
  gt = ">",
  quot = '"',
  apos = "'",
  nbsp = " ",
  ndash = "–",
  mdash = "—",
  minus = "−",
  hellip = "…",
  laquo = "«",
  raquo = "»",
  lsquo = "‘",
  rsquo = "’",
  ldquo = "“",
  rdquo = "”",
  shy = "",
}

local LINE_TAGS <const> = {
  br = true,
  p = true,
  div = true,
  ul = true,
  ol = true,
  tr = true,
  table = true,
  h1 = true,
  h2 = true,
  h3 = true,
  h4 = true,
  h5 = true,
  h6 = true,
  pre = true,
  blockquote = true,
  dl = true,
  dt = true,
  dd = true,
}

local HIDDEN_TAGS <const> = { script = true, style = true, template = true }

local function character(code)
  if code and code > 0 and code <= 0x10FFFF and not (code >= 0xD800 and code <= 0xDFFF) then
    return utf8.char(code)
  end
  return "\u{FFFD}"
end

local function entity(name)
  local digits = name:match("^#(%d+)$")
  if digits and #digits < 9 then
    return character(math.tointeger(tonumber(digits)))
  end
  local hex = name:match("^#[xX](%x+)$")
  if hex and #hex < 8 then
    return character(tonumber(hex, 16))
  end
  return ENTITIES[name]
end

---Where the content of a hidden element ends, or the end of the text.
local function after_hidden(lower, tag, from)
  local _, stop = lower:find("</" .. tag, from, true)
  stop = stop and lower:find(">", stop, true)
  return stop and stop + 1 or #lower + 1
end

local function without_tags(html)
  local parts, position, lower = {}, 1, html:lower()
  local last = #html - (html:reverse():find(">", 1, true) or #html + 1) + 1
  while true do
    local open = html:find("<", position, true)
    parts[#parts + 1] = html:sub(position, (open or 0) - 1)
    if not open then
      return table.concat(parts)
    end
    local close = open < last and html:find(">", open, true)
    local slash, tag = html:match("^<(/?)(%a[%w]*)", open)
    if html:sub(open, open + 3) == "<!--" then
      local _, stop = html:find("-->", open, true)
      position = (stop or #html) + 1
    elseif not tag or not close then
      parts[#parts + 1] = "<"
      position = open + 1
    else
      tag = tag:lower()
      position = close + 1
      if HIDDEN_TAGS[tag] and slash == "" then
        position = after_hidden(lower, tag, position)
      elseif tag == "li" then
        parts[#parts + 1] = slash == "" and "\n- " or ""
      elseif LINE_TAGS[tag] then
        parts[#parts + 1] = "\n"
      end
    end
  end
end

---Code points that reorder or hide what stands beside them.
local function unwanted(code)
  return code == 0x061C
    or code == 0x200B
    or code == 0x200E
    or code == 0x200F
    or (code >= 0x202A and code <= 0x202E)
    or (code >= 0x2060 and code <= 0x206F)
    or code == 0xFEFF
    or (code >= 0x80 and code <= 0x9F)
    or code == 0x7F
    or (code < 0x20 and code ~= 0x0A and code ~= 0x09)
end

---Bytes that are no UTF-8 become U+FFFD each.
local function valid_utf8(text)
  local parts, position = {}, 1
  while true do
    local _, bad = utf8.len(text, position)
    if not bad then
      parts[#parts + 1] = text:sub(position)
      return table.concat(parts)
    end
    parts[#parts + 1] = text:sub(position, bad - 1)
    parts[#parts + 1] = "\u{FFFD}"
    position = bad + 1
  end
end

---Text without characters that steer a terminal, hide text or change its direction.
---@param text any what a wiki sent where text is expected
---@return string|nil text nil when there was none
function plaintext.clean(text)
  if text == nil or type(text) == "table" or type(text) == "userdata" then
    return nil
  end
  local plain = valid_utf8(tostring(text):sub(1, MOST_BYTES))
  plain = plain:gsub("\r\n?", "\n"):gsub("\u{2028}", "\n"):gsub("\u{2029}", "\n")
  return (
    plain:gsub(utf8.charpattern, function(one)
      local code = utf8.codepoint(one)
      return unwanted(code) and "" or nil
    end)
  )
end

---The same, on one line.
---@param text any
---@return string|nil text
function plaintext.line(text)
  local plain = plaintext.clean(text)
  return plain and (plain:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

---A text without certain characters at its end. (A pattern that ends in `$` would look for that end
---from each of them anew, which of a wiki's long line takes hours.)
---@param text string
---@param set string pattern of one character
---@return string
function plaintext.without_end(text, set)
  local tail = text:reverse():match("^" .. set .. "*")
  return text:sub(1, #text - #tail)
end

---Plain text of an HTML message: tags off, entities read, lines kept, then as `clean`.
---@param html any
---@return string|nil text nil when there was none
function plaintext.from_html(html)
  if type(html) ~= "string" then
    return plaintext.clean(html)
  end
  local text = without_tags(html:sub(1, MOST_BYTES)):gsub("&(#?%w+);", entity)
  text = plaintext.clean(text):gsub("[ \t]+", " "):gsub(" ?\n ?", "\n"):gsub("\n\n\n+", "\n\n")
  return plaintext.without_end(text:gsub("^%s+", ""), "%s")
end

return plaintext
