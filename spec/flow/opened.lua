-- A Session with a wiki, without what stands above the dialogue.
local core = require("mwlogin.core")
local session = require("mwlogin.session")
local trace = require("mwlogin.trace")

local opened = {}

--- A Session with a wiki, scripted or real, its trace in `session.lines`.
function opened.on(wiki)
  local events = {}
  local tracer = trace.new(function(event)
    events[#events + 1] = trace.line(event)
  end)
  local made = assert(session.new(wiki.api, {
    pool = core.pool(),
    user_agent = "mwlogin-spec/1.0 (spec)",
    transport = wiki.transport, -- a real wiki has none
  }, tracer))
  made.lines = events
  return made
end

return opened
