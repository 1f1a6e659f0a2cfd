---How far many logins have come, on stderr: one line that changes on a terminal, else a plain line
---now and then.
local core = require "mwlogin.core"
local display = require "mwlogin.display"

local progress = {}

---Seconds between two lines where nothing can be drawn over.
local PAUSE <const> = 5

local function words(counts, total)
  local done = counts.done + counts.failed
  local rate = counts.seconds > 0 and done / counts.seconds or 0
  return ("%d of %d done, %d failed, %.1f/s, %d left"):format(
    done,
    total,
    counts.failed,
    rate,
    total - done
  )
end

local function can_draw()
  return core.isatty(2) and display.can_move()
end

local function drawn(total)
  return {
    tell = function(counts)
      io.stderr:write("\r", words(counts, total), "\27[K")
    end,
    clear = function()
      io.stderr:write "\r\27[K"
    end,
  }
end

local function written(total)
  local last = core.now()
  return {
    tell = function(counts)
      if core.now() - last >= PAUSE then
        last = core.now()
        io.stderr:write("mwlogin: ", words(counts, total), "\n")
      end
    end,
    clear = function() end,
  }
end

---@param total integer how many there are
---@return { tell: fun(counts: table), clear: fun() } line `tell` takes what `mwlogin.gather` tells
---  its `progress`; `clear` takes a drawn line away again
function progress.new(total)
  return can_draw() and drawn(total) or written(total)
end

return progress
