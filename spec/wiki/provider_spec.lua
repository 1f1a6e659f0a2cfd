package.path = "./?.lua;./?/init.lua;" .. package.path

local client = require("spec.wiki.client")
local openid = require("spec.wiki.provider")
local person = require("spec.wiki.person")
local shared = require("spec.shared")
local wiki = require("spec.wiki")

local function query(address)
  local values = {}
  for name, value in address:gmatch("[?&#]([^=&#]+)=([^&#]*)") do
    values[name] = value:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  end
  return values
end

describe("logins at an OpenID provider on the test wiki", function()
  local one = shared(wiki.start, {
    host = "localhost",
    extensions = { "MwloginTest", "ConfirmEdit/QuestyCaptcha" },
  })
  local provider = shared(openid.for_wiki, one)

  local function switch(names, more)
    one:set(("$wgMwloginTest = [ %s ]; %s %s"):format(names, more or "", provider.settings))
    one:mark()
  end

  local function begin(fields)
    local visitor = client.new(one)
    return visitor, visitor:begin(fields)
  end

  it("go the whole way: captcha, provider, return page, second factor", function()
    switch("'OpenId', 'Code'", "$wgCaptchaBadLoginAttempts = 0;")
    local alice = client.new(one)
    local id
    for _, request in ipairs(alice:form()) do
      id = id or request.fields.captchaId and request.fields.captchaId.value
    end
    local step = alice:begin({
      captchaId = id,
      captchaWord = "Paris",
      rememberMe = 1,
      openIdProvider = "openid.example.net",
      useOpenId = 1,
    })
    assert.equal("REDIRECT", step.status)
    local page = person.walk(provider, step.redirecttarget, "alice")
    assert.equal(one.base, page:sub(1, #one.base))

    local stranger = client.new(one):fetch(page)
    assert.equal(403, stranger.status)
    local wrong = page:gsub("state=", "state=x")
    assert.equal(403, alice:fetch(wrong).status)

    local returned = alice:fetch(page).headers.location
    assert.equal("http://127.0.0.1:9/back?", returned:sub(1, 24))
    local values = query(returned)
    step = alice:continue({ code = values.code, state = values.state })
    assert.equal("mwlogintest-code", step.messagecode)
    assert.equal("Alice", alice:continue({ code = "817420" }).username)
    assert.equal("Alice", alice:name())
    assert.same({ code = "817420" }, one:received()[3].fields)
  end)

  it("tell the client when the person refuses", function()
    switch("'OpenId'")
    local alice, step = begin({ openIdProvider = "openid.example.net", useOpenId = 1 })
    local page = person.walk(provider, step.redirecttarget, "alice", "deny")
    assert.equal("access_denied", query(alice:fetch(page).headers.location).error)
  end)

  it("restart for people the wiki does not know, who may then sign up", function()
    switch("'OpenId'", "$wgCaptchaTriggers['createaccount'] = false;")
    local there = "http://127.0.0.1:4711/any/path?kept=1"
    local stranger, step = begin({
      openIdProvider = "straight.example.net",
      useOpenId = 1,
      loginreturnurl = there,
    })
    local address = person.walk(provider, step.redirecttarget, "stranger")
    assert.equal(there, address:sub(1, #there))
    local values = query(address)
    step = stranger:continue({ code = values.code, state = values.state })
    assert.equal("authmanager-authn-no-local-user", step.messagecode)
    local created = stranger:api({
      action = "createaccount",
      createpreservestate = 1,
      createreturnurl = "http://127.0.0.1:9/",
      createtoken = stranger:token("createaccount"),
      username = "Stranger",
    })
    assert.equal("PASS", created.createaccount.status)
  end)

  it("refuse a code that is not the provider's", function()
    switch("'OpenId'")
    local alice, step = begin({ openIdProvider = "openid.example.net", useOpenId = 1 })
    local state = query(step.redirecttarget).state
    step = alice:continue({ code = "invented", state = state })
    assert.equal("mwlogintest-openid-failed", step.messagecode)
  end)

  it("behave as PluggableAuth does behind its buttons", function()
    switch("'Pluggable'")
    local alice, step = begin({ pluggableauthlogin0 = 1 })
    assert.equal(one:page("Special:MwloginPluggable"), step.redirecttarget)
    assert.same({}, step.requests[1].fields)
    local without = client.new(one):fetch(step.redirecttarget)
    assert.truthy(without.headers.location:find("pluggableauth-fatal-error", 1, true))
    local hop = alice:fetch(step.redirecttarget).headers.location
    local back = alice:fetch(person.walk(provider, hop, "alice"))
    assert.equal("http://127.0.0.1:9/back", back.headers.location)
    assert.equal("Alice", alice:continue({}).username)

    local early = begin({ pluggableauthlogin0 = 1 })
    assert.equal("internal_api_error_TypeError", early:continue({}).errors[1].code)

    local direct, needs_none = begin({ pluggableauthlogin1 = 1 })
    local location = direct:fetch(needs_none.redirecttarget).headers.location
    assert.equal("http://127.0.0.1:9/back", location)
    assert.equal("Alice", direct:continue({}).username)
  end)
end)

describe("the OpenID provider", function()
  it("leaves nothing after stop", function()
    local provider = openid.start({ clients = {} })
    local pid, folder = provider.pid, provider.folder
    assert.is_table(io.open("/proc/" .. pid .. "/stat") and {})
    provider:stop()
    provider:stop()
    assert.is_nil(io.open("/proc/" .. pid .. "/stat"))
    assert.is_nil(io.open(folder .. "/config.json"))
  end)
end)
