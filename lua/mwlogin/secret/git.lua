---What git's credential helpers know, asked by git's own protocol.
local core = require "mwlogin.core"

local git = {}

local PATIENCE <const>, LONGEST_LINE <const> = 300, 65536

local function question_for(url)
  local address, err = core.address(url)
  if not address then
    return nil, err
  end
  return ("protocol=%s\nhost=%s\npath=%s\n\n"):format(
    address.scheme,
    address.origin:match "//(.*)$",
    address.path:sub(2)
  )
end

local function fill(question)
  local process <close>, err = core.process(
    { "git", "credential", "fill" },
    { stdin = "pipe", stdout = "pipe", stderr = "inherit", terminal = true }
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
    local text = line:reveal()
    if text:find "^password=" then
      return core.secret(text:match "^password=([^\r\n]*)")
    end
  end
end

---@param url string
---@return userdata|nil secret
---@return table|nil err of the core
function git.ask(url)
  local question, err = question_for(url)
  if not question then
    return nil, err
  end
  return fill(question)
end

return git
