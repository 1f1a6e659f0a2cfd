---The library's advice speaks of options and tables; on the command line they are flags.
local answers = require "mwlogin.cli.answers"
local options = require "mwlogin.cli.options"

local advice = {}

local function field(name)
  local from = ("--field-from %s=SOURCE"):format(name)
  return answers.looks_secret(name) and from or ("--field %s=VALUE, %s"):format(name, from)
end

local PHRASES <const> = {
  { ", or give store%.file { folder = … }", "" },
  { "answers = { ([%w_%.]+) = … }", field },
  { "answers%.(captcha%w*)", "--field %1=VALUE" },
  { "answers%.([%w_]+)", "--field-from %1=SOURCE" },
  { 'method = "(%w+)"', "--method %1" },
  { 'redirect = "external", redirect = "driven"', "--browser" },
  { 'redirect = "driven"', "--browser" },
  { 'redirect = "auto"', "--browser" },
  { 'redirect = "paste"', "--no-browser on a terminal" },
  { "import_cookies", "mwlogin cookies WIKI --import FILE" },
  { "Give the login a respond function", "Run it on a terminal without --no-input" },
  { "insecure_http = true", "--insecure-http" },
  { "%f[%w]account = …", "--account NAME" },
  { "http_auth", "--http-auth-user NAME --http-auth-password-from SOURCE" },
  { "opts%.token", "--token TYPE" },
  { "a handler, or respond", "--handler FILE.lua, or run it on a terminal without --no-input" },
  { "username and password", "--user NAME and --password-from SOURCE" },
}

---@param text string|nil
---@return string|nil
function advice.as_flags(text)
  if not text then
    return nil
  end
  for _, phrase in ipairs(PHRASES) do
    text = text:gsub(phrase[1], phrase[2])
  end
  return (
    text:gsub("%f[%w_%-][%l]+_[%l_]+%f[^%w_]", function(name)
      return options.flag_of(name)
    end)
  )
end

return advice
