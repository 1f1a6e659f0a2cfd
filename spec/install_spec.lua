---What a user of LuaRocks gets: a tree of its own, the checkout left behind, a login from there.
local wiki = require "spec.wiki"

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read "a"
  local ok, _, code = pipe:close()
  return ok and 0 or code, output
end

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function folder()
  local pipe <close> = assert(io.popen "mktemp -d")
  return pipe:read "l"
end

describe("an installed mwlogin", function()
  local w, tree, source

  setup(function()
    w = wiki.start { private = true }
    tree, source = folder(), folder()
  end)

  teardown(function()
    w:stop()
    os.execute(("rm -rf %s %s"):format(quoted(tree), quoted(source)))
  end)

  local function log_in(command, environment)
    return run(
      ("cd / && env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=%s %s WIKI_PASSWORD=%s %s login %s "):format(
        quoted(tree),
        environment or "",
        quoted(w.accounts.Alice),
        quoted(command),
        quoted(w.api)
      ) .. "--user Alice --password-from env:WIKI_PASSWORD --no-input --no-remember --json"
    )
  end

  it("is made by LuaRocks from a copy of the checkout, and logs in from elsewhere", function()
    local code, output = run(
      ("git ls-files -z csrc lua scripts rockspec LICENSE README.md | xargs -0 cp --parents -t %s"):format(
        quoted(source)
      )
    )
    assert.equal(0, code, output)
    local config = assert(io.open(source .. "/lr.lua", "w"))
    config:write 'rocks_provided = { ["lua-cjson"] = "2.1.0-1", argparse = "0.7.1-1" }\n'
    config:close()
    code, output = run(
      ("cd %s && LUAROCKS_CONFIG=%s/lr.lua luarocks --lua-version 5.4 make --tree %s"):format(
        quoted(source),
        quoted(source),
        quoted(tree)
      )
    )
    assert.equal(0, code, output)
    os.execute("rm -rf " .. quoted(source))

    code, output = log_in(tree .. "/bin/mwlogin")
    assert.equal(0, code, output)
    assert.truthy(output:find('"name":"Alice"', 1, true), output)
    assert.truthy(output:find('"method":"clientlogin"', 1, true), output)

    local script = tree .. "/script.lua"
    local file = assert(io.open(script, "w"))
    file:write(([[
      local mwlogin = require "mwlogin"
      local wiki <close> = assert(mwlogin.open(%q, { user_agent = "install_spec" }))
      print(assert(wiki:login { username = %q, password = %q }).method)
    ]]):format(w.api, w.botpassword.name, w.botpassword.password))
    file:close()
    code, output = run(
      ("cd / && env -i PATH=/usr/bin:/bin LUA_PATH='%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua;;' "):format(
        tree,
        tree
      ) .. ("LUA_CPATH='%s/lib/lua/5.4/?.so;;' lua5.4 %s"):format(tree, quoted(script))
    )
    assert.equal(0, code, output)
    assert.equal("botpassword\n", output)
  end)

  it("is installed by make into DESTDIR as well", function()
    local code, output = run(("make -s install DESTDIR=%s/dest PREFIX=/usr"):format(quoted(tree)))
    assert.equal(0, code, output)
    local base = tree .. "/dest/usr"
    code, output = log_in(
      base .. "/bin/mwlogin",
      ("LUA_PATH='%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua;;' LUA_CPATH='%s/lib/lua/5.4/?.so;;'"):format(
        base,
        base,
        base
      )
    )
    assert.equal(0, code, output)
    assert.truthy(output:find('"name":"Alice"', 1, true), output)
  end)
end)
