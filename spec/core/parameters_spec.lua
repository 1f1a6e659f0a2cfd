-- Which bytes the values of a script become.
local core = require("mwlogin.core")

describe("parameters", function()
  local pool, sent, session

  setup(function()
    pool = core.pool()
    session = assert(pool:session("http://127.0.0.1/api.php", {
      transport = function(request)
        sent = request
        return { status = 200, headers = {}, body = "{}" }
      end,
    }))
  end)

  before_each(function()
    sent = nil
  end)

  -- The body without what the core adds by itself.
  local function body(params)
    assert(session:call("POST", params))
    return (
      sent.body:gsub("errorformat=plaintext&format=json&formatversion=2&?", ""):gsub("&$", "")
    )
  end

  it("are percent-encoded by RFC 3986", function()
    assert.equal(
      "a=%20%21%22%25%26%27%28%29%2A%2B%2F%3B%3D%5C%60~-._",
      body({ a = " !\"%&'()*+/;=\\`~-._" })
    )
    assert.equal("a=%C3%A9%E2%9C%93%0A%FF", body({ a = "é✓\n\xff" }))
    assert.equal("%C3%A4%20%26=1", body({ ["ä &"] = 1 }))
    assert.equal("a%20b%2Bc~", core.encode("a b+c~"))
    assert.equal("%00", core.encode("\0"))
    local encoded = core.encode(core.secret("a b&~"))
    assert.is_true(core.is_secret(encoded))
    assert.equal("a%20b%26~", encoded:reveal())
  end)

  it("are text, numbers and true; false and nil are left out", function()
    assert.equal("a=text", body({ a = "text" }))
    assert.equal("a=", body({ a = "" }))
    assert.equal("a=7", body({ a = 7 }))
    assert.equal("a=7", body({ a = 7.0 }))
    assert.equal("a=-0.5", body({ a = -0.5 }))
    assert.equal("a=9007199254740993", body({ a = 9007199254740993 }))
    assert.equal("a=1", body({ a = true }))
    assert.equal("a=1", body({ a = 1, b = false, c = nil }))
  end)

  it("join lists by | or, where a value holds one, by U+001F", function()
    assert.equal("a=x%7Cy%7C3", body({ a = { "x", "y", 3 } }))
    assert.equal("a=x", body({ a = { "x" } }))
    assert.equal("a=", body({ a = {} }))
    assert.equal("a=%1Fx%7Cy%1Fz", body({ a = { "x|y", "z" } }))
  end)

  it("repeat a name that ends in []", function()
    assert.equal("pf%5B%5D=a&pf%5B%5D=b%7Cc", body({ ["pf[]"] = { "a", "b|c" } }))
    assert.equal("", body({ ["pf[]"] = {} }))
    assert.equal("pf%5B%5D=a", body({ ["pf[]"] = "a" }))
  end)

  it("go out with the action first and the tokens last", function()
    assert(session:call("POST", {
      token = "t",
      logintoken = "l",
      zebra = 1,
      action = "edit",
      Apple = 1,
      errorformat = "raw",
    }))
    assert.equal(
      "action=edit&Apple=1&errorformat=raw&format=json&formatversion=2"
        .. "&zebra=1&logintoken=l&token=t",
      sent.body
    )
  end)

  it("give way to what the script says itself", function()
    assert(session:call("GET", { errorformat = "html", formatversion = 1 }))
    assert.equal("http://127.0.0.1/api.php?errorformat=html&format=json&formatversion=1", sent.url)
  end)

  it("hold no NUL byte, which would be refused before it is sent", function()
    for _, params in ipairs({
      { a = "x\0y" },
      { ["a\0b"] = "x" },
      { a = { "x", "y\0" } },
      { ["a[]"] = { "\0" } },
      { a = core.secret("x\0") },
    }) do
      local reply, err = session:call("POST", params)
      assert.is_nil(reply)
      assert.equal("answer", err.kind)
      assert.equal("nul", err.code)
      assert.is_nil(sent)
    end
  end)

  it("are never tables, functions or not-a-number", function()
    for _, value in ipairs({ { key = "x" }, { { "x" } }, print, 0 / 0, { false } }) do
      assert.has_error(function()
        session:call("POST", { a = value })
      end)
    end
    assert.has_error(function()
      session:call("POST", { "positional" })
    end, "parameter names are strings")
    assert.is_nil(sent)
  end)

  it("carry a secret as it is, but not one that was wiped", function()
    local secret = core.secret("a&b=c")
    assert.equal("password=a%26b%3Dc", body({ password = secret }))
    secret:wipe()
    assert.has_error(function()
      session:call("POST", { password = secret })
    end, "the secret for 'password' has been wiped")
  end)

  it("arrive as parts when one of them is a file", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write("\0bytes\255")
    file:close()
    assert(session:call("POST", {
      action = "upload",
      ["tags[]"] = { "one", "two" },
      file = core.file(path, { name = "a.bin", type = "x/y" }),
      token = "t",
    }))
    os.remove(path)
    local parts = {}
    for _, part in ipairs(sent.body) do
      parts[#parts + 1] = part.name .. "=" .. (part.value or part.filename)
    end
    assert.equal(
      "action=upload errorformat=plaintext file=a.bin format=json formatversion=2 "
        .. "tags[]=one tags[]=two token=t",
      table.concat(parts, " ")
    )
    assert.same(
      { name = "file", filename = "a.bin", type = "x/y", body = "\0bytes\255" },
      sent.body[3]
    )
  end)

  it("can be listed for signing, in the order in which they are sent", function()
    assert.same(
      { { "action", "query" }, { "a", "1" }, { "b", "x|y" }, { "token", "t" } },
      core.parameters({ token = "t", b = { "x", "y" }, a = true, action = "query", c = false })
    )
    assert.same({ { "c[]", "y" }, { "c[]", "x" } }, core.parameters({ ["c[]"] = { "y", "x" } }))
    local secret = core.secret("s&t")
    assert.equal(secret, core.parameters({ password = secret })[1][2])
    assert.has_error(function()
      core.parameters({ a = core.file("/etc/hostname") })
    end)
  end)

  it("are many when they have to be", function()
    local params, expected = {}, {}
    for i = 1, 500 do
      params[("p%03d"):format(i)] = i
      expected[i] = ("p%03d=%d"):format(i, i)
    end
    local pairs_sent = core.parameters(params)
    for i, pair in ipairs(pairs_sent) do
      assert.equal(expected[i], pair[1] .. "=" .. pair[2])
    end
    assert.equal(500, #pairs_sent)
  end)

  it("name the file of a path by its last part", function()
    assert.equal("file: /a/b.png", tostring(core.file("/a/b.png")))
    assert.has_error(function()
      core.file(nil)
    end)
    assert.has_error(function()
      core.file("/a", { name = {} })
    end)
  end)
end)
