-- Whom a Session trusts with what: certificates, and what stands before the wiki. Real servers with
-- real certificates tell what they were sent.
local core = require("mwlogin.core")
local counts = require("spec.security.counts")
local mwlogin = require("mwlogin")
local proxies = require("spec.security.proxy")
local served_wiki = require("spec.security.served_wiki")

describe("transport", function()
  local served = served_wiki.for_block()

  -- == certificates ==============================================================================

  local UNTRUSTED <const> = {
    name = { "certificate_name", "issued for another name", "somebody else" },
    expired = { "certificate_expired", "has expired", "clock" },
    self = { "certificate_self_signed", "self%-signed", "ca_file" },
    unknown = { "certificate_authority", "authority this machine does not know", "ca_file" },
  }

  for name, words in pairs(UNTRUSTED) do
    it(
      "trusts no certificate with a wrong " .. name .. ", and says what is wrong with it",
      function()
        local stand <close> = served:as(name)
        for _, address in ipairs({
          "https://wiki.example.test/api.php",
          "https://wiki.example.test/",
          "wiki.example.test",
        }) do
          local session, err = mwlogin.open(
            address,
            served:options(stand, {
              http_auth = { username = "front", password = served_wiki.FRONT },
            })
          )
          if session then
            local _
            _, err = session:login(served_wiki.CREDENTIALS.clientlogin)
            session:close()
          end
          assert.equal("tls", err.kind)
          assert.equal(words[1], err.code)
          assert.matches(words[2], err.message)
          assert.matches(words[3], err.advice)
          assert.same({}, served.front:log(name))
          counts.record("certificates that are not to be trusted", 1, 0)
        end
      end
    )
  end

  it("trusts what ca_file vouches for, and the machine's own authorities do not", function()
    local stand <close> = served:as("wiki")
    local session <close> =
      assert(mwlogin.open("https://wiki.example.test/api.php", served:options(stand)))
    assert.equal(
      "Alice",
      assert(session:login({
        username = "Alice",
        password = served.wiki.accounts.Alice,
      })).name
    )
    local other <close> = assert(mwlogin.open("https://wiki.example.test/api.php", {
      user_agent = "mwlogin spec",
      proxy = stand.proxy.address,
    }))
    local _, err = other:whoami()
    assert.equal("certificate_authority", err.code)
    counts.record("certificates that are not to be trusted", 1, 0)
  end)

  it("shows a client certificate where one is wanted, and says so where none was given", function()
    local stand <close> = served:as("mutual")
    local address = "https://wiki.example.test/api.php"
    local session <close> = assert(mwlogin.open(address, served:options(stand)))
    local _, err = session:login(served_wiki.CREDENTIALS.clientlogin)
    assert.equal("tls", err.kind)
    assert.equal("client_cert_wanted", err.code)
    assert.matches("client_cert", err.advice)
    for _, given in ipairs({
      { client_cert = served.folder .. "/me.pem", client_key = served.folder .. "/me.key" },
    }) do
      local known <close> = assert(mwlogin.open(address, served:options(stand, given)))
      assert(known:login({ username = "Alice", password = served.wiki.accounts.Alice }))
    end
    local broken <close> = assert(mwlogin.open(
      address,
      served:options(stand, {
        client_cert = served.folder .. "/none.pem",
      })
    ))
    _, err = broken:whoami()
    assert.equal("client_cert", err.code)
    -- the next session of the pool has none to show
    local again <close> = assert(mwlogin.open(address, served:options(stand)))
    _, err = again:whoami()
    assert.equal("client_cert_wanted", err.code)
  end)

  -- == in front of the wiki ======================================================================

  it("passes Basic in front, says where it is missing, and tries a wrong one once", function()
    local stand <close> = served:as("basic")
    local address = "https://wiki.example.test/api.php"
    local alice = { username = "Alice", password = served.wiki.accounts.Alice }
    local session <close> = assert(mwlogin.open(
      address,
      served:options(stand, {
        http_auth = { username = "front", password = served_wiki.FRONT },
      })
    ))
    assert.equal("Alice", assert(session:login(alice)).name)
    local missing <close> = assert(mwlogin.open(address, served:options(stand)))
    local _, err = missing:login(alice)
    assert.equal("401", err.code)
    assert.matches("http_auth", err.advice)
    served.front:reset()
    local wrong <close> = assert(mwlogin.open(
      address,
      served:options(stand, {
        http_auth = { username = "front", password = "not this" },
      })
    ))
    _, err = wrong:login(alice)
    assert.equal("401", err.code)
    local sent = 0
    for _, line in ipairs(served.front:log("basic")) do
      sent = sent + (line:find("authorization=Basic", 1, true) and 1 or 0)
      assert.is_nil(line:find("Wonder", 1, true))
    end
    assert.equal(1, sent)
  end)

  -- == proxies ===================================================================================

  it("shows a proxy the host and nothing else, and the wiki nothing of the proxy's", function()
    local places = { ["wiki.example.test:443"] = served.front.ports.wiki }
    local stand = { proxy = proxies.start(places, "me:proxy-password") }
    local opts =
      served:options(stand, { http_auth = { username = "front", password = served_wiki.FRONT } })
    local session <close> = assert(mwlogin.open("https://wiki.example.test/api.php", opts))
    assert(session:login({ username = "Alice", password = served.wiki.accounts.Alice }))
    local seen = stand.proxy:log()
    stand.proxy:stop()
    assert.is_true(#seen > 0)
    for _, one in ipairs(seen) do
      assert.equal("connect", one.kind)
      assert.equal("wiki.example.test:443", one.target)
      assert.is_nil(one.headers.cookie)
      assert.is_nil(one.headers.authorization)
    end
    for _, line in ipairs(served.front:log("wiki")) do
      assert.is_nil(line:find(core.crypto.base64("me:proxy-password"), 1, true))
      assert.matches("proxy%-authorization= ", line)
    end
    counts.record("credentials for one place seen at another", #seen, 0)
  end)

  it("says so when the proxy wants a name and password, or is not there", function()
    local stand = { proxy = proxies.start({}, "me:proxy-password") }
    local opts = served:options(stand, { proxy = ("http://127.0.0.1:%d"):format(stand.proxy.port) })
    local session <close> = assert(mwlogin.open("https://wiki.example.test/api.php", opts))
    local _, err = session:whoami()
    stand.proxy:stop()
    assert.equal("network", err.kind)
    assert.matches("407", err.message)
    local again <close> = assert(mwlogin.open("https://wiki.example.test/api.php", opts))
    _, err = again:whoami()
    assert.equal("network", err.kind)
    assert.is_nil(tostring(err):find("proxy-password", 1, true))
  end)
end)
