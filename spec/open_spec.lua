-- What `mwlogin.open` makes of its options; what it makes of an address is in discover_spec.
local mwlogin = require("mwlogin")
local testing = require("mwlogin.testing")

local API = "https://wiki.example.org/w/api.php"

local function open(options)
  local opts = { user_agent = "spec", transport = testing.wiki({ api = API }).transport }
  for name, value in pairs(options) do
    opts[name] = value
  end
  return mwlogin.open(API, opts)
end

local function fails(kind, code, options)
  local session, err = open(options)
  assert.is_nil(session)
  assert.equal(kind, err.kind)
  assert.equal(code, err.code)
  assert.is_string(err.advice)
  return err
end

describe("options", function()
  local function raises(words, address, opts)
    local fine, message = pcall(function()
      return (mwlogin.open(address, opts))
    end)
    assert.is_false(fine)
    assert.matches(words, message)
    assert.matches("open_spec", message)
  end

  it("that are unknown raise, and name the nearest", function()
    raises("no option 'time_out'; did you mean 'timeout'", API, { time_out = 3 })
  end)

  it("of the wrong type raise", function()
    raises("option 'timeout' takes a number, not a string", API, { timeout = "3" })
    raises("option 'timeout' must be above 0", API, { timeout = 0 })
    raises("option 'pool' is what mwlogin.pool%(%) makes", API, { pool = {} })
    raises("option 'max_wait' is a number of seconds, with an end", API, { max_wait = math.huge })
    raises("open takes the address of a wiki", { "wiki" })
    raises("open takes a table", API, "agent")
    raises("http_auth", API, { user_agent = "x", http_auth = { user = "u" } })
    raises("http_auth", API, { user_agent = "x", http_auth = { username = "u" } })
    local half = require("spec.store.memory").new()
    half.lock = nil
    raises("option 'store' has no lock", API, { user_agent = "x", store = half })
  end)

  it("without a user_agent warn", function()
    local warned = stub(_G, "warn")
    finally(function()
      warned:revert()
    end)
    assert(mwlogin.open(API, {}))
    assert.stub(warned).was.called(1)
    assert.matches("user_agent", warned.calls[1].vals[1])
  end)

  it("that are sources are read once, when opened", function()
    local reads = 0
    local function door()
      reads = reads + 1
      return mwlogin.secret("door")
    end
    local opts = { http_auth = { username = "front", password = door } }
    local session = open(opts)
    assert(session:whoami())
    assert(session:whoami())
    assert.equal(1, reads)
    assert.equal(door, opts.http_auth.password)
  end)

  it("whose source gives nothing are an error, not a raise", function()
    local source = mwlogin.secret.env("MWLOGIN_NOT_SET")
    local err = fails("answer", "env", {
      http_auth = { username = "front", password = source },
    })
    assert.matches("MWLOGIN_NOT_SET", err.message)
  end)

  it("name a trace file that cannot be written: an error", function()
    fails("answer", "trace", { trace = "/nowhere/at/all.log" })
  end)
end)
