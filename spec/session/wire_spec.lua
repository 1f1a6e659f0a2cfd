-- An address that is https.
package.path = "./?.lua;" .. package.path
local core = require("mwlogin.core")
local folders = require("spec.folders")
local mwlogin = require("mwlogin")

describe("https", function()
  local folder, server, address

  local function run(command)
    local pipe = assert(io.popen(command .. " 2>&1"))
    local output = pipe:read("a")
    pipe:close()
    return output
  end

  -- A web server with a certificate of its own authority; it answers an HTML page.
  lazy_setup(function()
    folder = folders.new()
    run(
      ("cd %s && openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 "):format(
        folder
      ) .. "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    )
    server = assert(core.process({
      "openssl",
      "s_server",
      "-accept",
      "127.0.0.1:0",
      "-key",
      folder .. "/key",
      "-cert",
      folder .. "/cert",
      "-www",
    }, { stdout = "pipe", stderr = "null" }))
    local port
    repeat
      local line = assert(server:read(1, { stop = "\n", timeout = 20 }))
      port = line:match("ACCEPT [^\n]*:(%d+)")
    until port
    address = ("127.0.0.1:%s/api.php"):format(port)
  end)

  lazy_teardown(function()
    server:close()
    run("rm -r " .. folder)
  end)

  local function refused(kind, code, url, options)
    local opts = { user_agent = "spec" }
    for name, value in pairs(options or {}) do
      opts[name] = value
    end
    local session <close> = assert(mwlogin.open(url, opts))
    local me, err = session:login({ username = "Alice", password = "open sesame" })
    assert.is_nil(me)
    assert.equal(kind, err.kind)
    assert.equal(code, err.code)
    assert.is_string(err.advice)
  end

  it("of an unknown authority is not believed, and known by ca_file it is", function()
    refused("tls", "certificate_self_signed", "https://" .. address)
    refused("protocol", "html", "https://" .. address, { ca_file = folder .. "/cert" })
  end)

  it("with a ca_file that is none is an error", function()
    refused("tls", "ca_file", "https://" .. address, { ca_file = folder .. "/missing" })
  end)

  it("where nobody listens is an error at once", function()
    refused("network", "connect", "https://127.0.0.1:1/api.php")
  end)
end)
