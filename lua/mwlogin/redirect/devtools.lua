---The DevTools protocol over the pipe of one browser: JSON messages, each ended by a zero byte.
---
---The browser reads them from descriptor 3 and writes to 4. What is asked of `browser` here:
---process, program; page (its session id); idle(); react[event](browser, parameters); ready;
---patience: seconds it may take for an answer.
local core = require("mwlogin.core")
local errors = require("mwlogin.error")
local json = require("mwlogin.json")
local trust = require("mwlogin.redirect.trust")
local trouble = require("mwlogin.redirect.trouble")

local devtools = {}

local LARGEST <const> = 64 * 1024 * 1024
local SLICE <const> = 0.02

---What to say when the pipe has ended: the window was closed, or the browser broke.
local function ended(browser)
  local status = browser.process:wait(3)
  browser.gone = true
  if not browser.ready then
    local how = status and status.exit and "exit code " .. status.exit
      or status and "signal " .. tostring(status.signal)
      or "no answer"
    return trouble.new(
      "browser_start",
      ("The browser %s did not start (%s)."):format(browser.program, how),
      "Start it by hand to see why, or name another with MWLOGIN_BROWSER."
    )
  end
  if status and status.exit == 0 then
    return trouble.closed_by_person(browser)
  end
  return trouble.new(
    "browser_crashed",
    ("The browser ended by itself (%s)."):format(
      status and (status.signal and "signal " .. status.signal or "exit code " .. status.exit)
        or "no longer answering"
    ),
    "Log in again; if it happens again, name another browser with MWLOGIN_BROWSER."
  )
end

---Sends a message; its reply is not waited for.
---@param browser table
---@param method string
---@param params table
---@param page boolean whether it is for the page, not the browser
---@return integer|nil id
---@return table|nil err
function devtools.send(browser, method, params, page)
  browser.number = browser.number + 1
  local message = { id = browser.number, method = method, params = params }
  if page then
    message.sessionId = browser.page
  end
  local good = browser.process:write(3, json.encode(message) .. "\0", browser.patience)
  if not good then
    return nil, ended(browser)
  end
  return browser.number
end

---Reads one message, waiting at most `seconds`.
---@param browser table
---@param seconds number
---@return table|false|nil message false: none came
---@return table|nil err
function devtools.receive(browser, seconds)
  local text, err = browser.process:read(4, { stop = "\0", timeout = seconds, max = LARGEST })
  if not text then
    if err.code == "timeout" then
      return false
    end
    return nil, ended(browser)
  end
  local message = json.decode(text)
  if type(message) ~= "table" then
    return nil, trouble.new("browser_protocol", "The browser sent something that is not JSON.")
  end
  local react = message.method and browser.react[message.method]
  if react and type(message.params) == "table" then
    react(browser, message.params)
  end
  return message
end

---Nobody is there to look at the certificate: a browser that is driven goes no further.
local function untrusted(why)
  return errors.new({
    kind = "tls",
    code = "certificate",
    message = ("The browser does not trust the certificate of a page (%s)."):format(why),
    advice = trust.possible() and "Give its authority as ca_file, or check the host's name."
      or "Give its authority as ca_file, and install certutil, which tells the browser of it "
        .. "(apt-get install libnss3-tools).",
  })
end

---@param browser table
---@return table|nil err when no page is left to work with
function devtools.broken(browser)
  if browser.closed then
    return trouble.closed_by_person(browser)
  end
  if browser.distrust then
    return untrusted(browser.distrust)
  end
  if browser.crashed then
    return trouble.new(
      "page_crashed",
      "The page in the browser crashed.",
      "Log in again; if it happens again, name another browser with MWLOGIN_BROWSER."
    )
  end
end

---One call of the DevTools protocol.
---@param browser table
---@param method string
---@param params table|nil
---@param page boolean|nil whether it is for the page, not the browser
---@return table|nil result
---@return table|nil err
function devtools.call(browser, method, params, page)
  if browser.gone then
    return nil, trouble.closed_by_person(browser)
  end
  local id, failed = devtools.send(browser, method, params, page)
  if not id then
    return nil, failed
  end
  local ends = core.now() + browser.patience
  while true do
    local message, err = devtools.receive(browser, SLICE)
    if message == nil then
      return nil, err
    end
    if message and message.id == id then
      if message.error then
        return nil,
          trouble.new(
            "browser_protocol",
            ("The browser refused %s: %s"):format(method, tostring(message.error.message)),
            "It may be too old: use Chromium 112 or newer, or a WebDriver."
          )
      end
      return message.result or {}
    end
    local wrong = devtools.broken(browser)
    if wrong then
      return nil, wrong
    end
    if not message then
      browser.idle()
    end
    if core.now() >= ends then
      return nil,
        trouble.new(
          "browser_slow",
          ("The browser %s did not answer %s within %d seconds."):format(
            browser.program,
            method,
            browser.patience // 1
          ),
          "Log in again; if it happens again, name another browser with MWLOGIN_BROWSER."
        )
    end
  end
end

---Asks the browser to end, and waits a little for it.
---@param browser table
function devtools.say_goodbye(browser)
  local process = browser.process
  if not process:pid() or not process:write(3, '{"id":0,"method":"Browser.close"}\0', 1) then
    return
  end
  local ends = core.now() + 3
  repeat
    local text, err = process:read(4, { stop = "\0", timeout = 0.1, max = LARGEST })
  until core.now() > ends or not text and err.code ~= "timeout"
end

return devtools
