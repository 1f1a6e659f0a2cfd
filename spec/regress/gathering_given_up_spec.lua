-- A gathering that was given up left its requests under way in the pool it was given: a POST went
-- out all the same, and whoever used the Sessions next waited for answers that nobody wanted.
local mwlogin = require("mwlogin")
local shared = require("spec.shared")
local staged_wiki = require("spec.core.staged_wiki")

describe("a gathering that is given up", function()
  local wiki = shared(staged_wiki.start)

  it("ends what it had under way in the pool it was given", function()
    wiki:answer({ other = staged_wiki.SILENCE })
    local pool <close> = mwlogin.pool({ per_host = 2 })
    local sessions = {}
    for number = 1, 4 do
      sessions[number] = assert(mwlogin.open(wiki.api, { user_agent = "spec", pool = pool }))
    end
    local ok, err = pcall(mwlogin.gather, { 1, 2, 3, 4, 5 }, function(number)
      if number < 5 then
        return sessions[number]:get({ action = "query", meta = "siteinfo" })
      end
      while #wiki:requests() < 2 do
        pool:sleep(0.01)
      end
    end, {
      pool = pool,
      progress = function(counts)
        if counts.done > 0 then
          error("enough", 0)
        end
      end,
    })
    assert.same({ false, "enough" }, { ok, err })
    for number = 1, 4 do
      assert.is_false(sessions[number].core:is_busy(), number)
    end
    assert.equal(2, #wiki:requests())
    wiki:answer()
    assert.equal("Alice", assert(sessions[1]:whoami()).name)
    for number = 1, 4 do
      sessions[number]:close()
    end
  end)
end)
