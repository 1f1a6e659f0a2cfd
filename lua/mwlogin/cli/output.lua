---What the command prints: results on stdout, words on stderr, and nothing that a wiki could use to
---write on the user's screen what it likes.
local exit = require "mwlogin.cli.exit"
local plaintext = require "mwlogin.plaintext"

local output = {}

---Text for a terminal, without control, invisible and reordering characters.
---@param text any
---@return string
function output.clean(text)
  return plaintext.clean(text) or plaintext.clean(tostring(text))
end

---A WIKI as it may be shown: without what somebody wrote before the @.
---@param wiki string
---@return string
function output.address(wiki)
  return (output.clean(wiki):gsub("^(%a*:?/?/?)[^/]*@", "%1***@"))
end

---As `json_text.encode`.
---@param value any
---@param pretty? boolean
---@return string
function output.encode(value, pretty)
  return require("mwlogin.cli.json_text").encode(value, pretty)
end

---@class mwlogin.cli.Output
---@field package json boolean
---@field failed boolean whether something could not be written
local Output = {}
Output.__index = Output

---@param args table parsed arguments; `json` counts
---@return mwlogin.cli.Output
function output.new(args)
  return setmetatable({ json = args.json == true, failed = false }, Output)
end

---To standard output; a failure to write is noted for the exit code.
---@param text string
function Output:write(text)
  local written = io.stdout:write(text, "\n") and io.stdout:flush()
  if not written and not self.failed then
    self.failed = true
    self:say("the result could not be written to standard output")
  end
end

---One result: an object with --json, else the line (or lines) made for reading.
---@param fields table what --json prints
---@param text string|nil what is printed without --json; nil prints nothing
function Output:result(fields, text)
  if self.json then
    self:write(output.encode(fields))
  elseif text then
    self:write(text)
  end
end

---As wide as the terminal; in a file or a pipe a line stays a line.
local function for_person(text)
  local display = require "mwlogin.display"
  text = display.plain(text)
  local core = require "mwlogin.core"
  if not core.isatty(2) then
    return text
  end
  local terminal <close> = core.terminal()
  return display.wrap(text, display.columns(terminal and terminal:size()), "  ")
end

---Words for a person.
---@param text string
function Output:say(text) -- luacheck: ignore 212
  io.stderr:write(for_person("mwlogin: " .. output.clean(text)), "\n")
end

---An error that did not keep the work from being done: words on stderr.
---@param wiki string as given by the user
---@param err table an error of the library
function Output:warn(wiki, err)
  local message = tostring(err.message or err.code or err)
  wiki = output.address(wiki)
  local line = plaintext.line(message)
  self:say(line:find(wiki, 1, true) and line or ("%s: %s"):format(wiki, line))
  if err.advice and not message:find(err.advice, 1, true) then
    io.stderr:write(for_person("  " .. output.clean(err.advice)), "\n")
  end
end

local function step_of(err)
  return err.kind == "interaction" and type(err.step) == "table" and err.step or nil
end

---An error: words on stderr, with --json an object on stdout too. Where an answer is wanted, what
---the wiki asks is shown.
---@param wiki string as given by the user
---@param err table an error of the library
function Output:failure(wiki, err)
  self:warn(wiki, err)
  local step = step_of(err)
  local asked = step and require "mwlogin.cli.asked"
  for _, line in ipairs(asked and asked.lines(step) or {}) do
    io.stderr:write(for_person("  " .. output.clean(line)), "\n")
  end
  if self.json then
    local message = tostring(err.message or err.code or err)
    self:write(output.encode {
      wiki = output.address(wiki),
      error = {
        kind = err.kind,
        code = err.code,
        message = message,
        advice = err.advice,
        status = err.status,
        retry_after = err.retry_after,
        says = step and step.message,
        asks = asked and asked.requests(step),
      },
    })
  end
end

---The exit code of a run that failed with `err`, or ended well.
---@param err table|nil
---@return integer
function Output:code(err)
  if err == nil and self.failed then
    return exit.USAGE
  end
  return exit.code(err)
end

return output
