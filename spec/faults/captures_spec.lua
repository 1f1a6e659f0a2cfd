-- Every capture on a real wire, cut in its status line, its headers and its body: a reply that did
-- not come whole is an error, whatever had come of it.
--
-- MWLOGIN_FAULTS=all takes every byte (`make faults`).
local captured = require("spec.hostile.captured")
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local judge = require("spec.hostile.judge")
local proxy = require("spec.faults.proxy")
local shared = require("spec.shared")

local ROW <const> = "captured replies cut on the wire, headers and body"
local EVERY <const> = os.getenv("MWLOGIN_FAULTS") == "all" and 1 or 11
local RIGHT <const> = { network = true, protocol = true, http = true }

-- What the wire carries of a capture, cookies included.
local function response_of(capture)
  local headers = {}
  for name, value in pairs(capture.headers) do
    headers[name] = value
  end
  headers["Set-Cookie"] = capture.set_cookie
  return { status = capture.status, headers = headers, body = capture.body }
end

local function size_of(response)
  return #require("spec.faults.origin").write(response)
end

describe("a capture cut on the wire:", function()
  local between = shared(proxy.start)

  for number, capture in ipairs(captured.all()) do
    it(capture.name, function()
      local pool <close> = core.pool()
      local session = assert(pool:session(between.api, { user_agent = "faults", timeout = 30 }))
      local response = response_of(capture)
      between:say(response)
      local cases, troubles = 0, {}
      -- another offset for each capture: together they take every place
      for at = number % EVERY, size_of(response) - 1, EVERY do
        between:arm({ exchange = 1, kind = "cut", at = at })
        local reply, err = session:call("POST", {})
        cases = cases + 1
        if reply ~= nil or not RIGHT[err.kind] or judge.error(err) then
          troubles[#troubles + 1] = ("after %d bytes: %s"):format(at, tostring(err or "believed"))
        end
      end
      counts.record(ROW, cases, #troubles)
      assert(#troubles == 0, table.concat(troubles, "\n"))
    end)
  end
end)
