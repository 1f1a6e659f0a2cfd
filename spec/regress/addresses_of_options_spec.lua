-- A `rest_url`, `index_url` or `proxy` that is no address was told when it was first used, as a
-- connection that was refused or a wiki that cannot be reached; libcurl's words showed the
-- password in the proxy's address.
local mwlogin = require "mwlogin"

local API <const> = "http://127.0.0.1:1/api.php"

local function refused(options)
  options.user_agent = "spec"
  local session, err = mwlogin.open(API, options)
  assert.is_nil(session)
  assert.equal("answer", err.kind)
  return err
end

describe("an option of open that is no address", function()
  it("is refused by its name, before anything is sent", function()
    for _, name in ipairs { "rest_url", "index_url" } do
      for _, value in ipairs {
        "",
        "/w/rest.php",
        "wiki.example.org",
        "ftp://wiki.example.org/rest.php",
        "https://",
        "https://alice:secret-word@wiki.example.org/rest.php",
        "https://wiki.example.org/\0",
      } do
        local err = refused { [name] = value }
        assert.equal("address", err.code)
        assert.truthy(err.message:find(("'%s'"):format(name), 1, true))
        assert.is_nil(tostring(err):find("secret-word", 1, true))
      end
    end
  end)

  it("is taken where it is one", function()
    local session <close> = assert(mwlogin.open(API, {
      user_agent = "spec",
      rest_url = "https://wiki.example.org/w/rest.php",
      index_url = "http://127.0.0.1:8000/index.php",
    }))
    assert.truthy(session)
  end)

  it("as a proxy's address tells which schemes there are", function()
    for _, value in ipairs { "ftp://127.0.0.1:1", "socks6://u:secret-word@127.0.0.1:1" } do
      local err = refused { proxy = value }
      assert.equal("proxy", err.code)
      assert.truthy(err.message:find("'proxy'", 1, true))
      assert.truthy(err.message:find("socks5h", 1, true))
      assert.is_nil(tostring(err):find("secret-word", 1, true))
    end
  end)

  it("as a proxy's address shows nothing of it, though it holds a password", function()
    for _, value in ipairs {
      "u:secret-word@127.0.0.1:abc",
      "http://u:secret/word@127.0.0.1:1",
      "http://u:secret-word@[::1",
      "127.0.0.1:99999",
    } do
      local err = refused { proxy = mwlogin.secret(value) }
      assert.equal("proxy", err.code)
      assert.is_nil(tostring(err):find("secret", 1, true))
    end
  end)

  it("is no proxy where it is empty, and may go without a scheme", function()
    for _, value in ipairs { "", "127.0.0.1:8", "HTTP://127.0.0.1:8", "socks5h://127.0.0.1:8" } do
      local session <close> = assert(mwlogin.open(API, { user_agent = "spec", proxy = value }))
      assert.truthy(session)
    end
  end)

  it("in the environment is told as what it is, without its password", function()
    local process = assert(require("mwlogin.core").process({
      "lua5.4",
      "scripts/mwlogin",
      "doctor",
      "https://wiki.example.org/w/api.php",
      "--max-wait=1",
    }, {
      stderr = "pipe",
      env = { https_proxy = "ftp://u:secret-word@127.0.0.1:1" },
    }))
    local told = assert(process:read(2, { max = 65536 }))
    assert.truthy(told:find("https_proxy", 1, true), told)
    assert.truthy(told:find("socks5h", 1, true), told)
    assert.is_nil(told:find("secret-word", 1, true))
    process:wait()
  end)
end)
