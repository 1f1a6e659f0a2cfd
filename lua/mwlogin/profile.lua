---Profiles: wikis by name, out of `$XDG_CONFIG_HOME/mwlogin/config.lua`. The file sees `secret` and
---nothing else.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local nearest = require "mwlogin.nearest"
local open_options = require "mwlogin.open_options"
local secret = require "mwlogin.secret"

local profile = {}

local KEYS <const> = { url = "string", options = "table", login = "table" }
local PATHS <const> = { ca_file = true, client_cert = true, client_key = true }

local INSTRUCTIONS <const> = 1000000

local function unreadable(code, message, advice)
  return nil,
    errors.new {
      kind = "answer",
      code = code,
      message = message,
      advice = advice
        or "Correct it: the file returns { NAME = { url = …, options = { … }, login = { … } } }, "
          .. "and has nothing but `secret` to call.",
    }
end

---The folder of mwlogin's configuration.
---@return string|nil folder
function profile.folder()
  local base = os.getenv "XDG_CONFIG_HOME"
  if not base or base:sub(1, 1) ~= "/" then
    local home = os.getenv "HOME"
    if not home or home == "" then
      return nil
    end
    base = home .. "/.config"
  end
  return base .. "/mwlogin"
end

local function exists(path)
  local file = io.open(path, "r")
  if file then
    file:close()
  end
  return file ~= nil
end

local function absolute(path, folder)
  return path:sub(1, 1) == "/" and path or folder .. "/" .. path
end

---What the file sees of `secret`: the sources, with paths from the file's own folder.
local function sources(folder)
  local seen = setmetatable({}, {
    __call = function(_, text)
      return secret(text)
    end,
  })
  for _, name in ipairs { "env", "command", "prompt", "stdin", "git", "totp" } do
    seen[name] = secret[name]
  end
  function seen.file(path)
    return secret.file(absolute(path, folder))
  end
  return seen
end

---A configuration says things; one that computes for long is none.
local function run_bounded(chunk)
  local thread = coroutine.create(chunk)
  debug.sethook(thread, function()
    error("it runs for too long", 0)
  end, "", INSTRUCTIONS)
  local ran, value = coroutine.resume(thread)
  if ran and coroutine.status(thread) ~= "dead" then
    return false, "it yields"
  end
  return ran, value
end

local function load(path, folder)
  local chunk, reason = loadfile(path, "t", { secret = sources(folder) })
  if not chunk then
    return unreadable("config", ("the profiles cannot be read: %s"):format(reason))
  end
  local ran, value = run_bounded(chunk)
  if not ran then
    local words = tostring(value)
    return unreadable("config", words:find(path, 1, true) and words or path .. ": " .. words)
  elseif type(value) ~= "table" then
    return unreadable("config", path .. " returns no table of profiles")
  end
  return value
end

---Handlers and files are named as seen from the configuration's folder.
local function with_paths(name, one, folder)
  local options, login = {}, {}
  for key, value in pairs(one.options or {}) do
    options[key] = PATHS[key] and type(value) == "string" and absolute(value, folder) or value
  end
  for key, value in pairs(one.login or {}) do
    login[key] = key == "rsa_key" and absolute(value, folder) or value
  end
  local function of(use)
    local is_path = type(use) == "string" and (use:find("/", 1, true) or use:find "%.lua$")
    return is_path and absolute(use, folder) or use
  end
  if login.handlers then
    local list = {}
    for position, handler in ipairs(login.handlers) do
      if type(handler) == "table" and handler.use then
        list[position] = { use = of(handler.use), config = handler.config }
      else
        list[position] = of(handler)
      end
    end
    login.handlers = list
  end
  return { name = name, url = one.url, options = options, login = login }
end

local function check(path, name, one)
  local function wrong(words)
    return unreadable("config", ("%s: profile '%s' %s"):format(path, tostring(name), words))
  end
  if type(one) ~= "table" then
    return wrong "is no table"
  end
  for key, value in pairs(one) do
    if not KEYS[key] then
      local near = nearest(tostring(key), KEYS)
      local hint = near and ("; did you mean '%s'?"):format(near) or ""
      return wrong(("has the unknown key '%s'%s"):format(tostring(key), hint))
    elseif type(value) ~= KEYS[key] then
      return wrong(("has a %s that is no %s"):format(key, KEYS[key]))
    end
  end
  if not one.url then
    return wrong "has no url"
  end
  local fits, mistake = pcall(open_options.check, one.options)
  if not fits then
    return wrong("cannot be used: " .. tostring(mistake):gsub("^[^:]*:%d+: ", ""))
  end
  return true
end

---All profiles of the configuration.
---@return table|nil profiles name → { name, url, options, login }; empty where there is no file
---@return table|nil err kind `answer`
function profile.all()
  local folder = profile.folder()
  local path = folder and folder .. "/config.lua"
  if not path or not exists(path) then
    return {}
  end
  local owned, cause = core.private_file.owned(path)
  if not owned then
    return unreadable(
      "config",
      "the profiles are not read: " .. cause.message,
      ("Take it back from the others: chmod go-w %s"):format(path)
    )
  end
  local read, err = load(path, folder)
  if not read then
    return nil, err
  end
  local profiles = {}
  for name, one in pairs(read) do
    local fits, reason = check(path, name, one)
    if not fits then
      return nil, reason
    end
    profiles[name] = with_paths(name, one, folder)
  end
  return profiles
end

---The profile of this name; `mwlogin.profile "NAME"`.
---@param name string
---@return table|nil profile { name, url, options, login }
---@return table|nil err kind `answer`
function profile.get(name)
  if type(name) ~= "string" then
    error("profile takes the name of a profile", 2)
  end
  local profiles, err = profile.all()
  if not profiles then
    return nil, err
  elseif profiles[name] then
    return profiles[name]
  end
  local near = nearest(name, profiles)
  local none, why = unreadable(
    "no-profile",
    ("there is no profile '%s'"):format(name),
    near and ("Did you mean '%s'?"):format(near)
      or "Add it to mwlogin/config.lua in your configuration folder, or give an address."
  )
  why.near = near
  return none, why
end

return setmetatable(profile, {
  __call = function(_, name)
    return profile.get(name)
  end,
})
