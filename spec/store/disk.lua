-- A disk of a spec's own, as small or as read-only as it likes: a tmpfs in a name space that ends
-- with the process that runs there.
local shell = require("spec.shell")

local disk = {}

---@param text string
---@return string word of a shell's
function disk.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

---Who is root needs no name space of users for it, which some machines forbid.
local function unshare()
  return shell.is_root() and "unshare -m" or "unshare -rm"
end

---@return boolean possible whether this user may have disks here
function disk.is_possible()
  return (os.execute(unshare() .. " true 2>/dev/null"))
end

---Runs a shell's command where a folder is a disk.
---@param folder string
---@param options string of `mount -o`, such as "size=64k"
---@param command string
---@return string output and errors
function disk.run(folder, options, command)
  local mount = ("mount -t tmpfs -o mode=700,%s tmpfs %s"):format(options, disk.quote(folder))
  return shell.output(
    ("%s sh -c %s 2>&1"):format(unshare(), disk.quote(mount .. " && " .. command))
  )
end

return disk
