---Secrets, and the sources they are read from. A source is read when a body needs it,
---and again for each fresh use.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local fresh = require "mwlogin.secret.fresh"
local options_of = require "mwlogin.options"

local secret = {}

---@class mwlogin.Source
---@field label string where it reads, without what it reads
---@field needs_person boolean whether somebody must be there
---@field shared boolean|nil whether all who ask are given the same one
local Source = {}
Source.__index = Source
Source.__name = "mwlogin.source"

---@return string
function Source:__tostring()
  return ("source: %s"):format(self.label)
end

---Reads the secret.
---@return userdata|nil secret
---@return mwlogin.Error|nil err kind `answer`, `interaction` or `cancelled`
function Source:read()
  local value, err = self.reader(self)
  if value == nil then
    return nil, errors.is(err) and err or errors.from(err)
  end
  return value
end

---Reads the secret for one use: who took it this way wipes it after that (secret/fresh.lua).
---@return userdata|nil secret
---@return mwlogin.Error|nil err
function Source:read_once()
  local value, err = self:read()
  -- what is given to all who ask is not ours to wipe
  if value ~= nil and not self.shared then
    fresh.mark(value)
  end
  return value, err
end

local function source(label, reader, needs_person)
  local made = { label = label, reader = reader, needs_person = needs_person or false }
  return setmetatable(made, Source)
end

local function nothing(code, message, advice)
  return nil, errors.new { kind = "answer", code = code, message = message, advice = advice }
end

local function as_answer(err, message, advice)
  return nil,
    errors.new {
      kind = err.kind == "store" and "answer" or err.kind,
      code = err.code,
      message = message,
      advice = advice,
      cause = err,
    }
end

---Raises where the source was made when it could never give anything.
local function expect(fits, words)
  if not fits then
    error(words, 3)
  end
end

local function is_name(value)
  return type(value) == "string" and value ~= "" and not value:find "[=%z]"
end

---The environment variable NAME. No program that is started from here on inherits it.
---@param name string
---@return mwlogin.Source
function secret.env(name)
  expect(is_name(name), "secret.env takes the name of a variable")
  core.withhold(name)
  return source("env:" .. name, function()
    local value = core.secret_variable(name)
    if not value or #value == 0 then
      return nothing(
        "env",
        ("The environment variable %s is %s"):format(name, value and "empty" or "not set"),
        ("Set %s, or give another source."):format(name)
      )
    end
    return value
  end)
end

local FILE_CURES <const> = {
  missing = "Check the path.",
  denied = "Give a file that you can read.",
  unsafe = "Give a plain file of yours that nobody else can read or change.",
}

---The first line of a file that nobody else can read.
---@param path string
---@return mwlogin.Source
function secret.file(path)
  expect(type(path) == "string" and path ~= "", "secret.file takes a path")
  return source("file:" .. path, function()
    local value, err = core.secret_file(path)
    if not value then
      return as_answer(
        err,
        ("The secret file %s cannot be used: %s"):format(path, err.message),
        FILE_CURES[err.code] or "Look at it: ls -l " .. path
      )
    elseif #value == 0 then
      return nothing(
        "file",
        ("The secret file %s is empty"):format(path),
        "Put the secret into it."
      )
    end
    return value
  end)
end

local function is_command(argv)
  if type(argv) ~= "table" or #argv == 0 then
    return false
  end
  for _, word in ipairs(argv) do
    if type(word) ~= "string" or word:find("\0", 1, true) then
      return false
    end
  end
  return true
end

local COMMAND_OPTIONS <const> = { timeout = "number" }

---The first line that a command prints. No shell: the words are its arguments.
---@param argv string[] program and arguments
---@param options table|nil { timeout = seconds }
---@return mwlogin.Source
function secret.command(argv, options)
  expect(is_command(argv), "secret.command takes a list of texts: program, arguments")
  options_of.check(options, COMMAND_OPTIONS, "secret.command")
  options_of.bound(options, { "timeout" }, "secret.command")
  return source("cmd:" .. argv[1], function()
    local value, err = core.first_line(argv, { timeout = options and options.timeout })
    if not value then
      return as_answer(
        err,
        ("The command %s gave no secret: %s"):format(argv[1], err.message),
        "Run it by hand: its first line of output must be the secret."
      )
    end
    return value
  end)
end

---What a person types on the terminal, unseen.
---@param label string|nil
---@return mwlogin.Source
function secret.prompt(label)
  expect(label == nil or type(label) == "string", "secret.prompt takes the words to ask with")
  return source("prompt", function()
    local terminal <close>, err = core.terminal()
    if not terminal then
      return as_answer(err, "There is no terminal to ask on", "Give another source of the secret.")
    end
    local value, refusal = terminal:ask((label or "Secret") .. ": ", { echo = false })
    if not value then
      return nil, errors.from(refusal)
    elseif #value == 0 then
      return nothing("empty", "Nothing was typed", "Type the secret, then Return.")
    end
    return value
  end, true)
end

local typed_in

---The first line of standard input: read once, given to all who ask; what follows it is left there.
---@return mwlogin.Source
function secret.stdin()
  local made = source("stdin", function()
    if not typed_in then
      local line, err = core.secret_stdin()
      if not line then
        return as_answer(
          err,
          "Standard input cannot be read: " .. err.message,
          "Pipe the secret in."
        )
      elseif #line == 0 then
        return nothing("stdin", "Standard input holds no secret", "Pipe the secret in.")
      end
      typed_in = line
    end
    return typed_in
  end)
  made.shared = true
  return made
end

---What git's credential helpers know for an address. git itself asks nobody.
---@param url string|nil without one: the wiki's, which a login fills in as `url` of a copy, beside
---  the user's name as `username`
---@return mwlogin.Source
function secret.git(url)
  expect(url == nil or type(url) == "string", "secret.git takes an address")
  local made = source("git", function(self)
    local value, err = require("mwlogin.secret.git").ask(self.url or "", self.username)
    if value then
      return value
    elseif err.code == "not_found" then
      return as_answer(err, "git is not there", "Install git, or give another source.")
    end
    return as_answer(
      err,
      ("git knows no password for %s%s"):format(
        self.username and self.username .. " at " or "",
        self.url or "no address"
      ),
      "Try `git credential fill`; set up a credential helper, or give another source."
    )
  end)
  made.url = url
  return made
end

local function is_readable(value)
  return type(value) == "table" and type(value.read) == "function"
end

---One-time codes of a second factor: base32 or an otpauth:// address.
---@param from any text, secret or source
---@return mwlogin.Source source `key`: where the key is read, for those who wait in their own way
function secret.totp(from)
  local kind = type(from)
  expect(
    kind == "string" and from ~= ""
      or kind == "function"
      or core.is_secret(from)
      or is_readable(from),
    "secret.totp takes a key for one-time codes: a text, a secret, a source or a function"
  )
  local codes = require("mwlogin.totp").source(from)
  local made = source("totp", function()
    return codes:read()
  end)
  made.key = from
  made.needs_person = secret.is_source(from) and from.needs_person
  return made
end

---Whether a value is read when it is needed, rather than given.
---@param value any
---@return boolean
function secret.is_source(value)
  local meta = getmetatable(value)
  return type(value) == "table"
    and (meta == Source or (type(meta) == "table" and meta.__name == "mwlogin.source"))
end

---The value of a credential: as `resolve`, and nothing is an error that names it.
---@param value any
---@param name string
---@return any value
---@return mwlogin.Error|nil err
function secret.read(value, name)
  local read, err = secret.resolve(value)
  if type(read) == "string" or core.is_secret(read) then
    return read
  elseif read == nil and errors.is(err) then
    return nil, err
  end
  local gave = read == nil and "nothing" or "a " .. type(read) .. ", not a text"
  return nothing(
    "source",
    ("The source of '%s' gave %s%s"):format(name, gave, err and ": " .. tostring(err) or ""),
    "Look at what it is read from."
  )
end

---The value behind an answer: a plain one as it is, a source read, a function called.
---@param value any
---@return any value
---@return mwlogin.Error|nil err
function secret.resolve(value)
  if secret.is_source(value) then
    return (value.read_once or value.read)(value)
  elseif type(value) == "function" then
    local ran, made, err = pcall(value)
    if not ran or made == nil then
      return nil, ran and err or made
    end
    return secret.resolve(made)
  end
  return value
end

---A source as text: env:NAME file:PATH cmd:COMMAND stdin prompt git git:ADDRESS totp:SOURCE.
---@param text string
---@return mwlogin.Source|nil source
---@return mwlogin.Error|nil err it never repeats the text, which may be a secret given by mistake
function secret.parse(text)
  expect(type(text) == "string", "secret.parse takes a source as text, such as env:NAME")
  return require("mwlogin.secret.notation").parse(text)
end

return setmetatable(secret, {
  ---Puts a text into locked memory.
  __call = function(_, text)
    if type(text) ~= "string" and not core.is_secret(text) then
      local words = "secret takes a text, not a %s; secret.env(NAME) reads a variable when needed"
      error(words:format(type(text)), 2)
    end
    return core.secret(text)
  end,
})
