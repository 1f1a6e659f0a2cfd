-- The release rockspec: built from a tag of a clone, packed, installed elsewhere, taken away again.
-- Debian's lua-cjson and argparse stand for the rocks of these names.
package.path = "./?.lua;./?/init.lua;" .. package.path
local cjson = require "cjson"
local folders = require "spec.folders"
local mwlogin = require "mwlogin"
local shell = require "spec.install.shell"
local wikis = require "spec.wiki"

local NAME <const> = ("mwlogin-%s-1"):format(mwlogin._VERSION)
local TAG <const> = "v" .. mwlogin._VERSION

local done, quote = shell.done, shell.quote

describe("the rock of the release", function()
  local folder, repository, wiki, tree, built

  local function luarocks(command, place)
    return done(
      ("mkdir -p %s && cd %s && luarocks --lua-version 5.4 %s"):format(
        quote(place or folder),
        quote(place or folder),
        command
      ),
      { HOME = folder, LUAROCKS_CONFIG = folder .. "/luarocks.lua" }
    )
  end

  local function files_below(place)
    return done(("cd %s && find . -type f | sort"):format(quote(place)))
  end

  local function assert_logs_in(place)
    local output = done(
      ("%s/bin/mwlogin login %s --user Alice --password-from env:P --json"):format(place, wiki.api),
      { P = wiki.accounts.Alice }
    )
    assert.equal("Alice", cjson.decode(output).name)
  end

  setup(function()
    folder = folders.new()
    repository = folder .. "/repository"
    shell.checkout(repository)
    done(
      ([[
        cd %s
        sed -i 's|url = "git+https://[^"]*"|url = "git+file://%s"|' rockspec/%s.rockspec
        git init -q && git add -A
        git -c user.name=spec -c user.email=spec@example.org commit -qm "The release"
        git tag %s
        cp rockspec/%s.rockspec ..
        echo 'a commit after the tag' >> README.md
        git -c user.name=spec -c user.email=spec@example.org commit -qam "Later"
      ]]):format(quote(repository), repository, NAME, TAG, NAME),
      { HOME = folder }
    )
    local config = assert(io.open(folder .. "/luarocks.lua", "w"))
    config:write 'rocks_provided = { ["lua-cjson"] = "2.1.0-1", argparse = "0.7.1-1" }\n'
    config:close()
    wiki = wikis.start()
    tree = folder .. "/tree"
    built = luarocks(("build --tree %s %s.rockspec"):format(quote(tree), NAME))
  end)

  teardown(function()
    if wiki then
      wiki:stop()
    end
    folders.remove(folder)
  end)

  it("has a rockspec that names its tag", function()
    local file <close> = assert(io.open("rockspec/" .. NAME .. ".rockspec"))
    local text = file:read "a"
    assert.truthy(text:find(('tag = "%s"'):format(TAG), 1, true))
    assert.equal("", (luarocks("lint " .. NAME .. ".rockspec"):gsub("%s", "")))
  end)

  it("is built from the tag, logs in, and leaves nothing when it is removed", function()
    assert.is_nil(built:find "%.c:%d+:%d+: warning", built)
    assert_logs_in(tree)
    local copy = folder .. "/copy"
    done(("cp -a %s %s"):format(quote(tree), quote(copy)))
    luarocks(("remove --tree %s mwlogin"):format(quote(copy)))
    assert.is_nil(files_below(copy):find("mwlogin", 1, true))
  end)

  it("is packed with its source, and that builds without the repository", function()
    luarocks(("pack %s.rockspec"):format(NAME))
    local other, hidden = folder .. "/from-source", folder .. "/hidden"
    assert(os.rename(repository, hidden))
    finally(function()
      os.rename(hidden, repository)
    end)
    luarocks(("build --tree %s ../%s.src.rock"):format(quote(other), NAME), folder .. "/away")
    assert_logs_in(other)
  end)

  it("is packed as a binary, and installed where there is no compiler", function()
    local other = folder .. "/installed"
    luarocks(("pack --tree %s mwlogin"):format(quote(tree)))
    luarocks(("install --tree %s %s.linux-$(uname -m).rock"):format(quote(other), NAME))
    assert_logs_in(other)
    luarocks(("remove --tree %s mwlogin"):format(quote(other)))
    assert.is_nil(files_below(other):find("mwlogin", 1, true))
  end)
end)
