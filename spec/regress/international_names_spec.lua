-- A host with letters beyond ASCII could not be reached where the program sets no locale, as no Lua
-- program does: "The exchange failed. Check the network."
local core = require "mwlogin.core"
local mwlogin = require "mwlogin"

local NAME <const>, ON_THE_WIRE <const> = "wikí.example", "xn--wik-tma.example"

describe("an international name", function()
  it("is asked for in the form that name servers know, however it is written", function()
    for _, name in ipairs { NAME, "WIKÍ.example", "wiki\u{301}.example", ON_THE_WIRE } do
      local address = assert(core.address(("https://%s:8443/w/api.php"):format(name)))
      assert.equal(ON_THE_WIRE, address.host)
      assert.equal(("https://%s:8443"):format(ON_THE_WIRE), address.origin)
    end
  end)

  it("is one origin with its other form", function()
    local wiki = mwlogin.testing.wiki { accounts = {}, api = "https://wiki.example/w/api.php" }
    local asked = {}
    local session <close> = assert(mwlogin.open(("https://%s/w/api.php"):format(NAME), {
      user_agent = "spec",
      transport = function(request)
        asked[#asked + 1] = request.url
        request.url = request.url:gsub("//[^/]*", "//wiki.example")
        return wiki.transport(request)
      end,
    }))
    assert(session:get { action = "query", meta = "userinfo" })
    assert(session:fetch(("https://%s/w/api.php?action=query"):format(ON_THE_WIRE)))
    for _, url in ipairs(asked) do
      assert.equal(ON_THE_WIRE, core.address(url).host)
    end
    assert.equal(2, #asked)
  end)

  it("that is none is told as such", function()
    for _, name in ipairs { "\xff\xfe.example", "a\u{202E}b.example", "\u{2028}.example" } do
      local session, err = mwlogin.open(("https://%s/w/api.php"):format(name), {
        user_agent = "spec",
      })
      assert.is_nil(session)
      assert.same({ "answer", "address" }, { err.kind, err.code })
    end
  end)

  it("is where it leads: what looks like this machine's is no other's", function()
    for text, host in pairs {
      ["http://ｌｏｃａｌｈｏｓｔ/"] = "localhost",
      ["http://①②⑦.0.0.1/"] = "127.0.0.1",
    } do
      local address = assert(core.address(text))
      assert.same({ host, true }, { address.host, address.loopback })
      assert.equal("http://" .. host .. "/x", core.resolve(text, "x"))
    end
  end)

  it("is looked up by that form without a locale", function()
    local process = assert(core.process({
      "lua5.4",
      "scripts/mwlogin",
      "doctor",
      "https://wikí.invalid/w/api.php",
    }, { stderr = "pipe", env = { LC_ALL = "C" } }))
    local told = assert(process:read(2, { max = 65536 }))
    process:wait()
    assert.truthy(told:find("Could not resolve host: xn--wik-tma.invalid", 1, true), told)
  end)
end)
