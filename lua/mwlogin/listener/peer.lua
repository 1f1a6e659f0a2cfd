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

---An end of a connection as the kernel writes it: the address in words of the machine's order.
---@return string|nil hex nil for what is no address of loopback
local function hex_of(address, port)
  local parts = { address:match("^(127)%.(%d+)%.(%d+)%.(%d+)$") }
  local bytes = #parts == 4 and string.char(table.unpack(parts))
  if not bytes and address ~= "::1" then
    return nil
  end
  bytes = bytes or ("\0"):rep(15) .. "\1"
  local words = bytes:gsub("....", function(word)
    return ("%08X"):format(string.unpack("=I4", word))
  end)
  return ("%s:%04X"):format(words, math.tointeger(port))
end

---The kernel's line about the other end: its user and its inode, which is 0 once its program has
---closed it. Its port alone says nothing: on 127.0.0.2 another user may have the same one.
local function owner_of(text, theirs, ours)
  local line = " " .. theirs .. " " .. ours .. " %x+ %x+:%x+ %x+:%x+ %x+ +(%d+) +%d+ (%d+)"
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
  local own_address, own_port = client:getsockname()
  if not own_user() then
    return false
  end
  local theirs = address and hex_of(address, port)
  local ours = own_address and hex_of(own_address, own_port)
  if not theirs or not ours then
    return true
  end
  local text = read(address:find(":", 1, true) and "/proc/net/tcp6" or "/proc/net/tcp")
  if not text then
    return false
  end
  local user, inode = owner_of(text, theirs, ours)
  if not user then
    return not is_beside_windows()
  end
  return inode == 0 or (user ~= own_user() and user ~= 0)
end

return peer
