---Which user of this machine a connection over loopback comes from.
---
---The address of a listener is in the arguments of the program that opens the browser, where every
---user of the machine can read it: a path nobody can guess is no secret from them.
local peer = {}

---Who is told by a table of the kernel (Linux).
local function read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read("a")
  file:close()
  return text
end

local own

local function own_user()
  own = own or tonumber((read("/proc/self/status") or ""):match("\nUid:%s+%d+%s+(%d+)"))
  return own
end

---The kernel's line about the other end: its user and its inode, which is 0 once its program has
---closed it.
local function owner_of(text, port, to)
  local line = (" %%x+:%04X %%x+:%04X %%x+ %%x+:%%x+ %%x+:%%x+ %%x+ +(%%d+) +%%d+ (%%d+)"):format(
    port,
    to
  )
  local user, inode = text:match(line)
  return tonumber(user), tonumber(inode)
end

---Browsers of Windows reach a listener in its Linux from outside of the table.
local function is_beside_windows()
  return (read("/proc/sys/kernel/osrelease") or ""):lower():find("microsoft", 1, true) ~= nil
end

---Whether a connection was made by another user than ours and root, or nobody can be asked any more
---who made it: what was sent can be read after its sender has gone. Where the system does not tell,
---it was not.
---@param client table a LuaSocket connection over loopback
---@return boolean
function peer.is_foreign(client)
  local address, port = client:getpeername()
  local _, to = client:getsockname()
  if not own_user() then
    return false
  elseif not address then
    return true
  end
  local text = read(address:find(":", 1, true) and "/proc/net/tcp6" or "/proc/net/tcp")
  if not text then
    return false
  end
  local user, inode = owner_of(text, math.tointeger(port), math.tointeger(to))
  if not user then
    return not is_beside_windows()
  end
  return inode == 0 or (user ~= own_user() and user ~= 0)
end

return peer
