local alice = require("spec.testing.alice")
local capture = require("spec.testing.capture")

local PASSWORD_ID = "MediaWiki\\Auth\\PasswordAuthenticationRequest"

describe("mwlogin.testing: a captcha", function()
  local CAPTCHA = { question = "What is the capital of France?", answer = "Paris" }

  local function ask(client)
    local reply = client.get({ meta = "authmanagerinfo", amirequestsfor = "login" })
    return reply, reply.query.authmanagerinfo.requests[1]
  end

  it("comes after three bad logins, in the form only, and looks like a wrong password", function()
    local _, client = alice.wiki({ captcha = CAPTCHA, throttle = false })
    assert.equal(PASSWORD_ID, select(2, ask(client)).id)
    for _ = 1, 3 do
      client.start(alice.login({ password = "no" }))
    end
    capture.assert_same_shape("authmanagerinfo-login-captcha", (ask(client)))
    assert.same(
      capture.read("clientlogin-captcha-demanded-but-absent").clientlogin,
      client.start(alice.LOGIN)
    )
    local _, request = ask(client)
    local id = request.fields.captchaId.value
    local wrong = alice.login({ captchaId = id, captchaWord = "Berlin" })
    assert.equal("wrongpassword", client.start(wrong).messagecode)
    local reused = alice.login({ captchaId = id, captchaWord = "Paris" })
    assert.equal("wrongpassword", client.start(reused).messagecode)
  end)

  it("opens the door once, when its id is fresh", function()
    local _, client =
      alice.wiki({ captcha = { question = "2+2", answer = "4", always = true, type = "simple" } })
    local _, request = ask(client)
    local solved = alice.login({ captchaId = request.fields.captchaId.value, captchaWord = "4" })
    assert.equal("PASS", client.start(solved).status)
  end)
end)
