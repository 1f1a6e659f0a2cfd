-- Logins of a real wiki, recorded, searched for what must not be there, and gone through again
-- without the wiki.
package.path = "./?.lua;./?/init.lua;" .. package.path
local core = require "mwlogin.core"
local folders = require "spec.folders"
local mwlogin = require "mwlogin"
local picture = require "mwlogin.respond.picture"
local wikis = require "spec.wiki"

local CONTACT <const> = "somebody@contact.example.org"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

---Every way a secret may be written.
local function forms(secret)
  local html = secret:gsub("[&<>\"']", {
    ["&"] = "&amp;",
    ["<"] = "&lt;",
    [">"] = "&gt;",
    ['"'] = "&quot;",
    ["'"] = "&#039;",
  })
  local escaped = secret:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("/", "\\/")
  local encoded = core.encode(secret)
  return {
    secret,
    encoded,
    encoded:lower(),
    (encoded:gsub("%%20", "+")),
    html,
    escaped,
    (secret:gsub("\\", "\\\\")),
    core.crypto.base64(secret),
    core.crypto.base64url(secret),
  }
end

local function assert_without(text, secrets)
  for _, secret in ipairs(secrets) do
    for _, form in ipairs(forms(secret)) do
      assert.is_nil(text:find(form, 1, true), ("%s as %s is in it"):format(secret, form))
    end
  end
end

---What the wiki gave out, read from what was really exchanged.
local function given_out(recorder)
  local found = {}
  for _, exchange in ipairs(recorder.exchanges) do
    for name, values in pairs(exchange.response.headers) do
      for _, line in ipairs(name:lower() == "set-cookie" and values or {}) do
        local value = line:match "=([^;]*)"
        found[#found + 1] = #value > 7 and value or nil
      end
    end
    local body = exchange.response.body
    for token in body:gmatch '"%w+token":"(%x%x%x%x%x%x%x+)' do
      found[#found + 1] = token
    end
    for id in body:gmatch "wpCaptchaId=(%w+)" do
      found[#found + 1] = id
    end
  end
  return found
end

describe("a recorded login of a real wiki", function()
  local folder, count = nil, 0

  folders.for_block(function(made)
    folder = made
  end)

  local function record(wiki, credentials, work)
    count = count + 1
    local path = ("%s/%d.transcript"):format(folder, count)
    local recorder = mwlogin.testing.record(path)
    local session <close> = assert(mwlogin.open(wiki.api, {
      user_agent = "Spec/1.0 (" .. CONTACT .. ")",
      record = recorder,
    }))
    local me, err = session:login(credentials)
    if me and work then
      work(session)
    end
    local secrets = given_out(recorder)
    assert.is_true(#secrets >= 2)
    assert(recorder:close())
    local text = read(path)
    assert_without(text, secrets)
    assert_without(text, { CONTACT })
    return path, text, me, err
  end

  local function replay(path, credentials, work)
    local played = assert(mwlogin.testing.replay(path))
    local session <close> = assert(mwlogin.open(played.api, {
      user_agent = "Replay/1.0",
      transport = played.transport,
    }))
    local me, err = session:login(credentials)
    if me and work then
      work(session)
    end
    played:finish()
    return me, err
  end

  it("by clientlogin, with an edit: other values fit as well", function()
    local wiki <close> = wikis.start()
    local function edit(session)
      assert(session:post({ action = "edit", title = "Sandbox", text = "hi" }, { token = "csrf" }))
    end
    local path, text, me =
      record(wiki, { username = "Alice", password = wiki.accounts.Alice }, edit)
    assert.equal("Alice", me.name)
    assert_without(text, { wiki.accounts.Alice, "Alice" })
    assert.equal("Zoe", replay(path, { username = "Zoe", password = "anything" }, edit).name)
    assert.equal(0, #assert(io.popen("find " .. folder .. " -name '1.*' -perm /077")):read "a")
  end)

  it("by bot password, in both forms", function()
    local wiki <close> = wikis.start()
    local bot = wiki.botpassword
    for name, password in pairs {
      [bot.name] = bot.password,
      [bot.variant_name] = bot.variant_password,
    } do
      local path, text, me = record(wiki, { username = name, password = password })
      assert.equal("botpassword", me.method)
      assert_without(text, { bot.password, name, "Alice" })
      local again = assert(mwlogin.testing.replay(path))
      assert.equal("botpassword", again:login().method)
      assert.is_true(again:is_finished())
    end
  end)

  it("with a second factor, wrong first", function()
    local wiki <close> = wikis.start { extensions = { "OATHAuth" } }
    local key = wiki:two_factor "Alice"
    local codes = {}
    local function code()
      codes[#codes + 1] = #codes == 0 and "918273" or wiki:app_code(key)
      return codes[#codes]
    end
    local path, text, me = record(
      wiki,
      { username = "Alice", password = wiki.accounts.Alice, answers = { OATHToken = code } }
    )
    assert.equal("Alice", me.name)
    assert.equal(2, #codes)
    assert_without(text, { key, codes[1], codes[2], wiki.accounts.Alice })
    assert.truthy(text:find("<<OATHToken 2>>", 1, true))
    local asked = 0
    local replayed = replay(path, {
      username = "Alice",
      password = "x",
      answers = {
        OATHToken = function()
          asked = asked + 1
          return "11111" .. asked
        end,
      },
    })
    assert.equal("Alice", replayed.name)
    assert.equal(2, asked)
  end)

  it("with a question and with a picture to read", function()
    local always = "$wgCaptchaBadLoginAttempts = 0;"
    local asking <close> =
      wikis.start { extensions = { "ConfirmEdit/QuestyCaptcha" }, settings = always }
    local path, text = record(asking, {
      username = "Alice",
      password = asking.accounts.Alice,
      answers = { captchaWord = "Paris" },
    })
    assert_without(text, { "Paris" })
    assert.truthy(text:find("capital of France", 1, true), text)
    assert(replay(path, { username = "A", password = "b", answers = { captchaWord = "c" } }))

    local showing <close> =
      wikis.start { extensions = { "ConfirmEdit/FancyCaptcha" }, settings = always }
    local word
    path, text = record(showing, {
      username = "Alice",
      password = showing.accounts.Alice,
      answers = {
        captchaWord = function(_, context)
          local shown = assert(context.show_image(picture.field(context.request).value))
          word = assert(showing:read_image(read(shown)))
          return word
        end,
      },
    })
    assert_without(text, { word })
    assert.truthy(text:find('"bytes":%d+'), text)
    local played = assert(mwlogin.testing.replay(path))
    assert.equal("username-1", played:login().name)
    assert.is_true(played:is_finished())
  end)

  it("that fails: the refusal is replayed", function()
    local wiki <close> = wikis.start()
    local path, text, me, err = record(wiki, { username = "Alice", password = "not & hers?" })
    assert.is_nil(me)
    assert_without(text, { "not & hers?", "Alice" })
    local _, again = replay(path, { username = "Alice", password = "neither" })
    assert.same({ err.kind, err.code }, { again.kind, again.code })
  end)
end)
