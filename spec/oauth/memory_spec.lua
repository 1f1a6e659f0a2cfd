---What is left of an OAuth 1 consumer's secrets in the memory of the process: while the Session
---signs, what locked memory holds; after it was closed, nothing.
local counts = require "spec.security.counts"
local holding = require "spec.security.holding"
local shared = require "spec.shared"
local wiki = require "spec.oauth.wiki"

local ROW <const> = "memory scans after a Session that signed was closed"

describe("the memory of a program that signs by OAuth 1", function()
  local site = shared(wiki.start)

  it("holds each secret once, and none when the Session is closed", function()
    local given = wiki.OWNER_ONLY
    local secrets = { consumer = given.consumer_secret, access = given.access_secret }
    local stages = holding.scan({
      address = site.origin .. "/w/api.php",
      name = "Alice",
      credentials = { consumer_key = given.consumer_key, access_key = given.access_key },
      sources = {
        consumer_secret = "file:FOLDER/consumer",
        access_secret = "cmd:cat FOLDER/access",
      },
    }, secrets, { files = secrets })
    assert.same({}, stages.closed.found)
    for _, found in ipairs(stages.login.found) do
      assert.truthy(found:find "^%a+ raw", found)
    end
    assert.equal(2, #stages.login.found, table.concat(stages.login.found, "; "))
    counts.record(ROW, 2, #stages.closed.found)
  end)

  it("takes what the wiki gives from the reply into locked memory", function()
    local secrets = {
      consumer = wiki.CONSUMER.consumer_secret,
      access = ("5ec2e7"):rep(6),
    }
    site:set { ["access-secret"] = secrets.access }
    local stages = holding.scan({
      address = site.origin .. "/w/api.php",
      name = "Alice",
      credentials = { consumer_key = wiki.CONSUMER.consumer_key },
      sources = { consumer_secret = "file:FOLDER/consumer" },
    }, secrets, { files = secrets, env = { BROWSER = wiki.BROWSER, DISPLAY = "" } })
    assert.same({}, stages.closed.found)
    assert.equal(2, #stages.login.found, table.concat(stages.login.found, "; "))
    counts.record(ROW, 2, #stages.closed.found)
  end)
end)
