---A browser of our own starting, with the login's cookies: for returns through the wiki's own page.
local chromium = require("mwlogin.redirect.chromium")
local cookies = require("mwlogin.redirect.cookies")
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local page = require("mwlogin.redirect.page")
local programs = require("mwlogin.redirect.programs")
local scratch = require("mwlogin.redirect.scratch")
local trust = require("mwlogin.redirect.trust")
local webdriver = require("mwlogin.redirect.webdriver")

local driven = {}

local SLICE <const> = 0.03

local function unavailable(code, message, advice)
  return nil, errors.new({ kind = "interaction", code = code, message = message, advice = advice })
end

---Whether a browser of our own could be started, and would do for this Session.
---@param session table
---@param headless boolean a script drives it, so nobody needs to see it
---@return boolean|nil available
---@return table|nil err interaction: what is missing
function driven.available(session, headless)
  if programs.forbidden() then
    return unavailable(
      "no_browser",
      "MWLOGIN_NO_BROWSER is set: no browser is opened.",
      "Unset it, or use another way to log in."
    )
  end
  if session.options.client_cert then
    return unavailable(
      "client_cert",
      "A browser of our own cannot show your client certificate (client_cert).",
      'Use redirect = "paste" or a function; or log in to the wiki in your browser and hand its '
        .. "cookies over with import_cookies."
    )
  end
  local browser, missing = programs.browser()
  local driver, no_driver = programs.driver()
  if not browser and not driver then
    local given = missing or no_driver
    return unavailable(
      "no_browser",
      given and ("The browser '%s' is not there."):format(given)
        or "No browser that can be given this login's cookies is installed.",
      "Install Chromium (apt-get install chromium), Chrome or Edge, or name one of them with "
        .. "MWLOGIN_BROWSER."
    )
  end
  if not headless and not programs.display() then
    return unavailable(
      "no_display",
      "There is no screen to show a browser on (DISPLAY and WAYLAND_DISPLAY are not set).",
      "Log in where a screen is, or give a handler that drives the browser without one."
    )
  end
  return true
end

local function start(options)
  local program, driver = programs.browser(), programs.driver()
  local wanted = options.engine
  local first_err
  if program and wanted ~= "webdriver" then
    options.program = program
    local engine, err = chromium.start(options)
    if engine or err.kind == "cancelled" then
      return engine, err
    end
    first_err = err
  end
  if driver and wanted ~= "pipe" then
    options.program, options.driver = program, driver
    local engine, err = webdriver.start(options)
    return engine, first_err or err
  end
  if first_err then
    return nil, first_err
  end
  return unavailable(
    "no_browser",
    wanted == "webdriver" and "No WebDriver is installed." or "No browser is installed.",
    "Install it: apt-get install chromium-driver, or chromium."
  )
end

---@return table|nil environment of the browser's process
---@return table|nil err interaction
local function environment_of(session, folder)
  local environment = {}
  if session.options.ca_file then
    local told, err = trust.home(folder, session.options.ca_file)
    if not told then
      return nil, err
    end
    environment = told
  end
  environment.TMPDIR = folder
  return environment
end

---Basic or Digest in front of the wiki, for the wiki's own origin only.
local function authentication(session)
  local given = session.options.http_auth
  if not given then
    return nil
  end
  return {
    username = given.username,
    reveal = function()
      local password = given.password
      return core.is_secret(password) and password:reveal() or password
    end,
  }
end

local function raised(what)
  if errors.is(what) then
    return what
  end
  return errors.new({
    kind = "handler",
    code = "raised",
    message = "The script that drives the browser failed: " .. tostring(what),
    advice = "Mend the handler's drive function.",
  })
end

---Runs the script; once the browser has come back, what it still wanted does not matter.
local function run_script(script, engine, session, came_back)
  local good, value, err = pcall(script, page.new(engine, session, came_back))
  if came_back() then
    return true
  end
  if not good then
    return nil, raised(value)
  end
  if value == nil and err ~= nil then
    return nil, raised(err)
  end
  return true
end

local function wait_for_return(way, engine, came_back, ends)
  while not came_back() do
    local alive, err = engine:pump(way.sleep and 0 or SLICE)
    engine.idle()
    if came_back() then
      break
    end
    if not alive then
      return nil, err
    end
    if core.now() >= ends then
      return unavailable(
        "timeout",
        ("Nobody came back from the browser within %d seconds."):format(way.timeout // 1),
        "Log in again and finish the pages in the browser in time."
      )
    end
    if way.sleep then
      way.sleep(SLICE)
    end
  end
  return true
end

local function visit(way, engine, address, options)
  local function came_back()
    return way:caught() ~= nil or engine.returned ~= nil
  end
  -- load.php is the cheapest page a wiki has.
  local there = way.session.api:gsub("api%.php.*$", "load.php")
  local done, err = engine:set_cookies(cookies.of(way.session), there)
  if done then
    done, err = engine:go(address)
  end
  if done and options.drive then
    done, err = run_script(options.drive, engine, way.session, came_back)
  end
  if done then
    done, err = wait_for_return(way, engine, came_back, core.now() + way.timeout)
  end
  if not done then
    return nil, err
  end
  return way:caught() or engine.returned
end

---Opens an address in a browser with the login's cookies and waits for the return address.
---Whatever happens, the browser is ended and its profile removed.
---@param way mwlogin.redirect.Way
---@param address string checked
---@param options { drive?: fun(page: mwlogin.redirect.Page) } with drive: headless, at once
---@return string|nil address that came back
---@return table|nil err interaction, cancelled, handler
function driven.follow(way, address, options)
  local available, missing = driven.available(way.session, options.drive ~= nil)
  if not available then
    return nil, missing
  end
  local folder, unmade = scratch.make()
  if not folder then
    return nil, unmade
  end
  local engine
  local _ <close> = setmetatable({}, {
    __close = function()
      if engine then
        engine:close()
      end
      folder:remove()
    end,
  })
  local wiki = core.address(way.session.api)
  local environment, err = environment_of(way.session, folder.path)
  if not environment then
    return nil, err
  end
  engine, err = start({
    engine = way.engine,
    folder = folder.path,
    env = environment,
    headless = options.drive ~= nil,
    patience = way.patience,
    proxy = way.session.options.proxy,
    return_url = not way.listener and way.return_url or nil,
    auth = authentication(way.session),
    auth_origin = wiki.origin,
    idle = function()
      way:caught()
    end,
  })
  if not engine then
    return nil, err
  end
  return visit(way, engine, address, options)
end

return driven
