package.path = "./?.lua;./?/init.lua;" .. package.path

local client = require("spec.wiki.client")
local shared = require("spec.shared")
local wiki = require("spec.wiki")

-- Alice's password, then whatever the wiki asks.
local function alice(one)
  local person = client.new(one)
  return person, person:begin({ username = "Alice", password = one.accounts.Alice })
end

local function kind(step)
  return step.requests[1].id:match("[^\\:|]+$")
end

describe("OATHAuth on the test wiki", function()
  local secret
  local one = shared(wiki.start, { extensions = { "OATHAuth" } })

  lazy_setup(function()
    secret = one:two_factor("Alice")
  end)

  it("asks a code: wrong again, right in, the same not twice", function()
    local person, step = alice(one)
    assert.equal("oathauth-auth-ui", step.messagecode)
    assert.equal("TOTPAuthenticationRequest", kind(step))
    assert.equal("oathauth-login-failed", person:continue({ OATHToken = "000000" }).messagecode)
    local code = one:app_code(secret)
    assert.equal("PASS", person:continue({ OATHToken = code }).status)

    local again = alice(one)
    assert.equal("UI", again:continue({ OATHToken = code }).status)
    one:forget_used_codes()
    assert.equal("PASS", again:continue({ OATHToken = one:app_code(secret) }).status)
  end)

  it("refuses the main password at action=login and lets the bot password in", function()
    assert.equal("Aborted", client.new(one):login("Alice", one.accounts.Alice).result)
    local bot = one.botpassword
    assert.equal("Success", client.new(one):login(bot.name, bot.password).result)
  end)
end)

describe("captchas on the test wiki", function()
  local always = "$wgCaptchaBadLoginAttempts = 0;"

  local function captcha(person)
    for _, request in ipairs(person:form()) do
      if request.id:find("CaptchaAuthenticationRequest", 1, true) then
        return request.fields, request.metadata
      end
    end
  end

  local function answer(one, person, fields, word)
    return person:begin({
      username = "Alice",
      password = one.accounts.Alice,
      captchaId = fields.captchaId.value,
      captchaWord = word,
    })
  end

  it("ask a question", function()
    local one <close> =
      wiki.start({ extensions = { "ConfirmEdit/QuestyCaptcha" }, settings = always })
    local person = client.new(one)
    local fields, metadata = captcha(person)
    assert.equal("question", metadata.type)
    assert.matches("capital of France", fields.captchaInfo.value)
    assert.equal("FAIL", answer(one, person, fields, "Rome").status)
    assert.equal("PASS", answer(one, person, captcha(person), "Paris").status)
  end)

  it("set a sum", function()
    local one <close> = wiki.start({ extensions = { "ConfirmEdit" }, settings = always })
    local person = client.new(one)
    local fields, metadata = captcha(person)
    assert.equal("simple", metadata.type)
    local a, sign, b = fields.captchaInfo.value:match("(%d+)%s*([^%d%s]+)%s*(%d+)")
    local sum = sign == "+" and a + b or a - b
    assert.equal("PASS", answer(one, person, fields, ("%d"):format(sum)).status)
  end)

  it("show a picture", function()
    local one <close> =
      wiki.start({ extensions = { "ConfirmEdit/FancyCaptcha" }, settings = always })
    local person = client.new(one)
    local fields, metadata = captcha(person)
    assert.equal("image", metadata.type)
    local picture = person:fetch(one.base .. fields.captchaInfo.value)
    assert.equal("image/png", picture.headers["content-type"])
    local word = assert(one:read_image(picture.body))
    assert.equal("PASS", answer(one, person, fields, word).status)
  end)

  it("come after three bad logins by default", function()
    local one <close> = wiki.start({ extensions = { "ConfirmEdit/QuestyCaptcha" } })
    local person = client.new(one)
    assert.is_nil(captcha(person))
    for _ = 1, 3 do
      person:begin({ username = "Alice", password = "no" })
    end
    assert.is_table(captcha(person))
  end)
end)

describe("passwords to be changed on the test wiki", function()
  local one = shared(wiki.start)

  it("may be kept for now when they ran out softly", function()
    one:expire_password("Alice", "soft")
    local person, step = alice(one)
    assert.equal("resetpass-expired-soft", step.messagecode)
    assert.equal("PASS", person:continue({ skipReset = 1 }).status)
    one:expire_password("Alice", "never")
    assert.equal("PASS", select(2, alice(one)).status)
  end)

  it("must be changed when they ran out for good, or are temporary", function()
    one:expire_password("Alice", "hard")
    local person, step = alice(one)
    assert.equal("resetpass-expired", step.messagecode)
    local new = { password = "A much newer one 5", retype = "A much newer one 5" }
    assert.equal("PASS", person:continue(new).status)

    one:set_password("Alice", one.accounts.Alice)
    local temporary = one:temporary_password("Bob")
    local bob = client.new(one)
    local asked = bob:begin({ username = "Bob", password = temporary })
    assert.equal("resetpass-temp-emailed", asked.messagecode)
  end)
end)

describe("the test extension", function()
  local one = shared(wiki.start, { extensions = { "MwloginTest" } })

  local function switch(names, more)
    one:set(("$wgMwloginTest = [ %s ]; %s"):format(names, more or ""))
    one:mark()
  end

  it("changes nothing unless it is told to", function()
    switch("")
    assert.equal("PASS", select(2, alice(one)).status)
    assert.same({
      {
        action = "login",
        step = "START",
        fields = { username = "Alice", password = one.accounts.Alice },
      },
    }, one:received())
  end)

  it("asks for a field of every type, whole, and writes down what came", function()
    switch("'AllFields'")
    local person, step = alice(one)
    local types = {}
    for _, field in pairs(step.requests[1].fields) do
      types[field.type] = true
    end
    local every = "string password select multiselect checkbox button hidden null"
    for name in every:gmatch("%S+") do
      assert.is_true(types[name], name)
    end
    local whole = {
      note = "preset",
      nickname = "",
      passphrase = "open it",
      colour = "blue",
      seal = "opaque-123+\\",
      ["toppings[]"] = { "salt", "oil|vinegar" },
    }
    local partial = { note = "x", passphrase = "y", colour = "blue", seal = "opaque-123+\\" }
    assert.equal("mwlogintest-all-fields-wrong", person:continue(partial).messagecode)
    assert.equal("PASS", person:continue(whole).status)
    local received = one:received()
    assert.equal("AllFieldsRequest", received[3].step)
    assert.same({ "salt", "oil|vinegar" }, received[3].fields.toppings)
    assert.equal("", received[3].fields.nickname)
  end)

  it("has two requests with one field name, to be answered apart", function()
    switch("'SharedName'")
    local person, step = alice(one)
    assert.equal(2, #step.requests)
    step = person:continue({ word = "one", loginrequests = step.requests[1].id })
    assert.equal(1, #step.requests)
    assert.equal("PASS", person:continue({ word = "two", remark = "" }).status)
    assert.same({ "MwloginTest\\Step\\FirstClerkRequest" }, one:received()[2].requests)
  end)

  it("mails a code and asks for it as token", function()
    switch("'Mail'")
    local person, step = alice(one)
    assert.equal("mwlogintest-mail", step.messagecode)
    local code = one:mail()[1].body:match("%d%d%d%d%d%d")
    assert.equal("UI", person:continue({ token = "0" }).status)
    assert.equal("PASS", person:continue({ token = code }).status)
  end)

  it("tells the odd door to the session that asks, and to no other", function()
    switch("'Odd'")
    local person, step = alice(one)
    local page = one.base .. step.requests[1].metadata.page
    assert.equal(403, client.new(one):fetch(page).status)
    local door = person:fetch(page).body:match('id="odd%-door">(%w+)')
    step = person:continue({ oddDoor = door, oddNonce = "x" })
    assert.equal("mwlogintest-odd-wrong", step.messagecode)
    door = person:fetch(page).body:match('id="odd%-door">(%w+)')
    local nonce = step.requests[1].fields.oddNonce.value
    assert.equal("PASS", person:continue({ oddDoor = door, oddNonce = nonce }).status)
  end)

  it("breaks and asks for ever where it is meant to", function()
    switch("'Throws'")
    local reply = alice(one):continue({ proceed = 1 })
    assert.equal("internal_api_error_RuntimeException", reply.errors[1].code)
    switch("'Endless'")
    local person = alice(one)
    for _ = 1, 12 do
      assert.equal("UI", person:continue({ proceed = 1 }).status)
    end
  end)

  it("knows accounts of a partner, and restarts for those that belong to nobody", function()
    switch("'Partner'")
    local function partner(name)
      local person = client.new(one)
      return person, person:begin({ partnerName = name, partnerSecret = name .. "-at-partner" })
    end
    assert.equal("Alice", select(2, partner("alice")).username)
    local person, step = partner("stranger")
    assert.equal("RESTART", step.status)
    local created = person:api({
      action = "createaccount",
      createpreservestate = 1,
      createreturnurl = "http://127.0.0.1:9/",
      createtoken = person:token("createaccount"),
      username = "Stranger",
    })
    assert.equal("PASS", created.createaccount.status)
    assert.equal("Stranger", select(2, partner("stranger")).username)
    assert.is_true(select(2, partner("lapsed")).canpreservestate)

    person, step = partner("newcomer")
    assert.equal("RESTART", step.status)
    assert.equal("Bob", person:continue({ username = "Bob", password = one.accounts.Bob }).username)

    switch("'Partner', 'ConfirmLink'")
    person, step = partner("newcomer")
    assert.equal("authmanager-authn-no-local-user-link", step.messagecode)
    step = person:continue({ username = "Bob", password = one.accounts.Bob })
    local option = next(step.requests[1].fields.confirmedLinkIDs.options)
    assert.equal("Bob", person:continue({ ["confirmedLinkIDs[]"] = option }).username)
    assert.equal("Bob", select(2, partner("newcomer")).username)
  end)

  it("links a partner's account to the user who is logged in", function()
    switch("'Partner'")
    local person = alice(one)
    local function link(fields)
      fields.action, fields.linktoken = "linkaccount", person:token("csrf")
      return person:api(fields).linkaccount
    end
    local step = link({
      linkreturnurl = "http://127.0.0.1:9/",
      partnerName = "bob",
      partnerSecret = "bob-at-partner",
    })
    assert.equal("UI", step.status)
    assert.same({ status = "PASS" }, link({ linkcontinue = 1, confirmPartner = 1 }))
  end)
end)
