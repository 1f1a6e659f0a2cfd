--- The code blocks of a page, each with its marks.
--
-- A mark is an HTML comment directly above the block: `<!-- wiki: two-factor; exits: 3 -->`.
-- doc/testing.md tells what they mean.
local blocks = {}

local MARKS <const> = {
  ["not run"] = true,
  wiki = true,
  exits = true,
  prints = true,
  continues = true,
}

---@class spec.doc.Block
---@field page string
---@field line integer of its first line of code
---@field language string
---@field text string
---@field file string|nil name it is written to
---@field marks table<string, string|boolean>

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function wrong(page, line, words)
  error(("%s:%d: %s"):format(page, line, words), 0)
end

-- A reason may hold anything; other marks stand side by side.
local function read_marks(comment, marks, page, line)
  local reason = comment:match("^not run:%s*(.+)$")
  if reason then
    marks["not run"] = reason
    return
  end
  for part in comment:gmatch("[^;]+") do
    local name, value = part:match("^%s*([^:]-)%s*:%s*(.-)%s*$")
    name = name or part:match("^%s*(.-)%s*$")
    if not MARKS[name] then
      wrong(page, line, ("unknown mark '%s'"):format(name))
    end
    marks[name] = value and value ~= "" and value or true
  end
end

local function file_of(text)
  text = text:gsub("^#![^\n]*\n", "")
  return text:match("^%-%- file: (%S+)\n") or text:match("^# file: (%S+)\n")
end

--- Reads a page. A block without a language, or one that is only indented, is an error: nobody
--- could tell what it is.
---@param page string path
---@return spec.doc.Block[]
function blocks.of(page)
  local found, open = {}, nil
  local marks, before, in_list = {}, "", false
  local number = 0
  for line in (read(page) .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    local indent, ticks, language = line:match("^(%s*)(```+)(.*)$")
    if open and ticks == open.ticks and language == "" then
      open.text = table.concat(open.lines, "\n") .. "\n"
      open.file = file_of(open.text)
      found[#found + 1] = open
      open, marks = nil, {}
    elseif open then
      open.lines[#open.lines + 1] = line:sub(1, #open.indent) == open.indent
          and line:sub(#open.indent + 1)
        or line
    elseif ticks then
      if language == "" then
        wrong(page, number, "a code block without a language")
      end
      open = {
        page = page,
        line = number + 1,
        language = language,
        ticks = ticks,
        indent = indent,
        lines = {},
        marks = marks,
      }
    else
      local comment = line:match("^%s*<!%-%-%s*(.-)%s*%-%->%s*$")
      in_list = line:find("^%s*[-*] ") or line:find("^%s*%d+%. ") or in_list and line:find("^%s")
      if comment then
        read_marks(comment, marks, page, number)
      elseif line:find("%S") then
        if before == "" and line:find("^    ") and not in_list then
          wrong(page, number, "an indented block: give it a fence and a language")
        elseif next(marks) then
          wrong(page, number, "a mark without a block below it")
        end
      end
    end
    before = line
  end
  if open then
    wrong(page, open.line, "a block without an end")
  end
  return found
end

--- All pages that have code blocks.
---@return string[] paths
function blocks.pages()
  local list = { "README.md" }
  local pipe <close> = assert(io.popen("ls doc/*.md"))
  for path in pipe:lines() do
    list[#list + 1] = path
  end
  return list
end

return blocks
