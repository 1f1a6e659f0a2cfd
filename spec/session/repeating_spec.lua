-- What is sent again, and how long is waited for it.
package.path = "./?.lua;" .. package.path
local scripted = require("spec.session.scripted")

local wiki_of, patient_pool, open, api_error =
  scripted.wiki_of, scripted.patient_pool, scripted.open, scripted.api_error

describe("waiting", function()
  local function waits(wiki, options)
    local pool, slept = patient_pool()
    local opts = { pool = pool }
    for name, value in pairs(options or {}) do
      opts[name] = value
    end
    return open(wiki, opts), slept
  end

  it("lasts as long as the wiki says, then the call is repeated", function()
    local wiki = wiki_of()
    local session, slept = waits(wiki, { maxlag = 5 })
    wiki:fault(1, api_error("maxlag", { ["Retry-After"] = "7" }))
    assert(session:get({ action = "query" }))
    assert.same({ 7 }, slept)
    assert.equal("5", wiki.requests[1].params.maxlag)
    assert.equal(2, #wiki.requests)
  end)

  it("grows where the wiki says nothing", function()
    for _, code in ipairs({ "ratelimited", "readonly" }) do
      local wiki = wiki_of()
      local session, slept = waits(wiki)
      for nth = 1, 3 do
        wiki:fault(nth, api_error(code))
      end
      assert(session:post({ action = "query" }))
      assert.same({ 2, 4, 8 }, slept)
    end
  end)

  it("obeys Retry-After of 429 and 503, and nothing else of HTTP", function()
    for _, status in ipairs({ 429, 503 }) do
      local wiki = wiki_of()
      local session, slept = waits(wiki)
      wiki:fault(1, { status = status, headers = { ["Retry-After"] = "3" }, body = "busy" })
      assert(session:get({ action = "query" }))
      assert.same({ 3 }, slept)
    end
    for _, answer in ipairs({
      { status = 503, body = "busy" },
      { status = 500, headers = { ["Retry-After"] = "3" }, body = "" },
    }) do
      local wiki = wiki_of()
      local session, slept = waits(wiki)
      wiki:fault(1, answer)
      local reply, err = session:get({ action = "query" })
      assert.is_nil(reply)
      assert.equal("http", err.kind)
      assert.same({}, slept)
    end
  end)

  it("is bounded by max_wait: the last error is given", function()
    local wiki = wiki_of()
    local session, slept = waits(wiki, { max_wait = 5 })
    wiki:fault(1, api_error("maxlag", { ["Retry-After"] = "60" }))
    local reply, err = session:get({ action = "query" })
    assert.is_nil(reply)
    assert.equal("maxlag", err.code)
    assert.equal(60, err.retry_after)
    assert.same({}, slept)
  end)

  it("never follows a call that the wiki may have executed", function()
    local wiki = wiki_of()
    local session, slept = waits(wiki)
    assert(session:get({ action = "query" }))
    wiki:fault(1, "timed out")
    local reply, err = session:post({ action = "query" })
    assert.is_nil(reply)
    assert.equal("network", err.kind)
    assert.same({}, slept)
    assert.equal(2, #wiki.requests)
  end)
end)
