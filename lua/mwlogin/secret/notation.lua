---SOURCE: how the command line and profiles write a source of a secret.
local errors = require "mwlogin.error"
local secret = require "mwlogin.secret"

local notation = {}

local WRITE <const> = "Write env:NAME, file:PATH, cmd:COMMAND, stdin, prompt, git or totp:SOURCE."

---Never repeats the text: it may be a secret given by mistake.
local function no_source(message)
  return nil, errors.new { kind = "answer", code = "source", message = message, advice = WRITE }
end

---Splits a command into words; quotes hold blanks together, nothing is expanded.
local function words(text)
  local list, word, quote = {}, nil, nil
  for char in text:gmatch "." do
    if quote then
      if char == quote then
        quote = nil
      else
        word = word .. char
      end
    elseif char == '"' or char == "'" then
      quote, word = char, word or ""
    elseif char:find "%s" then
      list[#list + 1] = word
      word = nil
    else
      word = (word or "") .. char
    end
  end
  list[#list + 1] = word
  if quote then
    return nil
  end
  return list
end

local PREFIXES <const> = {
  env = function(rest)
    if not rest:find "^[%a_][%w_]*$" then
      return no_source "What follows env: is no name of a variable"
    end
    return secret.env(rest)
  end,
  file = secret.file,
  cmd = function(rest)
    local list = words(rest)
    if not list then
      return no_source "A quote in the command is not closed"
    elseif #list == 0 then
      return no_source "The command is empty"
    end
    return secret.command(list)
  end,
  git = secret.git,
  totp = function(rest)
    local inner, err = notation.parse(rest)
    if not inner then
      return nil, err
    end
    return secret.totp(inner)
  end,
}

local WORDS <const> = { stdin = secret.stdin, prompt = secret.prompt, git = secret.git }

---@param text string
---@return mwlogin.Source|nil source
---@return mwlogin.Error|nil err
function notation.parse(text)
  if WORDS[text] then
    return WORDS[text]()
  end
  local name, rest = text:match "^(%l+):(.*)$"
  local read = name and PREFIXES[name]
  if not read then
    return no_source "This is no source of a secret"
  elseif rest == "" then
    return no_source(("A source %s: needs more after the colon"):format(name))
  end
  return read(rest)
end

return notation
