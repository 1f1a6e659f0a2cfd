---mwlogin's side of the benchmark: ours.lua API LOGINS IN_FLIGHT CA-FILE; in flight 0 is one after
---the other.
package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/?.so;" .. package.cpath
local mwlogin = require "mwlogin"

local api, logins, in_flight, ca_file = arg[1], tonumber(arg[2]), tonumber(arg[3]), arg[4]
local PASSWORD <const> = ("0123456789abcdef"):rep(2)

local function log_in(pool)
  local session <close> = assert(mwlogin.open(api, {
    user_agent = "ours",
    pool = pool,
    ca_file = ca_file ~= "" and ca_file or nil,
  }))
  assert(session:login { username = "Alice@app", password = PASSWORD })
end

if in_flight == 0 then
  local pool = mwlogin.pool {}
  for _ = 1, logins do
    log_in(pool)
  end
else
  local list = {}
  for position = 1, logins do
    list[position] = position
  end
  local results = mwlogin.gather(list, function(_, pool)
    log_in(pool)
    return true
  end, {
    concurrency = in_flight,
    pool = mwlogin.pool { per_host = in_flight, in_flight = in_flight },
  })
  for _, result in ipairs(results) do
    assert(result.ok, result.err)
  end
end
