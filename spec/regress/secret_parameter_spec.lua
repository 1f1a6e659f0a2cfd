-- `mwlogin api` took a password from the command line, where everybody on the machine reads it.
local command = require("spec.cli.command")
local shared = require("spec.shared")
local wikis = require("spec.wiki")

describe("mwlogin api", function()
  local wiki = shared(wikis.start)

  it("takes no password as a parameter, and does not repeat it", function()
    for _, name in ipairs({ "password", "lgpassword", "newPassword", "retype", "OATHToken" }) do
      wiki:mark()
      local result = command.run({ "api", wiki.api, "action=login", name .. "=hunter22" })
      assert.equal(2, result.code)
      assert.matches("--parameter-from " .. name .. "=SOURCE", result.stderr, 1, true)
      assert.is_nil((result.stdout .. result.stderr):find("hunter22", 1, true))
      assert.same({}, wiki:requests())
    end
  end)

  it("reads one from a source, and posts it", function()
    wiki:mark()
    local result = command.run({
      "api",
      wiki.api,
      "action=validatepassword",
      "--parameter-from",
      "password=env:P",
    }, { env = { P = wiki.accounts.Alice } })
    assert.equal(0, result.code, result.stderr)
    assert.matches("Good", result.stdout)
    assert.equal("POST", wiki:requests({ action = "validatepassword" })[1].method)
    result = command.run({ "api", wiki.api, "action=x", "--parameter-from", "password=hunter22" })
    assert.equal(2, result.code)
    assert.is_nil(result.stderr:find("hunter22", 1, true))
    result = command.run({
      "api",
      "--no-input",
      wiki.api,
      "action=x",
      "--parameter-from",
      "password=prompt",
    })
    assert.equal(2, result.code)
    assert.matches("%-%-no%-input", result.stderr)
  end)
end)
