---What the terminal in front of a person can show: its width, whether it has colours, whether it
---reads UTF-8; and text made to fit.
local display = {}

---Wider lines are hard to read.
local WIDEST <const>, NARROWEST <const> = 80, 20

local function is_set(name)
  local value = os.getenv(name)
  return value ~= nil and value ~= "" and value
end

---@return boolean whether more than plain lines can be written: a cursor that moves, for one
function display.can_move()
  local term = is_set "TERM"
  return term and term ~= "dumb" or false
end

---@return boolean whether colours are wanted and there
function display.has_colour()
  return display.can_move() and not is_set "NO_COLOR"
end

---@return boolean whether characters beyond ASCII are shown, by the locale
function display.has_utf8()
  local locale = is_set "LC_ALL" or is_set "LC_CTYPE" or is_set "LANG" or ""
  return locale:lower():find "utf%-?8" ~= nil
end

---The width that text is made for: COLUMNS, else the terminal's, within bounds.
---@param size table|nil `terminal:size()`
---@return integer columns
function display.columns(size)
  local columns = math.tointeger(tonumber(os.getenv "COLUMNS"))
  if not columns or columns < 1 then
    columns = size and size.columns > 0 and size.columns or WIDEST
  end
  return math.max(NARROWEST, math.min(columns, WIDEST))
end

local function width(text)
  return utf8.len(text) or #text
end

local function wrap_line(line, columns, indent)
  if width(line) <= columns then
    return line
  end
  local lines, front = {}, line:match "^%s*"
  local current, fresh = front, true
  for blank, word in line:sub(#front + 1):gmatch "(%s*)(%S+)" do
    if not fresh and width(current .. blank .. word) > columns then
      lines[#lines + 1] = current
      current = front .. indent .. word
    else
      current = current .. blank .. word
    end
    fresh = false
  end
  lines[#lines + 1] = current
  return table.concat(lines, "\n")
end

---Breaks lines at blanks; a word that is wider than all stays whole, so that it can be copied.
---@param text string
---@param columns integer
---@param indent? string what a continued line begins with
---@return string
function display.wrap(text, columns, indent)
  local lines = {}
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = wrap_line(line, columns, indent or "")
  end
  return table.concat(lines, "\n")
end

---Our own words where only ASCII is shown; a wiki's are left as they are.
---@param text string
---@return string
function display.plain(text)
  if display.has_utf8() then
    return text
  end
  return (text:gsub("…", "..."):gsub("–", "-"))
end

return display
