--- Names of hosts that a spec says, to programs of its own (names.c).
local folders = require("spec.folders")

local names = {}

local Names = {}
Names.__index = Names

---@return table names `env` for a program; `say`, `stop`
function names.start()
  local folder = folders.new()
  local library = folder .. "/names.so"
  local line = "${CC:-gcc} -shared -fPIC -o %s spec/faults/names.c"
  assert(os.execute(line:format(library)))
  local list = folder .. "/names"
  return setmetatable({
    folder = folder,
    list = list,
    env = { LD_PRELOAD = library, MWLOGIN_NAMES = list },
  }, Names)
end

--- What there is from now on.
---@param addresses table<string, string> by name, below example.test; of others nobody answers
function Names:say(addresses)
  local file <close> = assert(io.open(self.list .. ".new", "w"))
  for name, address in pairs(addresses) do
    file:write(name, " ", address, "\n")
  end
  file:flush()
  assert(os.rename(self.list .. ".new", self.list))
end

function Names:stop()
  folders.remove(self.folder)
end

return names
