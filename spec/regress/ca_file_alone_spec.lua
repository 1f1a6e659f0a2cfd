-- Who gives `ca_file` trusts the authorities in it, and nobody else: libcurl went on looking into
-- the system's folder of them as well, and took a certificate from any.
local certificates = require "spec.security.certificates"
local disk = require "spec.store.disk"
local folders = require "spec.folders"
local nginx = require "spec.security.nginx"

local SYSTEM <const> = "/etc/ssl/certs"

local SCRIPT <const> = [[
package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = "./build/?.so;" .. package.cpath
local session = assert(require("mwlogin").open(arg[1], { user_agent = "spec", ca_file = arg[2] }))
local _, err = session:whoami()
print(err and err.code or "trusted")
]]

describe("an authority of the system's", function()
  local folder
  folders.for_block(function(path)
    folder = path
  end)

  local function write(path, text)
    local file <close> = assert(io.open(path, "w"))
    file:write(text)
  end

  ---Where the system knows the authority of the server's certificate, and no other: by its file and
  ---by its folder, as Debian has them.
  local function asked(authority, address, ca_file)
    return disk.run(
      SYSTEM,
      "size=1m",
      table.concat({
        ("cp %s %s/one.pem"):format(authority.certificate, SYSTEM),
        ("openssl rehash %s"):format(SYSTEM),
        ("cp %s %s/ca-certificates.crt"):format(authority.certificate, SYSTEM),
        ("lua5.4 %s/script.lua %s %s"):format(folder, address, ca_file or ""),
      }, " && ")
    )
  end

  it("is trusted as a rule, and not where ca_file names others", function()
    if not disk.is_possible() then
      return pending "this user may mount nothing"
    end
    local system = certificates.authority(folder)
    local another = system:issue("another", { host = "another.example.test", self_signed = true })
    write(folder .. "/script.lua", SCRIPT)
    local front <close> = nginx.start {
      wiki = {
        tls = system:issue("leaf", { host = "127.0.0.1" }),
        body = [[location / { default_type application/json;
          return 200 '{"query":{"userinfo":{"id":0,"name":"127.0.0.1","anon":true}}}'; }]],
      },
    }
    local address = ("https://127.0.0.1:%d/api.php"):format(front.ports.wiki)
    assert.equal("trusted", asked(system, address))
    assert.equal("certificate_authority", asked(system, address, another.certificate))
  end)
end)
