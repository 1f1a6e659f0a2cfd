--- The process id of the interpreter that runs the specs.
local file = assert(io.open("/proc/self/stat", "rb"))
local pid = file:read("a"):match("^%d+")
file:close()
return pid
