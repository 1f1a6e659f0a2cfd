---A browser through a W3C WebDriver (chromedriver), for where the debugging pipe is out of reach.
---
---The driver's port knows no password, so it lives as briefly as can be, and the browser is ended
---through it first: else a browser with the login's cookies would stay behind.
local browser_flags = require("mwlogin.redirect.browser_flags")
local core = require("mwlogin.core")
local driver_call = require("mwlogin.redirect.driver_call")
local errors = require("mwlogin.error")
local target = require("mwlogin.redirect.target")
local trouble = require("mwlogin.redirect.trouble")

local webdriver = {}

local PATIENCE <const> = 30

---A driver starts a browser before it answers.
local START_FACTOR <const> = 2
local SLICE <const> = 0.02
local LOOK_SECONDS <const> = 0.3

local call = driver_call.send

local Engine = {}
Engine.__index = Engine

local function read_port(self)
  local seconds = self.patience * START_FACTOR
  local ends = core.now() + seconds
  while core.now() < ends do
    local line, err = self.process:read(1, { stop = "\n", timeout = seconds, max = 65536 })
    if not line then
      return nil, err
    end
    local port = line:match("started successfully on port (%d+)")
    if port then
      return math.tointeger(tonumber(port))
    end
  end
end

---@return string words
---@return boolean ended
local function how_ended(self)
  local status = self.process:wait(1)
  if not status then
    return "it told no port", false
  end
  return status.exit and "exit code " .. status.exit or "signal " .. status.signal, true
end

---@return true|nil
---@return table|nil err
---@return boolean|nil ended whether the driver ended before it took a port
local function begin(self, options)
  self.port = read_port(self)
  if not self.port then
    local advice = "Start it by hand to see why, or name another with MWLOGIN_DRIVER."
    local words = "The WebDriver %s did not start (%s)."
    local how, ended = how_ended(self)
    return nil, trouble.new("driver_start", words:format(options.driver, how), advice), ended
  end
  local wanted = {
    args = browser_flags.list(options),
    binary = options.program,
  }
  local value, err = call(self, "POST", "/session", {
    capabilities = {
      alwaysMatch = {
        pageLoadStrategy = "none",
        unhandledPromptBehavior = "accept",
        ["goog:chromeOptions"] = wanted,
      },
    },
  }, self.patience * START_FACTOR)
  if not value then
    return nil, err
  end
  self.session = "/session/" .. value.sessionId
  self.browser_pid = math.tointeger((value.capabilities or {})["goog:processID"])
  self.window, err = call(self, "GET", self.session .. "/window")
  if not self.window then
    return nil, err
  end
  return true
end

local function start_once(options)
  local patience = options.patience or PATIENCE
  local process, err = core.process({ options.driver, "--port=0" }, {
    stdout = "pipe",
    env = options.env or { TMPDIR = options.folder },
    timeout = patience * START_FACTOR,
  })
  if not process then
    return nil, errors.from(err, { advice = "Name another driver with MWLOGIN_DRIVER." })
  end
  local self = setmetatable({
    process = process,
    idle = options.idle,
    patience = patience,
    return_url = options.return_url,
    looked = 0,
  }, Engine)
  local _ <close> = setmetatable({}, {
    __close = function()
      if not self.window then
        self:close()
      end
    end,
  })
  local good, failed, ended = begin(self, options)
  if not good then
    return nil, failed, ended
  end
  return self
end

---Starts the driver and through it a browser with a fresh profile. A driver that ends at once is
---started once more: chromedriver takes a free port of IPv4, and gives up where somebody else has
---that of IPv6.
---@param options table
---  driver: its path; program: the browser's, or nil; folder, env, headless, idle, patience,
---  return_url, proxy: as for chromium.start
---@return mwlogin.redirect.Engine|nil engine
---@return table|nil err interaction
function webdriver.start(options)
  local engine, err, ended = start_once(options)
  if ended then
    engine, err = start_once(options)
  end
  return engine, err
end

---Puts the login's cookies in. A driver takes them only for the page that is shown, so a page of
---the wiki is opened first.
---@param list mwlogin.redirect.Cookie[]
---@param address string a cheap page of the wiki
---@return boolean|nil done
---@return table|nil err
function Engine:set_cookies(list, address)
  if #list == 0 then
    return true
  end
  local _, err = call(self, "POST", self.session .. "/url", { url = address })
  if err then
    return nil, err
  end
  local ends = core.now() + self.patience
  local origin = address:match("^%a+://[^/]+")
  while true do
    local here, failed = self:address()
    if failed then
      return nil, failed
    end
    if
      here
      and here:sub(1, #origin) == origin
      and self:evaluate("function () { return document.readyState === 'complete' }")
    then
      break
    end
    if core.now() > ends then
      return nil, trouble.new("browser_slow", "The browser did not open the wiki's page in time.")
    end
    self:pump(SLICE)
  end
  for _, cookie in ipairs(list) do
    local _, refused = call(self, "POST", self.session .. "/cookie", {
      cookie = {
        name = cookie.name,
        value = cookie.value,
        domain = cookie.domain,
        path = cookie.path,
        secure = cookie.secure,
        httpOnly = cookie.http_only,
        sameSite = cookie.same_site,
        expiry = cookie.expires,
      },
    })
    if refused then
      return nil, refused
    end
  end
  return true
end

---Goes to an address.
---@param address string
---@return boolean|nil done
---@return table|nil err
function Engine:go(address)
  local _, err = call(self, "POST", self.session .. "/url", { url = address })
  return not err or nil, err
end

local function look(self)
  local handles, err = call(self, "GET", self.session .. "/window/handles")
  if not handles then
    -- The driver speaks of an invalid session once the browser has gone.
    if err.driver_code or not self.process:wait(0) then
      return nil, trouble.closed_by_person(self)
    end
    return nil, err
  end
  for _, handle in ipairs(handles) do
    if handle == self.window then
      return true
    end
  end
  return nil, trouble.closed_by_person(self)
end

---Lets it work for a moment, and looks whether the window is still there.
---@param seconds number
---@return boolean|nil alive
---@return table|nil err
function Engine:pump(seconds)
  if seconds > 0 then
    require("socket").sleep(seconds)
  end
  if core.now() - self.looked < LOOK_SECONDS then
    return true
  end
  self.looked = core.now()
  local alive, err = look(self)
  if alive and self.return_url then
    local here = self:address()
    if here and target.is_return(here, self.return_url) then
      self.returned = here
    end
  end
  return alive, err
end

local PASSING <const> = {
  ["stale element reference"] = true,
  ["javascript error"] = true,
  ["no such element"] = true,
  ["unknown error"] = true,
  ["element not interactable"] = true,
}

local function passing(value, err)
  if err and PASSING[err.driver_code] then
    return nil
  end
  if err and err.driver_code then
    return nil, trouble.closed_by_person({})
  end
  return value, err
end

---@return string|nil address of the page shown
---@return table|nil err
function Engine:address()
  return passing(call(self, "GET", self.session .. "/url"))
end

---Calls a JavaScript function in the page.
---@param source string
---@param ... any its arguments, plain data
---@return any value nil also while the page is being changed for another
---@return table|nil err
function Engine:evaluate(source, ...)
  local arguments = { ... }
  -- An empty list could not be told from an empty object.
  arguments[#arguments + 1] = ""
  return passing(call(self, "POST", self.session .. "/execute/sync", {
    script = ("return (%s).apply(null, arguments)"):format(source),
    args = arguments,
  }))
end

---Types into what has the focus.
---@param text string
---@return boolean|nil done
---@return table|nil err
function Engine:type(text)
  local element, err = call(self, "GET", self.session .. "/element/active")
  if not element then
    return passing(nil, err)
  end
  local _, id = next(element)
  local path = ("%s/element/%s/value"):format(self.session, id)
  local _, failed = call(self, "POST", path, { text = text })
  if failed then
    return passing(nil, failed)
  end
  return true
end

---Ends the browser, then the driver; twice is fine.
function Engine:close()
  local process = self.process
  if not process then
    return
  end
  self.process = nil
  self.idle = function() end
  if self.session then
    call(self, "DELETE", self.session, nil, 5)
  end
  process:close()
  if self.browser_pid then
    local killer = core.process({ "kill", "-KILL", tostring(self.browser_pid) })
    if killer then
      killer:wait(5)
      killer:close()
    end
  end
end

return webdriver
