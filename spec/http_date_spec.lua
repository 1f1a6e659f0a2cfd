---HTTP dates in any time zone.
local http_date = require "mwlogin.http_date"

describe("an HTTP date", function()
  it("is seconds since 1970", function()
    assert.equal(784111777, http_date.read "Sun, 06 Nov 1994 08:49:37 GMT")
    assert.equal(0, http_date.read "Thu, 01 Jan 1970 00:00:00 GMT")
    assert.equal(1795489865, http_date.read "Tue, 24 Nov 2026 03:11:05 GMT")
    assert.equal(1784030400, http_date.read "Tue, 14 Jul 2026 12:00:00 GMT")
  end)

  it("is the same in other time zones, in summer and in winter", function()
    local script = [[local d = require "mwlogin.http_date"
      print(d.read "Tue, 14 Jul 2026 12:00:00 GMT", d.read "Tue, 24 Nov 2026 03:11:05 GMT",
        d.read "Sun, 29 Mar 2026 01:30:00 GMT", d.read "Sun, 25 Oct 2026 00:30:00 GMT")]]
    for _, zone in ipairs { "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe" } do
      local command = ("TZ=%s LUA_PATH='./lua/?.lua' lua5.4 -e '%s'"):format(zone, script)
      local pipe <close> = assert(io.popen(command))
      local expected = "1784030400\t1795489865\t1774747800\t1792888200"
      assert.equal(expected, pipe:read "l", zone)
    end
  end)

  it("may be none", function()
    for _, text in ipairs { "", "yesterday", "Sun, 06 Foo 1994 08:49:37 GMT", false } do
      assert.is_nil(http_date.read(text or nil))
    end
  end)
end)
