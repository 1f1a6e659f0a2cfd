---What goes wrong with a browser of our own starting, whichever way it is driven.
local errors = require("mwlogin.error")

local trouble = {}

---@param code string
---@param message string
---@param advice string|nil
---@return mwlogin.Error kind interaction: no browser that could work
function trouble.new(code, message, advice)
  return errors.new({ kind = "interaction", code = code, message = message, advice = advice })
end

---@param browser table is `gone` from then on
---@return mwlogin.Error kind cancelled
function trouble.closed_by_person(browser)
  browser.gone = true
  return errors.new({
    kind = "cancelled",
    code = "window_closed",
    message = "The browser window was closed before the login came back.",
    advice = "Log in again and leave the window open until it closes by itself.",
  })
end

return trouble
