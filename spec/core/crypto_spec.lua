local core = require("mwlogin.core")

local crypto = core.crypto

local function hex(bytes)
  return (bytes:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

describe("digests", function()
  it("are those of FIPS 180", function()
    assert.equal("a9993e364706816aba3e25717850c26c9cd0d89d", hex(crypto.sha1("abc")))
    assert.equal("da39a3ee5e6b4b0d3255bfef95601890afd80709", hex(crypto.sha1("")))
    assert.equal(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      hex(crypto.sha256("abc"))
    )
    assert.equal(
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
      hex(crypto.sha256(("a"):rep(1000000)))
    )
  end)

  it("read secrets as they read strings", function()
    assert.equal(crypto.sha256("a\0b"), crypto.sha256(core.secret("a\0b")))
  end)

  it("raise on other values", function()
    assert.has_error(function()
      crypto.sha1(12)
    end)
    assert.has_error(function()
      crypto.sha256()
    end)
  end)
end)

describe("hmac", function()
  it("gives the tags of RFC 4231 and RFC 2202", function()
    local message = "what do ya want for nothing?"
    assert.equal(
      "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
      hex(crypto.hmac("sha1", "Jefe", message))
    )
    assert.equal(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      hex(crypto.hmac("sha256", "Jefe", message))
    )
    assert.equal(
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        .. "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
      hex(crypto.hmac("sha512", "Jefe", message))
    )
    assert.equal(
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      hex(
        crypto.hmac(
          "sha256",
          ("\xaa"):rep(131),
          "Test Using Larger Than Block-Size Key - Hash Key First"
        )
      )
    )
  end)

  it("takes empty keys and secrets", function()
    assert.equal("fbdb1d1b18aa6c08324b7d64b71fb76370690e1d", hex(crypto.hmac("sha1", "", "")))
    assert.equal(
      crypto.hmac("sha1", "key", "text"),
      crypto.hmac("sha1", core.secret("key"), core.secret("text"))
    )
  end)

  it("raises on an algorithm it does not have", function()
    local good, message = pcall(crypto.hmac, "md5", "key", "text")
    assert.is_false(good)
    assert.truthy(message:find("invalid option 'md5'", 1, true))
  end)
end)

describe("random", function()
  it("gives as many bytes as asked for, others each time", function()
    assert.equal("", crypto.random(0))
    assert.equal(32, #crypto.random(32))
    assert.not_equal(crypto.random(16), crypto.random(16))
  end)

  it("raises on a count that cannot be", function()
    for _, count in ipairs({ -1, 65537, 1.5 }) do
      assert.has_error(function()
        crypto.random(count)
      end)
    end
  end)
end)

describe("equal", function()
  it("compares strings and secrets by their bytes", function()
    assert.is_true(crypto.equal("a\0b", core.secret("a\0b")))
    assert.is_true(crypto.equal("", ""))
    assert.is_false(crypto.equal("a\0b", "a\0c"))
    assert.is_false(crypto.equal("a", "ab"))
  end)
end)

describe("base64 and base32", function()
  -- RFC 4648, section 10
  local vectors = {
    { "", "", "", "" },
    { "f", "Zg==", "Zg", "MY======" },
    { "fo", "Zm8=", "Zm8", "MZXQ====" },
    { "foo", "Zm9v", "Zm9v", "MZXW6===" },
    { "foob", "Zm9vYg==", "Zm9vYg", "MZXW6YQ=" },
    { "fooba", "Zm9vYmE=", "Zm9vYmE", "MZXW6YTB" },
    { "foobar", "Zm9vYmFy", "Zm9vYmFy", "MZXW6YTBOI======" },
    { "\xfb\xff\xfe", "+//+", "-__-", "7P774===" },
  }

  it("write what RFC 4648 says", function()
    for _, vector in ipairs(vectors) do
      assert.equal(vector[2], crypto.base64(vector[1]))
      assert.equal(vector[3], crypto.base64url(vector[1]))
      assert.equal(vector[4], crypto.base32(vector[1]))
    end
  end)

  it("read it back, with padding and without", function()
    for _, vector in ipairs(vectors) do
      local bare64, bare32 = vector[2]:gsub("=", ""), vector[4]:gsub("=", "")
      assert.equal(vector[1], crypto.unbase64(vector[2]))
      assert.equal(vector[1], crypto.unbase64(bare64))
      assert.equal(vector[1], crypto.unbase64url(vector[3]))
      assert.equal(vector[1], crypto.unbase32(vector[4]):reveal())
      assert.equal(vector[1], crypto.unbase32(bare32):reveal())
    end
  end)

  it("read back every length and byte", function()
    for length = 0, 70 do
      local bytes = crypto.random(length)
      assert.equal(bytes, crypto.unbase64(crypto.base64(bytes)))
      assert.equal(bytes, crypto.unbase64url(crypto.base64url(bytes)))
      assert.equal(bytes, crypto.unbase32(crypto.base32(bytes)):reveal())
    end
  end)

  it("write every byte as two digits, zeros too", function()
    local bytes = {}
    for byte = 0, 255 do
      bytes[#bytes + 1] = ("%02x"):format(byte)
      assert.equal(bytes[#bytes], crypto.hex(string.char(byte)))
    end
    assert.equal("", crypto.hex(""))
    assert.equal("00ff7f", crypto.hex("\0\xff\x7f"))
    assert.equal("6964", crypto.hex(core.secret("id")):reveal())
  end)

  it("keep secrets secret", function()
    local secret = core.secret("id:password")
    local encoded = crypto.base64(secret)
    assert.is_true(core.is_secret(encoded))
    assert.equal("aWQ6cGFzc3dvcmQ=", encoded:reveal())
    local decoded = crypto.unbase64(encoded)
    assert.is_true(core.is_secret(decoded))
    assert.equal(secret, decoded)
    assert.is_true(core.is_secret(crypto.unbase32("MZXW6YQ")))
  end)

  it("read base32 as people copy it", function()
    assert.equal("foobar", crypto.unbase32(" mzxw-6ytb oi\r\n"):reveal())
  end)

  it("refuse what is something else", function()
    local refused = {
      unbase64 = { "Z", "Zg=", "Zg===", "====", "Zh==", "Zm 9v", "Zm9v\n", "-__-", "Zg==Zg==" },
      unbase64url = { "+//+", "Z", "Zh", "Z_=" },
      unbase32 = { "M", "MZX", "MZXW6Y", "MY=", "MY=======", "M1", "MY======MY", "MZXW6YTB=" },
    }
    for name, texts in pairs(refused) do
      for _, text in ipairs(texts) do
        local bytes, err = crypto[name](text)
        assert.is_nil(bytes, name .. " took " .. text)
        assert.equal("answer", err.kind)
        assert.equal("encoding", err.code)
      end
    end
  end)
end)
