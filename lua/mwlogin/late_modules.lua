---Modules are loaded when they are first needed. Where the process has no descriptor left by then,
---Lua would say that a module is not there and list where it looked: this says what is missing.

local EMFILE <const>, ENFILE <const> = 24, 23

local function lacks_descriptors()
  local file, _, number = io.open "/dev/null"
  if file then
    file:close()
  end
  return number == EMFILE or number == ENFILE
end

local ADVICE <const> = "Raise the limit (ulimit -n), or do less at once "
  .. "(concurrency; in_flight of a pool)."

---The last of Lua's searchers: asked when no other has found a module.
local function search(name)
  if not name:find "^mwlogin%f[.\0]" or not lacks_descriptors() then
    return nil
  end
  local message = ("This process has no file descriptor left (ulimit -n) to load %s"):format(name)
  local errors = package.loaded["mwlogin.error"]
  if not errors then
    error(("%s. %s"):format(message, ADVICE), 0)
  end
  error(
    errors.new { kind = "network", code = "descriptors", message = message, advice = ADVICE },
    0
  )
end

table.insert(package.searchers, search)

return search
