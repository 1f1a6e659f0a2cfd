---mwlogin's side of the benchmark: ours.lua API LOGINS IN_FLIGHT CA-FILE; in flight 0 is one after
---the other. Given a page instead of api.php, it finds the wiki and logs in by clientlogin.
package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/?.so;" .. package.cpath
local mwlogin = require "mwlogin"

local api, logins, in_flight, ca_file = arg[1], tonumber(arg[2]), tonumber(arg[3]), arg[4]
local PASSWORD <const> = ("0123456789abcdef"):rep(2)
local METHOD <const> = api:find "/api.php$" and "botpassword" or "clientlogin"

local function log_in(pool)
  local session <close> = assert(mwlogin.open(api, {
    user_agent = "ours",
    pool = pool,
    ca_file = ca_file ~= "" and ca_file or nil,
  }))
  local name = METHOD == "botpassword" and "Alice@app" or "Alice"
  assert(session:login { username = name, password = PASSWORD, method = METHOD })
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
