---libcurl 7.88 counts on each handle how often it sent something again, and never begins anew: of a
---pool that lives long every sixth question whose kept connection had ended failed, and where many
---share a connection by HTTP/2 every sixth login that nginx had left unread (keepalive_requests).
local core = require "mwlogin.core"
local shared = require "spec.shared"
local staged_wiki = require "spec.core.staged_wiki"

describe("a question whose kept connection ends without an answer", function()
  local wiki = shared(staged_wiki.start)

  it("is asked again by another connection, however often that came before", function()
    local pool <close> = core.pool()
    local session <close> = assert(pool:session(wiki.api, { user_agent = "spec" }))
    local answers = {}
    for round = 0, 19 do
      answers[2 * round + 1], answers[2 * round + 2] = "{}", { ends = true }
    end
    wiki:answer { other = answers }
    for _ = 1, 20 do
      local page, err = session:fetch "page" -- by the kept connection, which ends; then again
      assert.is_table(page, tostring(err))
    end
    assert.is_true(#wiki:requests() >= 39)
  end)
end)
