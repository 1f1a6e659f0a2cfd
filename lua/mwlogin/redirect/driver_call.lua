---Commands to a W3C WebDriver: JSON over HTTP on loopback, without stopping those who wait for us.
local core = require("mwlogin.core")
local json = require("mwlogin.json")
local trouble = require("mwlogin.redirect.trouble")

local driver_call = {}

local LARGEST <const> = 8 * 1024 * 1024
local SLICE <const> = 0.02

local function driver_gone()
  return trouble.new(
    "driver_crashed",
    "The WebDriver ended by itself.",
    "Log in again; if it happens again, install the driver that fits the browser (chromium-driver)."
  )
end

---One HTTP exchange with the driver, letting others work meanwhile.
---@return string|nil body
---@return string|nil why
local function exchange(driver, method, path, body, seconds)
  local socket = require("socket")
  local client <close> = setmetatable({ socket = socket.connect("127.0.0.1", driver.port) }, {
    __close = function(it)
      if it.socket then
        it.socket:close()
      end
    end,
  })
  if not client.socket then
    return nil, "gone"
  end
  client.socket:settimeout(5)
  local sent = client.socket:send(table.concat({
    ("%s %s HTTP/1.1"):format(method, path),
    "Host: 127.0.0.1:" .. driver.port,
    "Content-Type: application/json; charset=utf-8",
    "Content-Length: " .. #body,
    "Connection: close",
    "",
    body,
  }, "\r\n"))
  if not sent then
    return nil, "gone"
  end
  client.socket:settimeout(SLICE)
  local pieces, size, wanted = {}, 0, nil
  local ends = core.now() + seconds
  while core.now() < ends do
    local whole, why, part = client.socket:receive(64 * 1024)
    local bytes = whole or part or ""
    pieces[#pieces + 1] = bytes
    size = size + #bytes
    if not wanted and #bytes > 0 then
      local text = table.concat(pieces)
      pieces = { text }
      local _, last = text:find("\r\n\r\n", 1, true)
      local length = last and text:lower():match("\r\ncontent%-length:%s*(%d+)")
      wanted = length and last + length
    end
    if size > LARGEST then
      return nil, "large"
    end
    if why == "closed" or wanted and size >= wanted then
      local text = table.concat(pieces)
      local _, last = text:find("\r\n\r\n", 1, true)
      return last and text:sub(last + 1) or nil, "gone"
    end
    driver.idle()
  end
  return nil, "slow"
end

---One command.
---@param driver { port: integer, idle: fun(), patience: number }
---@param method "GET"|"POST"|"DELETE"
---@param path string
---@param body? table
---@param seconds? number at most (the driver's patience)
---@return any value
---@return table|nil err with `driver_code` as W3C names it
function driver_call.send(driver, method, path, body, seconds)
  local text = method == "POST" and json.encode(body or {}) or ""
  local reply, why = exchange(driver, method, path, text, seconds or driver.patience)
  local message = reply and json.decode(reply)
  if type(message) ~= "table" then
    if why == "slow" then
      return nil,
        trouble.new(
          "driver_slow",
          ("The WebDriver did not answer within %d seconds."):format(driver.patience // 1),
          "Log in again; if it happens again, name another driver with MWLOGIN_DRIVER."
        )
    end
    return nil, driver_gone()
  end
  local value = message.value
  if type(value) == "table" and value.error then
    local err = trouble.new(
      "driver_refused",
      ("The WebDriver refused: %s"):format(tostring(value.message):match("^[^\n]*")),
      "The driver and the browser must be of the same version (package chromium-driver)."
    )
    err.driver_code = value.error
    return nil, err
  end
  return value, nil
end

return driver_call
