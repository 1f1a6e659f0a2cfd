-- A busted output handler for spec/tools/test.sh: failures in full, then one line of counts in the
-- file that MWLOGIN_COUNTS names. Without that line the run has crashed.
local base = require("busted.outputHandlers.base")

local function describe(kind, entry)
  local trace = entry.trace or {}
  local where = trace.short_src and ("%s:%s"):format(trace.short_src, trace.currentline) or ""
  local message = entry.message
  if type(message) ~= "string" then
    message = message == nil and "" or tostring(message)
  end
  print(("%s %s\n  %s\n  %s"):format(kind, where, entry.name or "", message:gsub("\n", "\n  ")))
  local calls = trace.traceback and trace.traceback:match("\nstack traceback:.*")
  if kind == "ERROR" and calls then
    print("  " .. calls:sub(2):gsub("\n", "\n  "))
  end
end

return function(options)
  local handler = base()

  function handler.suiteEnd()
    for _, entry in ipairs(handler.failures) do
      describe("FAILED", entry)
    end
    for _, entry in ipairs(handler.errors) do
      describe("ERROR", entry)
    end
    for _, entry in ipairs(handler.pendings) do
      local reason = type(entry.message) == "string" and ": " .. entry.message or ""
      print(("skipped %s%s"):format(entry.name or "", reason))
    end
    local path = os.getenv("MWLOGIN_COUNTS")
    if path then
      local failed = handler.failuresCount + handler.errorsCount
      local file = assert(io.open(path, "w"))
      file:write(("%d %d %d\n"):format(handler.successesCount, failed, handler.pendingsCount))
      file:close()
    end
    return nil, true
  end

  require("busted").subscribe({ "suite", "end" }, handler.suiteEnd)
  handler:subscribe(options)
  return handler
end
