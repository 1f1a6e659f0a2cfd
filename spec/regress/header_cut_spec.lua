-- A page whose header was cut off was taken for one without a body: libcurl does not tell them
-- apart. Found by spec/faults/flows_spec.lua.
local core = require("mwlogin.core")
local proxy = require("spec.faults.proxy")

local HELLO <const> =
  { status = 200, headers = { ["Content-Type"] = "text/plain" }, body = "hello" }

describe("a response that ends in its header", function()
  local between, pool, session

  setup(function()
    between = proxy.start()
    between:say(HELLO)
    pool = core.pool()
    session = assert(pool:session(between.api, { timeout = 30 }))
  end)

  teardown(function()
    session:close()
    pool:close()
    between:stop()
  end)

  local size = #require("spec.faults.origin").write(HELLO)

  it("is cut, at whatever byte, and whatever was asked by", function()
    for at = 0, size - #HELLO.body - 1 do
      for _, method in ipairs({ "GET", "HEAD", "POST" }) do
        between:arm({ exchange = 1, kind = "cut", at = at })
        local response, err = session:fetch("/page", { method = method })
        assert.is_nil(response, ("%s, %d bytes"):format(method, at))
        assert.equal("network", err.kind)
      end
    end
  end)

  it("is none where it is whole", function()
    between:arm({ exchange = 1, kind = "cut", at = size })
    assert.equal("hello", assert(session:fetch("/page")).body)
  end)
end)
