---The authorities of one's own (`ca_file`), for a browser of our own: browsers take them from a
---certificate database in the home folder, and this one gets a home for itself.
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local programs = require "mwlogin.redirect.programs"

local trust = {}

local SECONDS <const> = 30
local MOST_CERTIFICATES <const> = 500

local function run(argv)
  local process = core.process(argv, { stdin = "null", stdout = "null", stderr = "null" })
  local status = process and process:wait(SECONDS)
  if process then
    process:close()
  end
  return status ~= nil and status.exit == 0
end

local function failed(message)
  return nil,
    errors.new {
      kind = "interaction",
      code = "browser_trust",
      message = message,
      advice = 'Give a readable file of PEM certificates as ca_file, or use redirect = "paste".',
    }
end

local function certificates(path)
  local file = io.open(path, "rb")
  local text = file and file:read "a"
  if file then
    file:close()
  end
  local list = {}
  for block in
    (text or ""):gmatch "%-%-%-%-%-BEGIN CERTIFICATE.-%-%-%-%-%-END CERTIFICATE%-%-%-%-%-"
  do
    list[#list + 1] = block
  end
  return list
end

local function add(tool, database, position, block)
  local path = ("%s/%d.pem"):format(database, position)
  local written = core.private_file.write(path, block .. "\n")
  local name = "mwlogin " .. position
  return written
    and run { tool, "-A", "-d", "sql:" .. database, "-n", name, "-t", "C,,", "-a", "-i", path }
end

---@return boolean there whether a browser of our own can be told of other authorities at all
function trust.possible()
  return programs.find "certutil" ~= nil
end

---Makes the home of a browser that trusts what `ca_file` holds.
---@param folder string private
---@param ca_file string
---@return table|nil environment for the browser's process; empty where certutil is not installed
---@return table|nil err interaction
function trust.home(folder, ca_file)
  local tool = programs.find "certutil"
  if not tool then
    return {}
  end
  local list = certificates(ca_file)
  if #list == 0 or #list > MOST_CERTIFICATES then
    return failed(("No certificate was found in %s for the browser."):format(ca_file))
  end
  local home = folder .. "/home"
  local database = home .. "/.pki/nssdb"
  local made = core.private_file.folder(database)
  if not made or not run { tool, "-N", "-d", "sql:" .. database, "--empty-password" } then
    return failed "The browser's certificate database could not be made (certutil)."
  end
  for position, block in ipairs(list) do
    if not add(tool, database, position, block) then
      return failed(("certutil does not take certificate %d of %s."):format(position, ca_file))
    end
  end
  local environment = { HOME = home }
  if not os.getenv "XAUTHORITY" then
    environment.XAUTHORITY = (os.getenv "HOME" or "") .. "/.Xauthority"
  end
  return environment
end

return trust
