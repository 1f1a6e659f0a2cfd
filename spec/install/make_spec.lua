-- `make install` and `make uninstall`.
package.path = "./?.lua;./?/init.lua;" .. package.path
local cjson = require "cjson"
local folders = require "spec.folders"
local shell = require "spec.install.shell"
local wikis = require "spec.wiki"

local done, quote = shell.done, shell.quote

local function build(checkout, compiler)
  local form = "make -s -j2 -C %s build CC=%s CFLAGS='-O2 -Werror'"
  return done(form:format(quote(checkout), compiler))
end

describe("make install", function()
  local folder, checkout, built

  folders.for_block(function(path)
    folder = path
  end)

  lazy_setup(function()
    checkout = folder .. "/checkout"
    shell.checkout(checkout)
    built = build(checkout, "gcc")
  end)

  it("builds the C module without a warning", function()
    assert.equal("", built)
  end)

  local function make(target, variables)
    return done(("make -s -C %s %s %s"):format(quote(checkout), target, variables))
  end

  local function files(place)
    return done(("cd %s && find . -type f | sed 's|^[.]/||' | sort"):format(quote(place)))
  end

  it("logs in from a PREFIX that Lua does not know, and is removed without a trace", function()
    local wiki <close> = wikis.start()
    local prefix = folder .. "/opt/with blank"
    make("install", "PREFIX=" .. quote(folder .. "/opt"))
    local output = done(
      ("%s/opt/bin/mwlogin login %s --user Alice --password-from env:P --json"):format(
        folder,
        wiki.api
      ),
      { P = wiki.accounts.Alice }
    )
    assert.equal("Alice", cjson.decode(output).name)
    assert.is_nil(io.open(prefix))
    make("uninstall", "PREFIX=" .. quote(folder .. "/opt"))
    assert.equal("", files(folder .. "/opt"))
  end)

  it("puts everything below DESTDIR, as PREFIX says, readable for all", function()
    local root = folder .. "/root"
    make("install", ("DESTDIR=%s PREFIX=/usr"):format(quote(root)))
    local list = files(root)
    for _, path in ipairs {
      "usr/bin/mwlogin",
      "usr/lib/lua/5.4/mwlogin/core.so",
      "usr/lib/lua/5.4/mwlogin/cli/init.luac",
      "usr/share/lua/5.4/mwlogin/init.lua",
      "usr/share/lua/5.4/mwlogin/handlers/totp.lua",
      "usr/share/man/man1/mwlogin.1",
      "usr/share/bash-completion/completions/mwlogin",
      "usr/share/zsh/site-functions/_mwlogin",
      "usr/share/fish/vendor_completions.d/mwlogin.fish",
    } do
      assert.truthy((list):find(path, 1, true), path)
    end
    assert.equal("", done(("find %s ! -perm -444"):format(quote(root .. "/usr"))))
    assert.is_nil(
      done(("grep -rl %s %s || true"):format(quote(folder), quote(root .. "/usr/bin"))):find(
        "mwlogin",
        1,
        true
      )
    )
    assert.truthy(
      done(("cd %s/usr/bin && ./mwlogin --version"):format(quote(root))):find("^mwlogin %d")
    )
    make("uninstall", ("DESTDIR=%s PREFIX=/usr"):format(quote(root)))
    assert.equal("", files(root))
  end)

  -- Where the command has `mwlogin.open` from.
  local function source_of_open(prefix)
    local script = folder .. "/where.lua"
    local file <close> = assert(io.open(script, "w"))
    file:write 'print(debug.getinfo(require("mwlogin").open, "S").source)'
    file:close()
    return done(("%s/bin/mwlogin run %s"):format(quote(prefix), quote(script)))
  end

  it("compiles the command's modules, whose sources serve where Lua cannot read that", function()
    local prefix = folder .. "/compiled"
    make("install", "PREFIX=" .. quote(prefix))
    assert.equal("@mwlogin/init.lua\n", source_of_open(prefix))
    local file <close> = assert(io.open(prefix .. "/lib/lua/5.4/mwlogin/version.luac", "w"))
    file:write "\27Lua\x99 of another version"
    file:close()
    assert.matches("/share/lua/5.4/mwlogin/init.lua\n$", source_of_open(prefix))
  end)

  it("starts the Lua that it was installed with", function()
    local prefix = folder .. "/started"
    make("install", ("LUA=$(command -v lua5.4) PREFIX=%s"):format(quote(prefix)))
    local file <close> = assert(io.open(prefix .. "/bin/mwlogin"))
    local lua = file:read("l"):match "^#!(/.*)$"
    assert.equal(done "command -v lua5.4", lua .. "\n")
  end)

  it("has every module of the library", function()
    local root = folder .. "/all"
    make("install", ("DESTDIR=%s PREFIX=/usr"):format(quote(root)))
    local wanted = done(("cd %s/lua && find mwlogin -name '*.lua' | sort"):format(quote(checkout)))
    local got = done(("cd %s/usr/share/lua/5.4 && find mwlogin -type f | sort"):format(quote(root)))
    assert.equal(wanted, got)
  end)
end)

describe("the C module", function()
  it("is built without a warning by clang, too", function()
    local folder = folders.new()
    finally(function()
      folders.remove(folder)
    end)
    shell.checkout(folder .. "/checkout")
    assert.equal("", build(folder .. "/checkout", "clang"))
  end)
end)
