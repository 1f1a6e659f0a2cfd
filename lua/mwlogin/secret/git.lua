---What git's credential helpers know, asked by git's own protocol.
local core = require "mwlogin.core"

local git = {}

local PATIENCE <const>, LONGEST_LINE <const> = 300, 65536

---git asks nobody, neither on the terminal nor in a window: who wants to be asked says `prompt`.
local SILENT <const> = { GIT_TERMINAL_PROMPT = "0", GIT_ASKPASS = "" }

local function question_for(url, username)
  local address, err = core.address(url)
  if not address then
    return nil, err
  end
  local lines = {
    "protocol=" .. address.scheme,
    "host=" .. address.origin:match "//(.*)$",
    "path=" .. address.path:sub(2),
  }
  -- a line break would be another line of the question
  if username and not username:find "%c" then
    lines[#lines + 1] = "username=" .. username
  end
  return table.concat(lines, "\n") .. "\n\n"
end

local function fill(question)
  local process <close>, err = core.process(
    { "git", "credential", "fill" },
    { stdin = "pipe", stdout = "pipe", stderr = "inherit", terminal = true, env = SILENT }
  )
  if not process then
    return nil, err
  end
  local sent, broken = process:write(0, question, 60)
  if not sent then
    return nil, broken
  end
  process:close_pipe(0)
  while true do
    local line, reason =
      process:read(1, { stop = "\n", timeout = PATIENCE, max = LONGEST_LINE, secret = true })
    if not line then
      return nil, reason
    end
    local pair = line:split("=", 2)
    if pair[1]:reveal() == "password" then
      return pair[2]:split("\n")[1]:split("\r")[1]
    end
  end
end

---@param url string
---@param username string|nil whose password; nil: of whomever git knows
---@return userdata|nil secret
---@return table|nil err of the core
function git.ask(url, username)
  local question, err = question_for(url, username)
  if not question then
    return nil, err
  end
  return fill(question)
end

return git
