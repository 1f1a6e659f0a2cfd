---The person's own browser, opened by the system; what comes back is caught by the listener.
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local programs = require("mwlogin.redirect.programs")

local external = {}

---How long an opener may take to fail; later it is taken for the browser itself.
local SECONDS_TO_FAIL <const> = 3
local SLICE <const> = 0.02

---Whether the system could open a browser.
---@return boolean|nil available
---@return table|nil err interaction
function external.available()
  if programs.forbidden() then
    return nil,
      errors.new({
        kind = "interaction",
        code = "no_browser",
        message = "MWLOGIN_NO_BROWSER is set: no browser is opened.",
        advice = "Unset it, or use another way to log in.",
      })
  end
  if #programs.openers("") > 0 then
    return true
  end
  return nil,
    errors.new({
      kind = "interaction",
      code = "no_browser",
      message = "There is no browser here that the system could open.",
      advice = "Set BROWSER to one, install xdg-utils, or paste the address by hand "
        .. '(redirect = "paste").',
    })
end

---How a program that opens a browser got on, once it has ended; nil while it runs.
local function watch(process, meanwhile)
  local ends = core.now() + SECONDS_TO_FAIL
  while core.now() < ends do
    local status = process:wait(SLICE)
    if status or meanwhile and meanwhile() then
      return status
    end
  end
end

---Opens an address in the person's browser, by the first program that does not fail.
---@param address string checked
---@param meanwhile? fun(): any called while the program starts; true: it need not be waited for
---@return boolean|nil opened
---@return table|nil err interaction
function external.open(address, meanwhile)
  local available, err = external.available()
  if not available then
    return nil, err
  end
  for _, argv in ipairs(programs.openers(address)) do
    local process = core.process(argv)
    local status = process and watch(process, meanwhile)
    if process and (not status or status.exit == 0) then
      process:leave()
      return true
    end
    if process then
      process:close()
    end
  end
  return nil,
    errors.new({
      kind = "interaction",
      code = "browser_start",
      message = "The system could not open a browser.",
      advice = 'Set BROWSER to one that works, or paste the address by hand (redirect = "paste").',
    })
end

---Opens an address and waits for the return address.
---@param way mwlogin.redirect.Way
---@param address string checked
---@return string|nil address that came back
---@return table|nil err interaction
function external.follow(way, address)
  if not way.listener then
    return nil,
      errors.new({
        kind = "interaction",
        code = "no_listener",
        message = ("Nobody listens at the return address %s, so nothing could come back."):format(
          way.return_url
        ),
        advice = "Leave return_url out: then a loopback address is listened at.",
      })
  end
  local opened, err = external.open(address, function()
    return way:caught()
  end)
  if not opened then
    return nil, err
  end
  local answer, failed = way.listener:wait(way.timeout)
  return answer and answer.address, failed
end

return external
