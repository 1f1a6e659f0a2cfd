---busted's output for `make test`: failures readable, the slowest files, and counts in a file
---(MWLOGIN_COUNTS) for the sum over all runs.
local busted = require "busted"

local SLOWEST <const> = 10

return function()
  local handler = require "busted.outputHandlers.base"()
  local durations, began = {}, {}
  local clock = require("system").monotime

  local function file_start(element)
    began[element.name] = clock()
    return nil, true
  end

  local function file_end(element)
    durations[#durations + 1] = { element.name, clock() - (began[element.name] or clock()) }
    return nil, true
  end

  local function print_failure(failure)
    print("\nFAILED  " .. tostring(failure.name))
    local info = failure.element.trace or failure.trace or {}
    print(("        %s:%s"):format(tostring(info.short_src), tostring(info.currentline)))
    local message = failure.message
    if type(message) ~= "string" then
      message = tostring(message)
    end
    print("        " .. message:gsub("\n", "\n        "))
  end

  local function suite_end()
    for _, list in ipairs { handler.failures, handler.errors } do
      for _, failure in ipairs(list) do
        print_failure(failure)
      end
    end
    for _, pending in ipairs(handler.pendings) do
      print("SKIPPED " .. tostring(pending.name))
    end
    table.sort(durations, function(one, other)
      return one[2] > other[2]
    end)
    print "\nThe slowest files:"
    for position = 1, math.min(SLOWEST, #durations) do
      print(("%8.1f s  %s"):format(durations[position][2], durations[position][1]))
    end
    local counts = ("%d %d %d"):format(
      handler.successesCount,
      handler.failuresCount + handler.errorsCount,
      handler.pendingsCount
    )
    print("passed, failed, skipped: " .. counts)
    local path = os.getenv "MWLOGIN_COUNTS"
    if path then
      local file <close> = assert(io.open(path, "w"))
      file:write(counts, "\n")
    end
    return nil, true
  end

  busted.subscribe({ "file", "start" }, file_start)
  busted.subscribe({ "file", "end" }, file_end)
  busted.subscribe({ "suite", "end" }, suite_end)
  return handler
end
