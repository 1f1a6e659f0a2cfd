local alice = require("spec.testing.alice")
local capture = require("spec.testing.capture")

describe("mwlogin.testing: RESTART", function()
  local function third_party(more)
    local step = {
      primary = true,
      id = "ProtoBeginRequest",
      fields = { { name = "protomode", type = "select", options = { { "nouser", "n" } } } },
      begin = function()
        return {
          status = "PASS",
          create = not more and { id = "E1" } or nil,
          link = { id = "ProtoLink:E1|pipe", label = "Proto IdP (ext E1|pipe)" },
        }
      end,
    }
    return alice.wiki({ steps = { step }, confirm_link = more })
  end

  it("lists the ways to log in, without a captcha", function()
    local _, client = third_party()
    local answer = client.start({ protomode = "nouser" })
    assert.equal("RESTART", answer.status)
    assert.is_true(answer.canpreservestate)
    assert.equal("authmanager-authn-no-local-user", answer.messagecode)
    assert.equal(3, #answer.requests)
    assert.equal("PASS", client.continue(alice.LOGIN).status)
  end)

  it("hands the identity to a new account, which is not logged in by that", function()
    local wiki, client = third_party()
    client.start({ protomode = "nouser" })
    local info = client.get({ meta = "authmanagerinfo", amirequestsfor = "create" })
    info = info.query.authmanagerinfo
    assert.is_true(info.haspreservedstate)
    assert.is_true(info.hasprimarypreservedstate)
    local reply = client.post({
      action = "createaccount",
      createtoken = client.token("createaccount"),
      createreturnurl = "http://example.org/",
      createpreservestate = "1",
      username = "newcomer",
      email = "",
      realname = "",
    })
    assert.same({ status = "PASS", username = "Newcomer" }, reply.createaccount)
    assert.equal("E1", wiki.accounts.Newcomer.links[1].id)
    assert.equal(0, client.whoami().id)
  end)

  it("goes through local credentials to the question what to link", function()
    local wiki, client = third_party(true)
    local answer = client.start({ protomode = "nouser" })
    assert.equal("authmanager-authn-no-local-user-link", answer.messagecode)
    local step = client.continue(alice.login({ rememberMe = "1" }))
    local expected = capture.read("clientlogin-restart-continue-password")
    assert.same(expected.clientlogin, step)
    assert.equal(
      "PASS",
      client.continue({ ["confirmedLinkIDs[]"] = { "ProtoLink:E1|pipe" } }).status
    )
    assert.same({ "ProtoLink:E1|pipe" }, wiki.accounts.Alice.links)
    assert.truthy(client.jar.wikiToken)
  end)

  it("loses what was kept with the next answer", function()
    local _, client = third_party()
    client.start({ protomode = "nouser" })
    client.start(alice.login({ password = "no" }))
    local info = client.get({ meta = "authmanagerinfo", amirequestsfor = "create" })
    assert.is_false(info.query.authmanagerinfo.haspreservedstate)
  end)
end)
