-- The scripted wiki against the real one: the same dialogues with both, every reply compared whole.
-- Where they differ the scripted one is wrong.
package.path = "./?.lua;./?/init.lua;" .. package.path

local real_wiki = require("spec.wiki")
local side_by_side = require("spec.testing.side_by_side")
local steps = require("spec.testing.mwlogin_test_steps")
local testing = require("mwlogin.testing")

local RETURN = "http://example.org/back"

describe("the scripted wiki and the real one agree on steps after the password,", function()
  local real, scripted

  local function hold(dialogue)
    local real_said, scripted_said = side_by_side.hold(real, scripted, dialogue)
    assert.is_true(#real_said > 0)
    for index, said in ipairs(real_said) do
      assert.same(said, scripted_said[index], "reply " .. index)
    end
  end

  local function begin(names, list, confirm_link)
    real = real_wiki.start({
      extensions = { "MwloginTest" },
      settings = "$wgMwloginTest = [ '" .. table.concat(names, "', '") .. "' ];",
    })
    scripted = testing.wiki({
      name = "mwlogin test wiki",
      api = "http://127.0.0.1:1/api.php",
      accounts = { Alice = { password = real.accounts.Alice } },
      confirm_link = confirm_link,
      steps = list,
    })
    return { username = "Alice", password = real.accounts.Alice }
  end

  after_each(function()
    real:stop()
  end)

  it("a code", function()
    local alice = begin({ "Code" }, { steps.Code })
    hold(function(client, say)
      say(client.start(alice, { loginmessageformat = "html" }))
      say(client.continue({ code = "1", state = "x" }))
      say(client.continue({}))
      say(client.continue({ code = "817420", loginmessageformat = "raw" }))
    end)
  end)

  it("a field of every type, answered rightly and wrongly", function()
    local alice = begin({ "AllFields" }, { steps.AllFields })
    local function values(change)
      local all = { note = "a", nickname = "", passphrase = "p", colour = "red" }
      all.seal = "opaque-123+\\"
      for name, value in pairs(change) do
        all[name] = value ~= "none" and value or nil
      end
      return all
    end
    hold(function(client, say)
      say(client.start(alice))
      say(client.start(alice, { formatversion = "1" }))
      say(client.start(alice, { loginmergerequestfields = "1" }))
      for _, change in ipairs({
        { nickname = "none" },
        { note = "" },
        { colour = "pink" },
        { colour = "" },
        { toppings = "salt|3" },
        { toppings = "" },
        { ["toppings[]"] = { "salt", "pepper" } },
        { seal = "broken" },
        { passphrase = "none" },
      }) do
        say(client.continue(values(change)))
      end
      local good = values({ ["toppings[]"] = { "oil|vinegar", "3" }, agree = "0" })
      say(client.continue(good))
    end)
  end)

  it("a third party: RESTART, preserved state, creation, linking", function()
    local alice = begin({ "Partner", "ConfirmLink" }, { steps.Partner }, true)
    local function partner(name)
      return { partnerName = name, partnerSecret = name .. "-at-partner" }
    end
    hold(function(client, say)
      local function info(action)
        say(client.get({ meta = "authmanagerinfo", amirequestsfor = action }))
      end
      info("login")
      say(client.start({ partnerName = "x", partnerSecret = "y" }))
      say(client.start(partner("lapsed")))
      info("create")
      say(client.start(partner("stranger")))
      info("create")
      info("login")
      info("login-continue")
      say(client.continue({ username = "Alice", password = alice.password, rememberMe = "1" }))
      local link = "MwloginTest\\LinkRequest|partner:stranger"
      say(client.continue({ ["confirmedLinkIDs[]"] = { "nothing" } }))
      say(client.continue({ ["confirmedLinkIDs[]"] = { link } }))
      client.jar = {}
      say(client.start(partner("newcomer")))
      say(client.post({
        action = "createaccount",
        createtoken = client.token("createaccount"),
        createreturnurl = RETURN,
        createpreservestate = "1",
        username = "newcomer",
        email = "",
        realname = "",
      }))
      say(client.get({ meta = "userinfo" }))
    end)
  end)

  it("a link that is made while logged in", function()
    local alice = begin({ "Partner" }, { steps.Partner })
    hold(function(client, say)
      local function link(values)
        values.action, values.linktoken = "linkaccount", client.token("csrf")
        say(client.post(values))
      end
      client.start(alice)
      link({ linkreturnurl = RETURN })
      link({ linkreturnurl = RETURN, partnerName = "bob", partnerSecret = "x" })
      link({ linkcontinue = "1", confirmPartner = "1" })
      link({ linkreturnurl = RETURN, partnerName = "bob", partnerSecret = "bob-at-partner" })
      say(client.get({ meta = "authmanagerinfo", amirequestsfor = "link-continue" }))
      link({ linkcontinue = "1" })
      link({ linkcontinue = "1", confirmPartner = "1" })
    end)
  end)

  it("a provider that throws", function()
    begin({ "Partner" }, { steps.Partner })
    hold(function(client, say)
      local broken = { partnerName = "broken", partnerSecret = "broken-at-partner" }
      broken.action, broken.loginreturnurl = "clientlogin", RETURN
      broken.logintoken = client.token("login")
      say(client.post(broken))
      say(client.continue({}))
    end)
  end)
end)
