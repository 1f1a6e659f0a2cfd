-- A secret gives its text to nobody who does not ask for it by name.
local core = require("mwlogin.core")

describe("a secret", function()
  it("keeps any bytes", function()
    for _, text in ipairs({ "", "open sesame", "a\0b", "\255\254", ("x"):rep(100000) }) do
      local secret = core.secret(text)
      assert.equal(text, secret:reveal())
      assert.equal(#text, #secret)
    end
  end)

  it("never prints its text", function()
    local secret = core.secret("open sesame")
    assert.equal("secret: ***", tostring(secret))
    assert.equal("secret: ***", ("%s"):format(secret))
    local _, message = pcall(function()
      return "password " .. secret
    end)
    assert.is_nil(message:find("open sesame", 1, true))
    _, message = pcall(function()
      return secret.text.more
    end)
    assert.is_nil(message:find("open sesame", 1, true))
  end)

  it("can be copied from another one", function()
    local one = core.secret("text")
    local other = core.secret(one)
    one:wipe()
    assert.equal("text", other:reveal())
  end)

  it("is equal to one of the same text, and to nothing else", function()
    assert.is_true(core.secret("same") == core.secret("same"))
    assert.is_false(core.secret("same") == core.secret("samE"))
    assert.is_false(core.secret("same") == core.secret("same "))
    assert.is_false(core.secret("same") == "same")
    assert.is_true(core.secret("") == core.secret(""))
  end)

  it("is gone when it is wiped, and twice is fine", function()
    local secret = core.secret("text")
    secret:wipe()
    secret:wipe()
    assert.equal("secret: (wiped)", tostring(secret))
    assert.has_error(function()
      secret:reveal()
    end)
    assert.has_error(function()
      return #secret
    end)
    assert.is_true(core.is_secret(secret))
  end)

  it("is wiped at the end of its scope", function()
    local kept
    do
      local secret <close> = core.secret("text")
      kept = secret
    end
    assert.is_false((pcall(kept.reveal, kept)))
  end)

  it("is known as one", function()
    assert.is_true(core.is_secret(core.secret("x")))
    for _, value in ipairs({ "x", 1, true, {}, io.stdout, print }) do
      assert.is_false(core.is_secret(value))
    end
    assert.is_false(core.is_secret(nil))
  end)

  it("is made of several texts and secrets, joined", function()
    local secret = core.secret("a", core.secret("b\0"), "", "c")
    assert.equal("ab\0c", secret:reveal())
    assert.equal(4, #secret)
    assert.has_error(function()
      core.secret("a", 7)
    end)
    assert.has_error(function()
      core.secret()
    end)
  end)

  it("is made of a text only", function()
    for _, value in ipairs({ true, {}, print }) do
      assert.has_error(function()
        core.secret(value)
      end)
    end
  end)

  it("can be many, made and wiped in any order", function()
    local kept = {}
    for i = 1, 3000 do
      kept[i] = core.secret(("%d:%s"):format(i, ("y"):rep(i % 700)))
      if i % 3 == 0 then
        kept[i // 2]:wipe()
      end
    end
    for i = 1501, 3000 do
      assert.equal(("%d:%s"):format(i, ("y"):rep(i % 700)), kept[i]:reveal())
    end
  end)
end)

describe("the shape of a bot password", function()
  local BOT = "0123456789abcdefghijklmnopqrstuv"

  it("is a name with @ and 32 or more of 0-9a-w", function()
    assert.is_true(core.looks_like_botpassword("Alice@app", BOT))
    assert.is_true(core.looks_like_botpassword("Alice@app", core.secret(BOT .. "w0")))
    assert.is_false(core.looks_like_botpassword("Alice", BOT))
    assert.is_false(core.looks_like_botpassword("Alice@app", BOT:sub(2)))
    assert.is_false(core.looks_like_botpassword("Alice@app", BOT:sub(2) .. "x"))
    assert.is_false(core.looks_like_botpassword("Alice@app", BOT:sub(2) .. "A"))
    assert.is_false(core.looks_like_botpassword("Alice@app", ""))
  end)

  it("or a password that is the app, @ and such a text", function()
    assert.is_true(core.looks_like_botpassword("Alice", "app@" .. BOT))
    assert.is_true(core.looks_like_botpassword("Alice", core.secret("a@b@" .. BOT)))
    assert.is_false(core.looks_like_botpassword("Alice", "@" .. BOT))
    assert.is_false(core.looks_like_botpassword("Alice", BOT .. "@app"))
    assert.is_false(core.looks_like_botpassword("Alice", "app@" .. BOT:sub(2)))
  end)
end)
