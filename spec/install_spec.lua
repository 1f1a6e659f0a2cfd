-- What somebody gets who installs the rock and has no checkout: into an empty tree, then away.
-- Debian's lua-cjson and argparse stand for the rocks of these names.
package.path = "./?.lua;./?/init.lua;" .. package.path

local cjson = require("cjson")
local folders = require("spec.folders")
local wiki = require("spec.wiki")

local shell = require("spec.install.shell")

local done, quote = shell.done, shell.quote

describe("the rock, installed into an empty tree", function()
  local folder, tree, one, path, cpath

  setup(function()
    folder = folders.new()
    tree = folder .. "/tree"
    local checkout = folder .. "/checkout"
    shell.checkout(checkout)
    local config = assert(io.open(folder .. "/luarocks.lua", "w"))
    config:write('rocks_provided = { ["lua-cjson"] = "2.1.0-1", argparse = "0.7.1-1" }\n')
    config:close()
    done(
      ("cd %s && luarocks --lua-version 5.4 make --tree %s"):format(quote(checkout), quote(tree)),
      { LUAROCKS_CONFIG = folder .. "/luarocks.lua", HOME = folder }
    )
    done("rm -rf " .. quote(checkout))
    path = tree .. "/share/lua/5.4/?.lua;" .. tree .. "/share/lua/5.4/?/init.lua;;"
    cpath = tree .. "/lib/lua/5.4/?.so;;"
    one = wiki.start()
  end)

  teardown(function()
    if one then
      one:stop()
    end
    folders.remove(folder)
  end)

  it("logs in by its command, from anywhere and with an empty environment", function()
    local output = done(
      ("%s/bin/mwlogin login %s --user Alice --password-from env:WIKI_PASSWORD --json"):format(
        tree,
        one.api
      ),
      { WIKI_PASSWORD = one.accounts.Alice }
    )
    local me = cjson.decode(output)
    assert.equal("Alice", me.name)
    assert.equal("clientlogin", me.method)
  end)

  it("logs in by its library", function()
    local script = folder .. "/script.lua"
    local file = assert(io.open(script, "w"))
    file:write([[
      local mwlogin = require("mwlogin")
      local session <close> = assert(mwlogin.open(arg[1], { user_agent = "install_spec/1.0" }))
      local me = assert(session:login({
        username = arg[2],
        password = mwlogin.secret.env("WIKI_PASSWORD"),
      }))
      print(me.name, me.method, package.searchpath("mwlogin", package.path))
    ]])
    file:close()
    local output = done(
      ("lua5.4 %s %s %s"):format(script, one.api, one.botpassword.name),
      { WIKI_PASSWORD = one.botpassword.password, LUA_PATH = path, LUA_CPATH = cpath }
    )
    assert.equal(("Alice\tbotpassword\t%s/share/lua/5.4/mwlogin/init.lua\n"):format(tree), output)
  end)

  it("has every module of the checkout, and each of them loads", function()
    local names = {}
    local pipe = assert(io.popen("git ls-files 'lua/*.lua'"))
    for name in pipe:lines() do
      names[#names + 1] = name:match("^lua/(.*)%.lua$"):gsub("/", "."):gsub("%.init$", "")
    end
    pipe:close()
    local script = folder .. "/load.lua"
    local file = assert(io.open(script, "w"))
    file:write([[
      for name in io.lines(arg[1]) do
        if not name:find("^mwlogin%.meta") then
          require(name)
        end
      end
      print("all")
    ]])
    file:close()
    file = assert(io.open(folder .. "/names", "w"))
    file:write(table.concat(names, "\n"), "\n")
    file:close()
    local output =
      done(("lua5.4 %s %s/names"):format(script, folder), { LUA_PATH = path, LUA_CPATH = cpath })
    assert.equal("all\n", output)
  end)

  it("has nothing but mwlogin in it", function()
    local output = done(("cd %s && ls bin share/lua/5.4 lib/lua/5.4"):format(quote(tree)))
    assert.equal("bin:\nmwlogin\n\nlib/lua/5.4:\nmwlogin\n\nshare/lua/5.4:\nmwlogin\n", output)
  end)
end)
