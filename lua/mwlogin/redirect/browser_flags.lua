---How a browser of our own is started: a fresh profile, nothing that talks to others by itself.
local core = require("mwlogin.core")

local browser_flags = {}

local FLAGS <const> = {
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-sync",
  "--disable-quic",
  "--disable-breakpad",
  "--disable-crash-reporter",
  "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication",
  "--metrics-recording-only",
  "--password-store=basic",
  "--use-mock-keychain",
}
local HEADLESS <const> = { "--headless", "--disable-gpu", "--hide-scrollbars", "--mute-audio" }

---Chromium's sandbox refuses to work for root, and for root only it is left out.
local function is_root()
  local process = core.process({ "id", "-u" }, { stdout = "pipe", timeout = 5 })
  local line = process and process:read(1, { stop = "\n" })
  if process then
    process:close()
  end
  return line == "0"
end

---@param options table { folder, headless, proxy }
---@return string[] flags
function browser_flags.list(options)
  local list = table.move(FLAGS, 1, #FLAGS, 1, {})
  if options.headless then
    table.move(HEADLESS, 1, #HEADLESS, #list + 1, list)
  end
  if is_root() then
    list[#list + 1] = "--no-sandbox"
  end
  if type(options.proxy) == "string" and not options.proxy:find("@", 1, true) then
    list[#list + 1] = "--proxy-server=" .. options.proxy
  end
  list[#list + 1] = "--user-data-dir=" .. options.folder .. "/profile"
  return list
end

return browser_flags
