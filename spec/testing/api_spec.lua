local alice = require("spec.testing.alice")
local capture = require("spec.testing.capture")
local cookie_client = require("spec.testing.cookie_client")

describe("mwlogin.testing: errors", function()
  it("come in every errorformat as captured", function()
    local _, client = alice.wiki()
    for _, format in ipairs({ "bc", "plaintext", "html", "raw", "none", "wikitext" }) do
      local params = { meta = "userinfo", assert = "user", bogus = "1", errorformat = format }
      capture.assert_same_shape("errorformat-" .. format, client.get(params))
      params.assert = nil
      if format ~= "wikitext" then
        assert.same(capture.read("warning-errorformat-" .. format), client.get(params))
      end
    end
    local old = client.get({ meta = "userinfo", assert = "user", formatversion = "1" })
    capture.assert_same_shape("error-formatversion1", old)
  end)

  it("of assertions go before all else", function()
    local _, client = alice.wiki()
    local function code(params)
      params.meta = "userinfo"
      return cookie_client.code_of(client.get(params))
    end
    assert.equal("assertuserfailed", code({ assert = "user" }))
    assert.equal("assertbotfailed", code({ assert = "bot" }))
    assert.equal("assertnameduserfailed", code({ assertuser = "alice" }))
    assert.equal("baduser", code({ assertuser = "<>" }))
    client.start(alice.LOGIN)
    assert.is_nil(code({ assert = "user", assertuser = "alice" }))
    assert.equal("assertanonfailed", code({ assert = "anon" }))
  end)

  it("of a private wiki leave the login open", function()
    local _, client = alice.wiki({ private = true })
    assert.equal("readapidenied", cookie_client.code_of(client.get({ meta = "userinfo" })))
    assert.equal("readapidenied", cookie_client.code_of(client.get({ meta = "userinfo|tokens" })))
    assert.equal(
      "assertuserfailed",
      cookie_client.code_of(client.get({ meta = "userinfo", assert = "user" }))
    )
    assert.equal("PASS", client.start(alice.LOGIN).status)
    assert.equal("Alice", client.whoami().name)
  end)

  it("of a read-only or a lagging wiki stop a login", function()
    local wiki, client = alice.wiki({ readonly = "Site is being upgraded; back soon." })
    local token = client.token("login")
    local params = alice.login({ action = "clientlogin", logintoken = token })
    params.loginreturnurl = "http://example.org/"
    capture.assert_same_shape("clientlogin-readonly", client.post(params))
    params.errorformat = "plaintext"
    assert.equal(wiki.readonly, client.post(params).errors[1].data.readonlyreason)
    wiki.readonly, wiki.lag, params.errorformat, params.maxlag = nil, 9, nil, "5"
    capture.assert_same_shape("maxlag-clientlogin", client.post(params))
    assert.equal("5", client.reply.headers["Retry-After"])
  end)

  it("of http where https is due are only a warning, but its cookies are lost", function()
    local address = "http://wiki.localhost/api.php"
    local _, client = alice.wiki({ force_https = true, api = address })
    local reply = client.get({ meta = "tokens", type = "login" })
    capture.assert_same_shape("forcehttps-over-http", reply)
    assert.truthy(client.cookies[1]:find("; secure", 1, true))
  end)

  it("name what is not known", function()
    local _, client = alice.wiki()
    capture.assert_same_shape("unknown-action", client.get({ action = "nosuch" }))
    assert.same(capture.read("unknown-meta"), client.get({ meta = "nosuchmodule" }))
    local value = client.get({ meta = "authmanagerinfo", amirequestsfor = "nosuch" })
    capture.assert_same_shape("unknown-meta-value", value)
  end)

  it("of the transport itself: methods, bodies, origins", function()
    local wiki, client = alice.wiki()
    assert.equal(405, client.send("PUT", wiki.api .. "?action=query&format=json").status)
    local json = { ["Content-Type"] = "application/json" }
    local reply = client.send("POST", wiki.api, '{"action":"login"}', json)
    assert.truthy(reply.body:find("^<!DOCTYPE html>"))
    assert.equal(
      403,
      client.send("GET", wiki.api .. "?action=query&origin=https%3A%2F%2Fevil").status
    )
    local star = client.get({ meta = "tokens", type = "login", origin = "*" })
    assert.same(capture.read("origin-star-tokens"), star)
    local problem = select(2, client.send("GET", "https://elsewhere.example/"))
    assert.truthy(problem:find("elsewhere.example", 1, true))
  end)
end)
