---Whoever gave up on a host whose name nobody resolves (its time was over, Ctrl-C, a closed pool)
---waited for the resolver all the same, ten seconds and more, and all others of the pool with it.
local lua_process = require "spec.lua_process"
local names = require "spec.faults.names"
local shared = require "spec.shared"
local staged_wiki = require "spec.core.staged_wiki"

describe("a host whose name nobody resolves", function()
  local wiki = shared(staged_wiki.start)
  local host = shared(names.start)

  lazy_setup(function()
    host:say {}
  end)

  before_each(function()
    wiki:answer()
  end)

  local OPEN <const> = [[
    local address, other = ...
    local mwlogin = require "mwlogin"
    local PASSWORD <const> = ("0123456789abcdef"):rep(2)
    local function log_in(api, pool, timeout)
      local session <close> = assert(mwlogin.open(api, {
        user_agent = "spec",
        timeout = timeout or 1,
        max_wait = 0,
        pool = pool,
      }))
      local me, err = session:login { username = "Alice@app", password = PASSWORD }
      return me and me.name, err
    end
  ]]

  ---The shim's name server is silent for five minutes, and `lua_process` waits for two.
  local function says(script)
    local process = lua_process.start(
      OPEN .. script,
      { env = host.env },
      "https://nowhere.example.test/api.php",
      wiki.api
    )
    return lua_process.output(process)
  end

  it("ends in its time", function()
    local said = says [[
      local name, err = log_in(address)
      print(name, err.kind, err.code, err.message)]]
    assert.equal("nil\tnetwork\ttimeout\t", said:match "^nil\tnetwork\ttimeout\t", said)
    assert.truthy(said:find("Resolving timed out", 1, true), said)
  end)

  it("lets the others of its pool go on", function()
    local said = says [[
      local list = { address, other, address, other, other }
      for _, result in ipairs(mwlogin.gather(list, log_in)) do
        io.write(result.ok and result.value or result.err.code, " ")
      end]]
    assert.equal("timeout Alice timeout Alice Alice ", said)
  end)

  it("ends with its pool", function()
    local said = says [[
      local results = mwlogin.gather({ 1, 2 }, function(number, pool)
        if number == 1 then
          return log_in(address, pool, 250)
        end
        pool:sleep(0.2)
        pool:close()
        return "closed it"
      end)
      print(results[1].err.kind, results[2].value)]]
    assert.equal("cancelled\tclosed it\n", said)
  end)
end)
