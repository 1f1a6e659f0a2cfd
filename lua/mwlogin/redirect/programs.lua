---The programs that can show a page: found in PATH, or named by the environment.
local programs = {}

local BROWSERS <const> = {
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
  "microsoft-edge-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
}
local DRIVERS <const> = { "chromedriver", "msedgedriver" }

local function variable(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

local function readable(path)
  local file = io.open(path, "rb")
  -- A folder opens too, but cannot be read.
  local good = file and file:read(0) ~= nil
  if file then
    file:close()
  end
  return good
end

---Where a program is.
---@param name string a name, or a path
---@return string|nil path
function programs.find(name)
  if name:find("/", 1, true) then
    return readable(name) and name or nil
  end
  for folder in (os.getenv("PATH") or ""):gmatch("[^:]+") do
    local path = folder .. "/" .. name
    if readable(path) then
      return path
    end
  end
end

local function first(names)
  for _, name in ipairs(names) do
    local path = programs.find(name)
    if path then
      return path
    end
  end
end

---@return boolean forbidden whether the environment says that no browser may be opened
function programs.forbidden()
  return variable("MWLOGIN_NO_BROWSER") ~= nil
end

---A browser of Chromium's family: $MWLOGIN_BROWSER, else the first one found.
---@return string|nil path
---@return string|nil missing the name that was given and leads nowhere
function programs.browser()
  local given = variable("MWLOGIN_BROWSER")
  if given then
    local path = programs.find(given)
    return path, not path and given or nil
  end
  return first(BROWSERS)
end

---A W3C WebDriver for such a browser: $MWLOGIN_DRIVER, else the first one found.
---@return string|nil path
---@return string|nil missing
function programs.driver()
  local given = variable("MWLOGIN_DRIVER")
  if given then
    local path = programs.find(given)
    return path, not path and given or nil
  end
  return first(DRIVERS)
end

---@return boolean shown whether a window would be seen by somebody
function programs.display()
  return variable("DISPLAY") ~= nil
    or variable("WAYLAND_DISPLAY") ~= nil
    or programs.find("/usr/bin/open") ~= nil and programs.find("/usr/bin/osascript") ~= nil
end

local function words_of(command, address)
  local argv, placed = {}, false
  for word in command:gmatch("%S+") do
    local filled = word:gsub("%%[su]", function()
      placed = true
      return address
    end)
    argv[#argv + 1] = filled
  end
  if not placed then
    argv[#argv + 1] = address
  end
  return argv
end

---The commands that would open an address in the person's own browser, the best first.
---$BROWSER is a list separated by colons; words are split at blanks, nothing is expanded.
---@param address string
---@return string[][] argvs empty when there is none
function programs.openers(address)
  local list = {}
  for command in (variable("BROWSER") or ""):gmatch("[^:]+") do
    local argv = words_of(command, address)
    if argv[1] and programs.find(argv[1]) then
      list[#list + 1] = argv
    end
  end
  if programs.display() then
    for _, name in ipairs({ "xdg-open", "/usr/bin/open" }) do
      local path = programs.find(name)
      if path then
        list[#list + 1] = { path, address }
      end
    end
  end
  return list
end

return programs
