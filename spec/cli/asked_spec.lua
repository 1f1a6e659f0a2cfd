---What a login that stops for want of an answer shows: what the wiki says, and each field.
local asked = require "mwlogin.cli.asked"
local authrequest = require "mwlogin.authrequest"
local cjson = require "cjson"
local command = require "spec.cli.command"
local wiki = require "spec.wiki"

local function step(requests, message)
  return { status = "UI", message = message, requests = authrequest.read(requests) }
end

local RAW <const> = {
  {
    id = "Acme\\BadgeRequest",
    required = "required",
    metadata = {},
    fields = {
      note = { type = "null", value = "Look at <b>your</b> pager." },
      way = { type = "select", label = "Way", options = { mail = "By mail", pager = "pager" } },
      ticket = { type = "hidden", value = "t-1", label = "Ticket" },
      pin = { type = "password", label = "PIN" },
      remark = { type = "string", label = "Remark", optional = true },
      greeting = { type = "string", label = "Greeting", value = "hello" },
      ring = { type = "checkbox", label = "Ring" },
    },
  },
  {
    id = "RememberMe",
    required = "optional",
    metadata = {},
    fields = { me = { type = "checkbox" } },
  },
}

describe("what is asked", function()
  it("is told with the wiki's words, choices and kinds", function()
    local lines = table.concat(asked.lines(step(RAW, "How shall it come?")), "\n")
    for _, words in ipairs {
      "The wiki says: How shall it come?",
      "  BadgeRequest",
      "    note: Look at your pager.",
      "    way (Way): one of mail (By mail), pager",
      "    ticket (Ticket): hidden, goes back by itself",
      "    pin (PIN): a secret text",
      "    remark (Remark): a text, may be empty",
      "    greeting (Greeting): a text; without an answer: hello",
      "    ring (Ring): a box to tick: 1",
    } do
      assert.truthy(lines:find(words, 1, true), words .. "\nin\n" .. lines)
    end
    assert.is_nil(lines:find("RememberMe", 1, true))
    assert.is_nil(lines:find("t-1", 1, true))
  end)

  it("is cut where a wiki says too much, at whole characters", function()
    local long = ("ä"):rep(5000)
    local lines = asked.lines(step(RAW, long))
    assert.equal("The wiki says: " .. ("ä"):rep(300) .. "…", lines[1])
  end)

  it("is nothing where nothing is asked", function()
    assert.same({}, asked.lines(step({}, "Wait.")))
    assert.same({}, asked.lines { status = "REDIRECT", requests = {} })
  end)

  it("is shown by the command, in words and as JSON", function()
    local one <close> = wiki.start {
      extensions = { "MwloginTest" },
      settings = "$wgMwloginTest = [ 'Odd' ];",
    }
    local words = { "login", one.api, "--user", "Alice", "--password-from", "env:WIKI_PASSWORD" }
    words[#words + 1] = "--no-input"
    local options = { env = { WIKI_PASSWORD = one.accounts.Alice } }
    local said = command.run(words, options)
    assert.equal(3, said.code)
    assert.truthy(said.stderr:find("The wiki says: Which door is it today?", 1, true), said.stderr)
    assert.truthy(said.stderr:find("oddDoor (Door): one of left (Left)", 1, true), said.stderr)
    words[#words + 1] = "--json"
    local result = cjson.decode(command.run(words, options).stdout)
    assert.equal("OddAuthenticationRequest", result.error.asks[1].kind)
    assert.equal("oddDoor", result.error.asks[1].fields[1].name)
    assert.equal("left", result.error.asks[1].fields[1].options[1].value)
    assert.is_nil(result.error.asks[1].fields[2].value)
  end)
end)
