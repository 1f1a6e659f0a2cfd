---The flags that stand for the options of `mwlogin.open` and for the credentials of `wiki:login`.
---
---A row names the flag and the option or credential it fills. Secrets have no flag of their own:
---`--NAME-from SOURCE` says where to read them, and they are read when a request needs them.
local options = {}

local function seconds(text)
  local number = tonumber(text)
  if not number or number <= 0 or number == math.huge or number ~= number then
    return nil, ("'%s' is no number of seconds above zero"):format(text)
  end
  return number
end

local function whole(text)
  local number = math.tointeger(tonumber(text))
  if not number or number < 0 then
    return nil, ("'%s' is no whole number"):format(text)
  end
  return number
end

local function one_line(text)
  if text:find("%c") then
    return nil, "line breaks and control characters do not belong there"
  elseif text == "" then
    return nil, "it is empty; leave it out"
  end
  return text
end

---The text after `-from` is never repeated in an error: it may be a secret given by mistake.
local function source(text)
  local found, err = require("mwlogin.secret").parse(text)
  if not found then
    return nil, tostring(err)
  end
  return found
end

local function harmless_proxy(text)
  if text:find("^[^/@]*//[^/]*@") or text:find("^[^/]*:[^/]*@") then
    return nil, "a proxy address with a password is given by --proxy-from SOURCE"
  end
  return text
end

local METHODS <const> = {
  clientlogin = true,
  botpassword = true,
  oauth1 = true,
  oauth2 = true,
  session = true,
}
local METHOD_NAMES <const> = "clientlogin, botpassword, oauth1, oauth2 or session"

local function method(text)
  if not METHODS[text] then
    return nil, ("'%s' is no method; there are %s"):format(text, METHOD_NAMES)
  end
  return text
end

local function grant(text)
  if text ~= "client_credentials" and text ~= "authorization_code" then
    return nil, ("'%s' is no grant; there are authorization_code, client_credentials"):format(text)
  end
  return text
end

---{ flag, name of the argument, option, help, converter }
local OPEN <const> = {
  { "--user-agent", "TEXT", "user_agent", "who you are: tool, version and a contact" },
  { "--account", "NAME", "account", "which kept session, where there are several" },
  { "--timeout", "SECONDS", "timeout", "bound of one request (60)", seconds },
  { "--connect-timeout", "SECONDS", "connect_timeout", "bound of connecting (10)", seconds },
  {
    "--max-wait",
    "SECONDS",
    "max_wait",
    "bound of all waiting and repeating of a call (60)",
    seconds,
  },
  { "--max-response", "BYTES", "max_response", "largest reply taken (32 MiB)", whole },
  { "--maxlag", "SECONDS", "maxlag", "give way when the database is this far behind", whole },
  { "--proxy", "ADDRESS", "proxy", "proxy without a password", harmless_proxy },
  { "--proxy-from", "SOURCE", "proxy", "proxy address that holds a password", source },
  { "--ca-file", "FILE", "ca_file", "certificates to trust (PEM)" },
  { "--client-cert", "FILE", "client_cert", "client certificate (PEM)" },
  { "--client-key", "FILE", "client_key", "its key, where it is a file of its own" },
  { "--http-auth-user", "NAME", "http_auth_user", "Basic or Digest in front of the wiki: name" },
  {
    "--http-auth-password-from",
    "SOURCE",
    "http_auth_password",
    "and its password",
    source,
  },
  { "--language", "CODE", "language", "language of the wiki's messages" },
  { "--rest-url", "ADDRESS", "rest_url", "rest.php, where it is not beside api.php" },
  { "--index-url", "ADDRESS", "index_url", "index.php, where it is not beside api.php" },
}

local LOGIN <const> = {
  { "--user", "NAME", "username", "account, or NAME@APP for a bot password" },
  { "--password-from", "SOURCE", "password", "where its password is read", source },
  { "--method", "METHOD", "method", METHOD_NAMES, method },
  { "--access-token-from", "SOURCE", "access_token", "OAuth 2: a bearer token", source },
  { "--client-id", "ID", "client_id", "OAuth 2: the client" },
  { "--client-secret-from", "SOURCE", "client_secret", "OAuth 2: its secret", source },
  { "--redirect-uri", "ADDRESS", "redirect_uri", "OAuth 2: the registered return address" },
  { "--scope", "SCOPES", "scope", "OAuth 2: scopes asked for" },
  {
    "--grant",
    "GRANT",
    "grant",
    "OAuth 2: authorization_code (a person, in a browser) or client_credentials",
    grant,
  },
  { "--consumer-key", "KEY", "consumer_key", "OAuth 1: the consumer" },
  { "--consumer-secret-from", "SOURCE", "consumer_secret", "OAuth 1: its secret", source },
  { "--rsa-key", "FILE", "rsa_key", "OAuth 1: its private key, where it signs by RSA" },
  { "--access-key", "KEY", "access_key", "OAuth 1: the access token" },
  { "--access-secret-from", "SOURCE", "access_secret", "OAuth 1: its secret", source },
  { "--return-url", "ADDRESS", "return_url", "where a browser is sent back to" },
  {
    "--redirect-timeout",
    "SECONDS",
    "redirect_timeout",
    "how long a person may take in the browser (600)",
    seconds,
  },
}

---argparse reads "--trace FILE" as one option; written "--trace=FILE" only the second is a file, so
---that "--trace WIKI" cannot overwrite anything.
---@param argv string[]
---@return string[]
function options.spell_out(argv)
  local spelt = {}
  local open = true
  for position, word in ipairs(argv) do
    open = open and word ~= "--"
    spelt[position] = open and word == "--trace" and "--trace=-" or word
  end
  return spelt
end

local function add(command, rows, prefix)
  local added = {}
  for _, row in ipairs(rows) do
    local option = command:option(row[1]):argname(row[2]):description(row[4])
    option:target(prefix .. row[3])
    local convert = row[5] or one_line
    option:convert(function(text)
      local value, reason = convert(text)
      return value, reason and row[1] .. ": " .. reason
    end)
    added[#added + 1] = option
  end
  return added
end

---The one wiki of most subcommands.
---@param command table argparse command
function options.declare_wiki(command)
  command
    :argument("WIKI")
    :target("wiki")
    :description("address of the wiki (any page, its host, api.php), or a profile's name")
end

---Flags that every subcommand has.
---@param command table argparse command
function options.declare_output(command)
  command:group(
    "Output",
    command:flag("--json"):description("results as JSON, one object a line"),
    command
      :option("--trace")
      :argname("[=FILE]")
      :description("every exchange without its secrets, to stderr or FILE")
  )
end

---Flags of the options of `mwlogin.open` that are plain data.
---@param command table argparse command
function options.declare_open(command)
  local added = add(command, OPEN, "open_")
  added[#added + 1] = command:flag("--insecure-http"):target("open_insecure_http"):description(
    "let secrets go over http to other machines; anyone on the way can read them"
  )
  command:group("Connection", table.unpack(added))
end

local function declare_switch(command, name, target, yes, no)
  local on = command:flag("--" .. name):target(target):description(yes)
  local off = command:flag("--no-" .. name):target(target):action("store_false"):description(no)
  command:mutex(on, off)
  return on, off
end

---Flags of the credentials and of who may be asked.
---@param command table argparse command
function options.declare_login(command)
  local answers = require "mwlogin.cli.answers"
  local added = add(command, LOGIN, "login_")
  local field, field_from = answers.declare(command)
  local handler = command
    :option("--handler")
    :argname("FILE.lua")
    :target("handlers")
    :count("*")
    :description("a handler of your own; may be repeated")
  local remember, forget = declare_switch(
    command,
    "remember",
    "login_remember",
    "ask the wiki for a long session",
    "ask for a short one"
  )
  for _, option in ipairs { field, field_from, handler, remember, forget } do
    added[#added + 1] = option
  end
  command:group("Logging in", table.unpack(added))

  local browser, no_browser = declare_switch(
    command,
    "browser",
    "browser",
    "ask fields in a browser too",
    "never open one; an address is pasted instead"
  )
  local no_input = command:flag("--no-input"):description("never wait for a person")
  command:group("Asking", browser, no_browser, no_input)
end

local function collect(args, prefix)
  local found = {}
  for name, value in pairs(args) do
    if type(name) == "string" and name:sub(1, #prefix) == prefix then
      found[name:sub(#prefix + 1)] = value
    end
  end
  return found
end

---@param args table parsed arguments
---@return table options for `mwlogin.open`
function options.open(args)
  local found = collect(args, "open_")
  if found.http_auth_user or found.http_auth_password then
    found.http_auth = { username = found.http_auth_user, password = found.http_auth_password }
    found.http_auth_user, found.http_auth_password = nil, nil
  end
  if args.trace then
    found.trace = args.trace == "-" and io.stderr or args.trace
  end
  return found
end

---@param args table parsed arguments
---@return table credentials for `wiki:login`, without answers, handlers and responder
function options.credentials(args)
  return collect(args, "login_")
end

---What argparse cannot see: flags that need each other, a file without a name.
---@param args table parsed arguments
---@return true|nil ok
---@return string|nil reason
function options.check(args)
  if (args.open_http_auth_user == nil) ~= (args.open_http_auth_password == nil) then
    return nil, "--http-auth-user and --http-auth-password-from go together: give both"
  elseif args.trace == "" then
    return nil, "--trace: the name of its file is empty; leave =FILE out for standard error"
  end
  return true
end

---Every secret source among the arguments, for --no-input to look at.
---@param args table parsed arguments
---@return { flag: string, source: table }[]
function options.sources(args)
  local found = {}
  for prefix, rows in pairs { open_ = OPEN, login_ = LOGIN } do
    for _, row in ipairs(rows) do
      if row[5] == source and type(args[prefix .. row[3]]) == "table" then
        found[#found + 1] = { flag = row[1], source = args[prefix .. row[3]] }
      end
    end
  end
  return found
end

---The flag that stands for an option or credential.
---@param name string as the library has it
---@return string|nil flag
function options.flag_of(name)
  for _, rows in ipairs { OPEN, LOGIN } do
    for _, row in ipairs(rows) do
      if row[3] == name then
        return row[1]
      end
    end
  end
end

---The flag that replaces one a user may have guessed: `--password` is `--password-from SOURCE`.
---@param flag string
---@return boolean
function options.wants_source(flag)
  for _, rows in ipairs { OPEN, LOGIN } do
    for _, row in ipairs(rows) do
      if row[1] == flag .. "-from" then
        return true
      end
    end
  end
  return false
end

return options
