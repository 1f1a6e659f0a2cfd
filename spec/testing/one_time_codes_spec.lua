local one_time_codes = require("mwlogin.testing.one_time_codes")
local sha1 = require("mwlogin.testing.sha1")

local SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

describe("mwlogin.testing: one-time codes", function()
  it("are those of RFC 6238", function()
    assert.equal("a9993e364706816aba3e25717850c26c9cd0d89d", sha1.hex("abc"))
    assert.equal("94287082", one_time_codes.at(SECRET, 59 // 30, 8))
  end)

  it("work once, and no older one after them", function()
    local factor = { secret = SECRET, scratch = { "SCRATCH" } }
    local now = 1111111109
    local code = one_time_codes.at(SECRET, now // 30)
    local older = one_time_codes.at(SECRET, now // 30 - 1)
    assert.is_true(one_time_codes.accept(factor, code, now))
    assert.is_false(one_time_codes.accept(factor, code, now))
    assert.is_false(one_time_codes.accept(factor, older, now))
    assert.is_true(one_time_codes.accept(factor, "SCRATCH", now))
    assert.is_false(one_time_codes.accept(factor, "SCRATCH", now))
  end)
end)
