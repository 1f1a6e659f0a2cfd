-- A POST was repeated after a 503 with Retry-After. A cache in front of the wiki says that, too,
-- when it has lost patience with a request that the wiki goes on executing: an edit was made twice.
-- Found by spec/faults/oauth_spec.lua.
local scripted = require("spec.session.scripted")

describe("a 503 with Retry-After", function()
  local wiki, session

  before_each(function()
    wiki = scripted.wiki_of()
    session = scripted.open(wiki, { pool = (scripted.patient_pool()) })
  end)

  local function busy(status)
    wiki:fault(1, function(_, real)
      real()
      return { status = status, headers = { ["Retry-After"] = "3" }, body = "busy" }
    end)
  end

  it("is the answer to a POST: it may have been executed", function()
    assert(session:token("csrf"))
    busy(503)
    local reply, err = session:post({ action = "edit", title = "A", text = "b" }, {
      token = "csrf",
    })
    assert.is_nil(reply)
    assert.same({ "http", "503", 3 }, { err.kind, err.code, err.retry_after })
    assert.equal(1, #wiki.edits)
  end)

  it("is waited out by a question", function()
    busy(503)
    assert(session:get({ action = "query", meta = "userinfo" }))
    assert.equal(2, #wiki.requests)
  end)

  it("is not 429, which no wiki says of what it executes", function()
    wiki:fault(1, { status = 429, headers = { ["Retry-After"] = "3" }, body = "busy" })
    assert(session:post({ action = "query", meta = "userinfo" }))
    assert.equal(2, #wiki.requests)
  end)
end)
