local alice = require("spec.testing.alice")
local capture = require("spec.testing.capture")
local cookie_client = require("spec.testing.cookie_client")

describe("mwlogin.testing: accounts", function()
  describe("createaccount", function()
    local function create(client, values)
      local params = { action = "createaccount", createreturnurl = "http://example.org/" }
      params.createtoken = client.token("createaccount")
      for name, value in pairs(values) do
        params[name] = value
      end
      return client.post(params).createaccount
    end

    it("makes an account, and keeps mail and name only when both fields are there", function()
      local wiki, client = alice.wiki()
      local values = { username = "newbie", password = "long enough 1", retype = "long enough 1" }
      values.email = "n@example.org"
      assert.same({ status = "PASS", username = "Newbie" }, create(client, values))
      assert.is_nil(wiki.accounts.Newbie.email)
      values.username, values.realname = "newbie2", ""
      create(client, values)
      assert.equal("n@example.org", wiki.accounts.Newbie2.email)
      assert.equal(0, client.whoami().id)
    end)

    it("names what is wrong", function()
      local _, client = alice.wiki()
      local values = { username = "Newbie", password = "long enough 1", retype = "other" }
      assert.same(capture.read("createaccount-badretype").createaccount, create(client, values))
      values.password, values.retype = "abc", "abc"
      assert.same(capture.read("createaccount-weakpassword").createaccount, create(client, values))
      values.username = "alice"
      assert.same(capture.read("createaccount-userexists").createaccount, create(client, values))
      values.username = ""
      assert.same(capture.read("createaccount-noname").createaccount, create(client, values))
    end)
  end)

  describe("linkaccount", function()
    local step = {
      primary = true,
      actions = { "linkaccount" },
      id = "LinkRequest",
      fields = { { name = "proof" } },
      begin = function(values)
        if values.proof ~= "right" then
          return { status = "FAIL", message = "no proof" }
        end
        return { status = "PASS", link = { id = "idp:1" } }
      end,
    }

    it("needs a login, a csrf token, and says PASS without a name", function()
      local wiki, client = alice.wiki({ steps = { step } })
      local params = { action = "linkaccount", linkreturnurl = "http://e.org/", linktoken = "+\\" }
      assert.equal("notloggedin", cookie_client.code_of(client.post(params)))
      client.start(alice.LOGIN)
      assert.equal("badtoken", cookie_client.code_of(client.post(params)))
      params.linktoken, params.proof = client.token("csrf"), "right"
      assert.same({ linkaccount = { status = "PASS" } }, client.post(params))
      assert.same({ "idp:1" }, wiki.accounts.Alice.links)
      local later = { action = "linkaccount", linkcontinue = "1", linktoken = client.token("csrf") }
      assert.same(capture.read("linkaccount-not-in-progress"), client.post(later))
    end)
  end)
end)
