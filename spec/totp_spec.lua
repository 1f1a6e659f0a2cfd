local core = require("mwlogin.core")
local totp = require("mwlogin.totp")

local SHA1_KEY = "12345678901234567890"

local function base32(text)
  return core.crypto.base32(text)
end

describe("totp.hotp", function()
  it("gives the codes of RFC 4226, appendix D", function()
    local key = assert(totp.parse(base32(SHA1_KEY)))
    local codes = {}
    for counter = 0, 9 do
      codes[#codes + 1] = totp.hotp(key, counter)
    end
    assert.equal(
      "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489",
      table.concat(codes, " ")
    )
  end)
end)

describe("totp.code", function()
  -- RFC 6238, appendix B; the keys of its erratum: as long as the digest.
  local keys = {
    sha1 = SHA1_KEY,
    sha256 = SHA1_KEY .. "123456789012",
    sha512 = SHA1_KEY:rep(3) .. "1234",
  }
  local vectors = {
    { 59, sha1 = "94287082", sha256 = "46119246", sha512 = "90693936" },
    { 1111111109, sha1 = "07081804", sha256 = "68084774", sha512 = "25091201" },
    { 1111111111, sha1 = "14050471", sha256 = "67062674", sha512 = "99943326" },
    { 1234567890, sha1 = "89005924", sha256 = "91819424", sha512 = "93441116" },
    { 2000000000, sha1 = "69279037", sha256 = "90698825", sha512 = "38618901" },
    { 20000000000, sha1 = "65353130", sha256 = "77737706", sha512 = "47863826" },
  }

  for algorithm, text in pairs(keys) do
    it("gives the codes of RFC 6238 for " .. algorithm, function()
      local address = ("otpauth://totp/Wiki:Alice?secret=%s&digits=8&algorithm=%s"):format(
        base32(text):gsub("=", ""),
        algorithm:upper()
      )
      local key = assert(totp.parse(address))
      for _, vector in ipairs(vectors) do
        assert.equal(vector[algorithm], totp.code(key, vector[1]))
        assert.equal(vector[algorithm], totp.code(key, vector[1] + 0.5))
      end
    end)
  end

  it("is that of now when no time is given", function()
    local key = assert(totp.parse("otpauth://totp/x?period=3600&secret=" .. base32(SHA1_KEY)))
    local before = totp.code(key, os.time())
    local now = totp.code(key)
    assert.is_true(now == before or now == totp.code(key, os.time()))
  end)

  it("has ten digits where the key says so", function()
    local key = assert(totp.parse("otpauth://totp/x?digits=10&secret=" .. base32(SHA1_KEY)))
    assert.equal("1094287082", totp.code(key, 59))
  end)
end)

describe("totp.parse", function()
  it("reads base32 as it is copied from a screen", function()
    local key = assert(totp.parse("gezd gnbv-gy3t qojq gezd gnbv gy3t qojq\n"))
    assert.is_true(core.is_secret(key.secret))
    assert.equal(SHA1_KEY, key.secret:reveal())
    assert.same({ 6, 30, "sha1" }, { key.digits, key.period, key.algorithm })
  end)

  it("reads secrets as it reads strings", function()
    assert.equal(SHA1_KEY, totp.parse(core.secret(base32(SHA1_KEY))).secret:reveal())
    local key = assert(totp.parse(core.secret("otpauth://totp/x?secret=" .. base32("hello"))))
    assert.equal("hello", key.secret:reveal())
  end)

  it("reads addresses whatever their case, order and escapes", function()
    local key = assert(
      totp.parse(
        "OTPAUTH://TOTP/My%20Wiki:Alice%20B?issuer=a%26secret%3Db&period=60"
          .. "&Secret=NBSWY3A%3D&algorithm=sha-256#x"
      )
    )
    assert.equal("hell", key.secret:reveal())
    assert.same({ 6, 60, "sha256" }, { key.digits, key.period, key.algorithm })
  end)

  local refused = {
    ["nothing at all"] = "",
    ["only blanks"] = " \n",
    ["a letter base32 lacks"] = "GEZDGNBVGY3TQ1JQ",
    ["a lost letter"] = "GEZDGNBVGY3TQOJQA",
    ["another address"] = "https://wiki.example.org/?secret=GEZDGNBV",
    ["an address without secret"] = "otpauth://totp/Alice?issuer=Wiki",
    ["an address with an empty secret"] = "otpauth://totp/Alice?secret=",
    ["a secret that is no base32"] = "otpauth://totp/Alice?secret=SEKRIT!!",
    ["codes by counter"] = "otpauth://hotp/Alice?secret=GEZDGNBV&counter=1",
    ["an unknown algorithm"] = "otpauth://totp/Alice?secret=GEZDGNBV&algorithm=MD5",
    ["too few digits"] = "otpauth://totp/Alice?secret=GEZDGNBV&digits=4",
    ["half digits"] = "otpauth://totp/Alice?secret=GEZDGNBV&digits=6.5",
    ["no period"] = "otpauth://totp/Alice?secret=GEZDGNBV&period=0",
  }
  for what, text in pairs(refused) do
    it("refuses " .. what .. " and quotes nothing of it", function()
      local key, err = totp.parse(text)
      assert.is_nil(key)
      assert.equal("answer", err.kind)
      assert.equal("totp", err.code)
      local said = tostring(err) .. err.message .. err.advice
      assert.is_nil(said:find("GEZD", 1, true))
      assert.is_nil(said:find("SEKRIT", 1, true))
    end)
  end

  it("raises on anything but text", function()
    assert.has_error(function()
      totp.parse(42)
    end, "totp.parse takes a string or a secret, not a number")
  end)
end)

describe("totp.source", function()
  local now, waits

  --- A clock that only waiting moves.
  local function options()
    return {
      clock = function()
        return now
      end,
      wait = function(seconds)
        waits[#waits + 1] = seconds
        now = now + seconds
        return true
      end,
    }
  end

  before_each(function()
    now, waits = 1111111109, {}
  end)

  local serial = 0
  local function fresh_key()
    serial = serial + 1
    return base32(("key %d of this spec"):format(serial))
  end

  it("gives the code of this window at once, as a secret", function()
    local text = fresh_key()
    local code = assert(totp.source(text, options()):read())
    assert.is_true(core.is_secret(code))
    assert.equal(totp.code(totp.parse(text), now), code:reveal())
    assert.same({}, waits)
  end)

  it("waits for the next window instead of giving a code twice", function()
    local text = fresh_key()
    local source = totp.source(text, options())
    local first = source:read():reveal()
    now = 1111111109.25
    local second = source:read():reveal()
    assert.same({ 0.75 }, waits)
    assert.equal(totp.code(totp.parse(text), 1111111110), second)
    assert.not_equal(first, second)
  end)

  it("knows what another source of the same key gave", function()
    local text = fresh_key()
    local first = totp.source(text, options()):read()
    local second = totp.source(core.secret("otpauth://totp/x?secret=" .. text), options()):read()
    assert.not_equal(first:reveal(), second:reveal())
    assert.equal(1, #waits)
  end)

  it("does not wait because of other keys", function()
    totp.source(fresh_key(), options()):read()
    totp.source(fresh_key(), options()):read()
    assert.same({}, waits)
  end)

  it("looks again when it is woken too early", function()
    local source = totp.source(fresh_key(), {
      clock = options().clock,
      wait = function(seconds)
        waits[#waits + 1] = seconds
        now = now + seconds / 2
      end,
    })
    now = 1111111080
    local first, second = source:read():reveal(), source:read():reveal()
    assert.not_equal(first, second)
    assert.is_true(#waits > 1)
  end)

  it("does not wait for a clock that was set back", function()
    local source = totp.source(fresh_key(), options())
    source:read()
    now = now - 3600
    local code, err = source:read()
    assert.is_nil(code)
    assert.equal("answer", err.kind)
    assert.truthy(err.message:find("clock", 1, true))
    assert.same({}, waits)
  end)

  it("hands on why waiting or reading failed", function()
    local text = fresh_key()
    local settings = options()
    totp.source(text, settings):read()
    settings.wait = function()
      return nil, "cancelled"
    end
    assert.same({ nil, "cancelled" }, { totp.source(text, settings):read() })
    local broken = {
      label = "file:x",
      read = function()
        return nil, "no file"
      end,
    }
    assert.same({ nil, "no file" }, { totp.source(broken):read() })
    assert.equal("totp:file:x", totp.source(broken).label)
  end)

  it("asks its source anew for each code", function()
    local texts = { fresh_key(), fresh_key() }
    local asked = 0
    local source = totp.source(function()
      asked = asked + 1
      return texts[asked]
    end, options())
    assert.equal(totp.code(totp.parse(texts[1]), now), source:read():reveal())
    assert.equal(totp.code(totp.parse(texts[2]), now), source:read():reveal())
    local code, err = source:read()
    assert.is_nil(code)
    assert.equal("answer", err.kind)
  end)

  it("raises on what can be no key", function()
    assert.has_error(function()
      totp.source(true)
    end, "a key for one-time codes is a string, a secret, a source or a function, not a boolean")
  end)
end)
