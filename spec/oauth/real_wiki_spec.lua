---OAuth 1 at a real MediaWiki that has no such extension, and what it tells of its own name.
local mwlogin = require "mwlogin"
local own_name = require "mwlogin.oauth.own_name"
local wiki = require "spec.wiki"

describe("a real MediaWiki without OAuth", function()
  local one

  setup(function()
    one = wiki.start {
      private = true,
      settings = "$wgServer = $wgCanonicalServer = 'http://wiki.example.org:8080';",
    }
  end)

  teardown(function()
    one:stop()
  end)

  local function refused(given)
    local session <close> = assert(mwlogin.open(one.api, { user_agent = "spec" }))
    local me, err = session:login(given)
    assert.is_nil(me)
    return err
  end

  it("tells strangers its own name even when it is private", function()
    local session <close> = assert(mwlogin.open(one.api, { user_agent = "spec" }))
    assert.equal("http://wiki.example.org:8080", own_name.of(session))
  end)

  it("is told apart from one that refuses", function()
    local err = refused { consumer_key = "a", consumer_secret = "b", return_url = "oob" }
    assert.is_true(err.kind == "http" or err.kind == "protocol")
    assert.truthy(err.message:find("Special:OAuth/initiate", 1, true))
    assert.truthy(err.advice:find("extension OAuth", 1, true))
    err = refused {
      consumer_key = "a",
      consumer_secret = "b",
      access_key = "c",
      access_secret = "d",
    }
    assert.equal("assertuserfailed", err.code)
    assert.truthy(err.advice:find("extension OAuth", 1, true))
  end)
end)

describe("a real MediaWiki that is served by both schemes", function()
  it("tells by which one it believes it is spoken to", function()
    local one <close> = wiki.start { settings = "$wgServer = '//wiki.example.org';" }
    local session <close> = assert(mwlogin.open(one.api, { user_agent = "spec" }))
    assert.equal("http://wiki.example.org", own_name.of(session))
  end)
end)
