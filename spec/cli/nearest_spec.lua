local nearest = require "mwlogin.cli.nearest"

describe("nearest", function()
  local known = { "login", "whoami", "logout", "token", "api", "cookies", "run" }

  it("finds what was meant", function()
    for typed, meant in pairs {
      lgoin = "login",
      logn = "login",
      whoam = "whoami",
      who = "whoami",
      tokens = "token",
      cookie = "cookies",
      logut = "logout",
    } do
      assert.equal(meant, nearest.find(typed, known), typed)
    end
  end)

  it("does not guess when nothing is near", function()
    assert.is_nil(nearest.find("xyzzy", known))
    assert.is_nil(nearest.find("https://wiki.example.org", known))
    assert.is_nil(nearest.find("", known))
  end)
end)
