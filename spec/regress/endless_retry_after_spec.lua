---The token endpoint's Retry-After was read as Lua reads numbers: a hexadecimal one, one beyond all
---numbers, one below 0; a date was none.
local core = require "mwlogin.core"
local mwlogin = require "mwlogin"
local token_endpoint = require "mwlogin.oauth.token_endpoint"

describe("the token endpoint's Retry-After", function()
  local function told_by(value)
    local session <close> = assert(mwlogin.open("https://wiki.example.org/w/api.php", {
      user_agent = "spec",
      max_wait = 0,
      transport = function()
        return { status = 503, headers = { ["Retry-After"] = value }, body = "busy" }
      end,
    }))
    local _, err = token_endpoint.ask(session, { client_id = "c" }, {
      grant_type = "refresh_token",
      refresh_token = core.secret "the-refresh-token",
    }, "unexecuted")
    return err.retry_after
  end

  it("is seconds or a date, as everywhere", function()
    assert.equal(7, told_by "7")
    assert.equal(0, told_by "Wed, 21 Oct 2015 07:28:00 GMT")
    assert.is_true(told_by "Wed, 21 Oct 2065 07:28:00 GMT" > 1e8)
  end)

  it("is nothing where no clock has as much", function()
    for _, value in ipairs { "1e999", "-5", "nan", "inf", "soon", "" } do
      assert.is_nil(told_by(value), value)
    end
  end)
end)
