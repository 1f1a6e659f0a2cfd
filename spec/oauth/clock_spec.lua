---How a wrong clock is told, and when it is news.
local clock = require "mwlogin.oauth.clock"

describe("a clock beside the wiki's", function()
  it("is told in words", function()
    for ahead, words in pairs {
      [-3600] = "this machine's clock is 3,600 s behind the wiki's",
      [3600] = "this machine's clock is 3,600 s ahead of the wiki's",
      [301] = "this machine's clock is 301 s ahead of the wiki's",
      [-1234567] = "this machine's clock is 1,234,567 s behind the wiki's",
    } do
      assert.equal(words, clock.words(ahead))
    end
    assert.is_nil(clock.words(30))
    assert.is_nil(clock.words(0))
    assert.is_nil(clock.words(nil))
  end)

  it("is set right once: the second time it is no news", function()
    local events = {}
    local session = {
      trace_event = function(_, event)
        events[#events + 1] = event
      end,
    }
    local signer = { ahead = 0 }
    assert.is_false(clock.mend(session, signer, nil))
    assert.is_false(clock.mend(session, signer, 20))
    assert.equal(0, signer.ahead)
    assert.is_true(clock.mend(session, signer, -3600))
    assert.equal(-3600, signer.ahead)
    assert.is_false(clock.mend(session, signer, -3590))
    assert.same({ { event = "clock", ahead = -3600 } }, events)
  end)
end)
