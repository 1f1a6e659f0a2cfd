---Answers from the command line at a real wiki with a second factor and a captcha.
local cjson = require "cjson"
local answers = require "mwlogin.cli.answers"
local answers_of = require "mwlogin.flow.answers"
local command = require "spec.cli.command"
local shared = require "spec.shared"
local wikis = require "spec.wiki"

describe("a field that looks secret", function()
  it("is known by its name, with or without its kind", function()
    local secret = { "password", "retype", "token", "Kind.code", "OATHToken", "pin", "newSecret" }
    for _, name in ipairs(secret) do
      assert.is_true(answers.looks_secret(name), name)
    end
    local plain = { "captchaWord", "domain", "colour", "Token.colour", "realname", "email" }
    for _, name in ipairs(plain) do
      assert.is_false(answers.looks_secret(name), name)
    end
  end)
end)

describe("--field", function()
  local function given(...)
    local fields = {}
    for position, value in ipairs { ... } do
      fields[position] = { name = "colour", value = value }
    end
    local answered = answers_of.new(answers.collect { fields = fields })
    return function(field)
      field.name = "colour"
      return answered:read("colour", field)
    end
  end

  it("gives nothing to a field that the wiki marks secret", function()
    local value, err = given "abracadabra" { secret = true }
    assert.is_nil(value)
    assert.truthy(err.message:find("--field-from colour=SOURCE", 1, true))
    assert.is_nil(tostring(err):find("abracadabra", 1, true))
  end)

  it("given again is another choice where several may be made, and too much elsewhere", function()
    local read = given("red", "blue")
    assert.same({ "red", "blue" }, read { type = "multiselect" })
    local value, err = read { type = "select" }
    assert.is_nil(value)
    assert.truthy(err.message:find("--field colour is given 2 times", 1, true), err.message)
  end)
end)

describe("a login with a second factor", function()
  local totp
  local wiki = shared(wikis.start, { extensions = { "OATHAuth" } })

  lazy_setup(function()
    totp = wiki:two_factor("Alice")
  end)

  local function login(...)
    local words = { "login", wiki.api, "--user", "Alice", "--password-from", "env:P", "--json" }
    words[#words + 1] = "--no-input"
    for _, word in ipairs { ... } do
      words[#words + 1] = word
    end
    return command.run(words, { env = { P = wiki.accounts.Alice, T = totp } })
  end

  it("works with a source of one-time codes", function()
    local result = login("--field-from", "OATHToken=totp:env:T")
    assert.equal(0, result.code, result.stderr)
    assert.equal("Alice", cjson.decode(result.stdout).name)
  end)

  it("exits 3 without, and names the field", function()
    local result = login()
    assert.equal(3, result.code, result.stderr)
    local err = cjson.decode(result.stdout).error
    assert.equal("interaction", err.kind)
    assert.matches("asks for OATHToken", err.message)
    assert.truthy(result.stderr:find("OATHToken", 1, true), result.stderr)
  end)

  it("names the field whose source gives nothing: exit 2", function()
    local result = login("--field-from", "OATHToken=totp:env:MWLOGIN_SPEC_UNSET")
    assert.equal(2, result.code, result.stderr)
    assert.matches("'OATHToken': .*MWLOGIN_SPEC_UNSET", cjson.decode(result.stdout).error.message)
  end)

  it("with the main password at the bot's door says where bot passwords are made", function()
    local result = login("--method", "botpassword")
    assert.equal(1, result.code, result.stderr)
    assert.truthy(result.stderr:find("BotPasswords", 1, true), result.stderr)
  end)
end)

describe("a login with a captcha", function()
  it("takes the answer from --field, and exits 3 naming the field without", function()
    local wiki <close> = wikis.start {
      extensions = { "ConfirmEdit/QuestyCaptcha" },
      settings = [[
        $wgCaptchaQuestions = [ 'What colour is snow?' => 'white' ];
        $wgCaptchaTriggers['badlogin'] = true;
        $wgCaptchaBadLoginAttempts = 0;
      ]],
    }
    local words = { "login", wiki.api, "--user", "Alice", "--password-from", "env:P", "--json" }
    words[#words + 1] = "--no-input"
    local env = { P = wiki.accounts.Alice }
    command.run(words, { env = { P = "wrong" } })
    local without = command.run(words, { env = env })
    assert.equal(3, without.code, without.stderr .. without.stdout)
    assert.truthy(without.stderr:find("captchaWord", 1, true), without.stderr)
    words[#words + 1] = "--field"
    words[#words + 1] = "captchaWord=white"
    local with = command.run(words, { env = env })
    assert.equal(0, with.code, with.stderr)
  end)
end)
