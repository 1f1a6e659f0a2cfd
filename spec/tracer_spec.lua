-- What is secret in a Session, taken out of whatever it tells.
local core = require("mwlogin.core")
local tracers = require("mwlogin.tracer")

local PASSWORD = 'Wonder+land & "tea"=1%2/3'

describe("the tracer", function()
  it("hides what it is told to protect, wherever it turns up", function()
    local heard
    local tracer = tracers.new(function(event)
      heard = event
    end)
    tracer:protect(core.secret(PASSWORD))
    tracer:protect("plain token")
    local as_json = PASSWORD:gsub('[\\"/]', "\\%0")
    local encoded = core.encode(PASSWORD)
    local texts = { PASSWORD, encoded, (encoded:gsub("%%20", "+")), as_json }
    texts.nested = { deep = "the plain token is here", [PASSWORD] = core.secret("x") }
    tracer:event({ event = "test", texts = texts })
    for position = 1, 4 do
      assert.equal("***", heard.texts[position])
    end
    assert.equal("the *** is here", heard.texts.nested.deep)
    assert.equal("***", heard.texts.nested["***"])
  end)

  it("cleans errors, and forgets nothing of the user's for newer tokens", function()
    local tracer = tracers.new()
    tracer:protect(core.secret(PASSWORD))
    for number = 1, 500 do
      tracer:protect(("token %d"):format(number))
    end
    local err = tracer:clean({ message = "got " .. PASSWORD, data = { PASSWORD, "token 500" } })
    assert.equal("got ***", err.message)
    assert.same({ "***", "***" }, err.data)
  end)

  it("does not stumble over a secret that was wiped", function()
    local secret = core.secret(PASSWORD)
    local tracer = tracers.new()
    tracer:protect(secret)
    secret:wipe()
    assert.equal("fine", tracer:redact("fine"))
  end)
end)
