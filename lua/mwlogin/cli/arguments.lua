---Command lines without a mistake, which is nearly all of them, read by what a subcommand declares.
---
---argparse is 58 KB to compile, more than all that `mwlogin whoami` has of the command itself. It
---is given the same declarations, and decides, where this finds anything that is not plain: help,
---an unknown option, a value that does not fit, something missing. What is read here, argparse
---reads alike (spec/cli/arguments_spec.lua).
local arguments = {}

-- == what is declared, in words of argparse =======================================================

local Element = {}
Element.__index = Element

---Words for a help.
function Element:argname()
  return self
end

Element.description = Element.argname

function Element:target(name)
  self.into = name
  return self
end

function Element:convert(convert)
  self.converted = convert
  return self
end

local MOST <const> = { ["?"] = 1, ["*"] = math.huge, ["+"] = math.huge }
local LEAST <const> = { ["?"] = 0, ["*"] = 0, ["+"] = 1 }

function Element:args(count)
  self.least, self.most = LEAST[count], MOST[count]
  return self
end

function Element:count(count)
  assert(count == "*")
  self.repeats = true
  return self
end

function Element:action(name)
  assert(name == "store_false")
  self.stored = false
  return self
end

local Declared = {}
Declared.__index = Declared

function Declared:argument(name)
  local made = setmetatable({ into = name, least = 1, most = 1 }, Element)
  self.places[#self.places + 1] = made
  return made
end

function Declared:option(name)
  local made = setmetatable({ into = name:match("^%-%-(.*)$"):gsub("%-", "_") }, Element)
  self.options[name] = made
  return made
end

function Declared:flag(name)
  local made = self:option(name)
  made.stored = true
  return made
end

function Declared:mutex(one, other)
  one.excludes, other.excludes = other, one
end

---Words for a help.
function Declared:group() end

-- == reading ======================================================================================

---What an element makes of a word; nil where it does not like it.
local function value_of(element, word)
  if element.converted then
    return (element.converted(word))
  end
  return word
end

---Puts an option's value where it belongs.
---@return true|nil plain
local function put(args, option, word)
  local value = option.stored
  if value == nil then
    value = value_of(option, word)
  end
  if value == nil then
    return nil
  elseif option.repeats then
    table.insert(args[option.into], value)
  else
    args[option.into] = value
  end
  return true
end

---An option at a place of the command line.
---@return integer|nil at its last word; nil where it is not plain
local function read_option(self, args, given, words, at)
  local name, value = words[at]:match "^(%-%-[^=]+)=(.+)$"
  local option = self.options[name or words[at]]
  if not option or given[option.excludes] or (given[option] and not option.repeats) then
    return nil
  elseif option.stored ~= nil then
    if name then
      return nil
    end
  elseif not name then
    at = at + 1
    value = words[at]
    if not value or value:find "^%-" then
      return nil
    end
  end
  given[option] = true
  return put(args, option, value) and at
end

---Gives the words that belong to no option to the arguments, in order.
---@return true|nil plain
local function place(self, args, words)
  local at = 1
  for _, argument in ipairs(self.places) do
    local values = {}
    while #values < argument.most and words[at] do
      local value = value_of(argument, words[at])
      if value == nil then
        return nil
      end
      values[#values + 1], at = value, at + 1
    end
    if #values < argument.least then
      return nil
    end
    args[argument.into] = argument.most == 1 and values[1] or argument.most > 1 and values or nil
  end
  return at > #words or nil
end

function Declared:read(words)
  local args, given, rest = { command = self.name, [self.name] = true }, {}, {}
  for _, option in pairs(self.options) do
    args[option.into] = option.repeats and {} or args[option.into]
  end
  local at, open = 1, true
  while at <= #words do
    local word = words[at]
    if open and word == "--" then
      open = false
    elseif open and word:find "^%-." then
      at = read_option(self, args, given, words, at)
      if not at then
        return nil
      end
    else
      rest[#rest + 1] = word
    end
    at = at + 1
  end
  return place(self, args, rest) and args
end

---Declares what a subcommand takes.
---@param command table argparse's, or ours
---@param file table the subcommand's own
function arguments.declare(command, file)
  file.configure(command)
  if not file.bare then
    require("mwlogin.cli.options").declare_output(command)
  end
end

---@param name string of the subcommand
---@param file table the subcommand's own
---@param words string[] what follows the name
---@return table|nil args as argparse gives them; nil where it has to decide
function arguments.read(name, file, words)
  local declared = setmetatable({ name = name, places = {}, options = {} }, Declared)
  arguments.declare(declared, file)
  return declared:read(words)
end

return arguments
