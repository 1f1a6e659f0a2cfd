---What a login would do, told without doing it: nothing is sent, nothing read, nobody called.
local memory = require "spec.store.memory"
local mwlogin = require "mwlogin"

describe("doctor, with credentials,", function()
  local PASSWORD <const> = "open sesame, doctor"

  local function planned(description, credentials, options)
    description.accounts = { Alice = { password = PASSWORD } }
    local made = mwlogin.testing.wiki(description)
    local chosen = { transport = made.transport, user_agent = "doctor_spec" }
    for name, value in pairs(options or {}) do
      chosen[name] = value
    end
    local session <close> = assert(mwlogin.open(made.api, chosen))
    local report = assert(session:doctor(credentials))
    local lines, stops = {}, {}
    for position, one in ipairs(report.plan) do
      lines[position] = one.what
      stops[#stops + 1] = one.stops and one.what or nil
    end
    for _, request in ipairs(made.requests) do
      assert.not_equal("POST", request.method)
    end
    local text = table.concat(lines, "\n")
    assert.is_nil(text:find(PASSWORD, 1, true))
    return text, table.concat(stops, "\n")
  end

  local function has(text, words)
    assert.truthy(text:find(words, 1, true), text)
  end

  it("tells the method, and who answers what, and sends nothing", function()
    local text, stops = planned({}, { username = "Alice", password = PASSWORD })
    has(text, "method clientlogin: user name and password")
    has(text, "PasswordAuthenticationRequest: username (as given), password (as given)")
    assert.equal("", stops)
  end)

  it("reads no source, but tells of one that would give nothing", function()
    local read = false
    local text, stops = planned({}, {
      username = "Alice",
      password = mwlogin.secret.env "MWLOGIN_NOT_SET",
      answers = {
        OATHToken = function()
          read = true
        end,
      },
    })
    has(text, "password (read from env:MWLOGIN_NOT_SET)")
    has(text, "method botpassword if the password has the shape of one, else clientlogin")
    assert.equal("password: the environment variable MWLOGIN_NOT_SET is not set", stops)
    assert.is_false(read)
  end)

  it("tells where a login would stop for want of an answer", function()
    local steps = {
      {
        primary = true,
        id = "AcmeRequest",
        fields = { { name = "badge", type = "string" } },
        username = "Alice",
        answer = { badge = "1" },
      },
    }
    local _, stops = planned(
      { steps = steps, local_login = false },
      { username = "Alice", answers = {} }
    )
    assert.equal("AcmeRequest: nobody answers badge", stops)
    local text
    text, stops = planned({ steps = steps }, { answers = { badge = "1" } })
    has(text, "AcmeRequest: badge (answers, as given)")
    assert.equal("", stops)
  end)

  it("names handlers of one's own, and does not call them", function()
    local called = false
    local text, stops = planned(
      { captcha = { question = "Which door?", answer = "left", always = true } },
      {
        username = "Alice",
        password = PASSWORD,
        handlers = {
          {
            name = "Doors",
            kinds = { "CaptchaAuthenticationRequest" },
            answer = function()
              called = true
            end,
          },
        },
      }
    )
    has(text, "CaptchaAuthenticationRequest: captchaWord (the handler Doors, if it can)")
    assert.equal("", stops)
    assert.is_false(called)
  end)

  it("says that a password does not travel over http", function()
    local _, stops = planned(
      { api = "http://wiki.example.org/w/api.php" },
      { username = "Alice", password = PASSWORD }
    )
    assert.equal("the wiki is reached by http, and no secret is sent over it", stops)
  end)

  it("tells of the session that is kept", function()
    local store = memory.new()
    local made = mwlogin.testing.wiki { accounts = { Alice = { password = PASSWORD } } }
    local options = { transport = made.transport, user_agent = "doctor_spec", store = store }
    do
      local session <close> = assert(mwlogin.open(made.api, options))
      assert(session:login { username = "Alice", password = PASSWORD })
    end
    local session <close> = assert(mwlogin.open(made.api, options))
    local report = assert(session:doctor { username = "Alice" })
    has(report.plan[1].what, "the session kept of Alice is proved first")
  end)

  it("raises where a login would", function()
    local made = mwlogin.testing.wiki()
    local options = { transport = made.transport, user_agent = "doctor_spec" }
    local session <close> = assert(mwlogin.open(made.api, options))
    local ok, message = pcall(session.doctor, session, { pasword = "x" })
    assert.is_false(ok)
    assert.truthy(message:find("password", 1, true))
  end)
end)
