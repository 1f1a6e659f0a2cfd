local exit = require "mwlogin.cli.exit"

describe("exit codes", function()
  it("are those the help promises, for every kind of error", function()
    local codes = {
      api = 1,
      refused = 1,
      answer = 2,
      handler = 2,
      interaction = 3,
      network = 4,
      tls = 4,
      http = 4,
      protocol = 4,
      throttled = 5,
      store = 6,
      cancelled = 130,
    }
    for kind, code in pairs(codes) do
      assert.equal(code, exit.code { kind = kind }, kind)
    end
    assert.equal(0, exit.code(nil))
  end)

  it("never tell success for an error of a kind nobody knows", function()
    assert.equal(1, exit.code { kind = "from the future" })
  end)
end)
