-- Kept sessions in files: names, who may read them, what is refused.
local core = require("mwlogin.core")
local entries = require("mwlogin.store.entry")
local folders = require("spec.folders")
local json = require("mwlogin.json")
local shell = require("spec.shell")
local store = require("mwlogin.store")

local API <const> = "https://wiki.example.org/w/api.php"

local function entry(changes)
  local made = {
    api = API,
    account = "alice",
    name = "Alice",
    method = "clientlogin",
    cookies = { "wiki.example.org\tFALSE\t/\tTRUE\t0\twiki_session\tabc" },
    created = 1700000000,
    saved = 1700000000,
    stamp = "first",
  }
  for name, value in pairs(changes or {}) do
    made[name] = value
  end
  return made
end

local function run(line)
  return assert(os.execute(line))
end

describe("a store in files", function()
  local folder, kept

  folders.for_each(function(path)
    folder = path
  end)

  before_each(function()
    kept = store.file({ folder = folder .. "/state" })
  end)

  local function path_of(id)
    return folder .. "/state/" .. id .. ".json"
  end

  local function put(id, text)
    assert(core.private_file.folder(folder .. "/state"))
    assert(core.private_file.write(path_of(id), text))
  end

  it("gives back what was written, and nothing before", function()
    local id = entries.id(API, "alice")
    assert.same({}, kept:ids())
    local text, err = kept:read(id)
    assert.is_nil(text)
    assert.is_nil(err)
    assert(kept:write(id, entries.encode(entry())))
    local again = assert(entries.decode(id, kept:read(id)))
    for name, value in pairs(entry()) do
      assert.same(value, again[name])
    end
    assert.same({ id }, kept:ids())
    assert(kept:remove(id))
    assert(kept:remove(id))
    assert.same({}, kept:ids())
  end)

  it("lets nobody else read: folder 0700, file 0600", function()
    local id = entries.id(API, "alice")
    assert(kept:write(id, entries.encode(entry())))
    assert.equal("700", shell.output(("stat -c %%a '%s/state'"):format(folder)))
    assert.equal("600", shell.output(("stat -c %%a '%s'"):format(path_of(id))))
  end)

  it("is below XDG_STATE_HOME, else below HOME, else nowhere", function()
    local script = [[
      local s = require("mwlogin.store").file()
      local ok, err = s:write("one", "text")
      print(ok, err and err.kind)]]
    local line = "env -u XDG_STATE_HOME -u HOME %s LUA_PATH='./lua/?.lua;./lua/?/init.lua;;' "
      .. "LUA_CPATH='./build/?.so;;' lua5.4 -e '%s'"
    assert.equal("true\tnil", shell.output(line:format("XDG_STATE_HOME=" .. folder, script)))
    run(("test -f '%s/mwlogin/one.json'"):format(folder))
    assert.equal("true\tnil", shell.output(line:format("HOME=" .. folder, script)))
    run(("test -f '%s/.local/state/mwlogin/one.json'"):format(folder))
    assert.equal("nil\tstore", shell.output(line:format("XDG_STATE_HOME=relative", script)))
  end)

  it("has a name of its own for any account and address", function()
    local names = {
      "a/b",
      "a_b",
      "../../etc/passwd",
      ".",
      "..",
      "",
      "-rf",
      ("x"):rep(255),
      ("x"):rep(254) .. "y",
      "Ünïcødé",
      "漢字",
      "a b",
      "A b",
      "a\tb",
      "a\nb",
      "a\0b",
      "Alice@app",
      "\xFF\xFE",
    }
    local seen = {}
    local other, bracketed = "https://wiki.example.org/v/api.php", "http://[::1]:8080/api.php"
    for _, api in ipairs({ API, other, bracketed }) do
      for _, name in ipairs(names) do
        local id = entries.id(api, name)
        assert.is_nil(seen[id], name)
        seen[id] = true
        assert.truthy(id:find("^[%w][%w._-]*$"), id)
        assert.is_true(#id + #".json.lock" < 200)
        assert(kept:write(id, entries.encode(entry({ api = api, account = name }))))
        assert.equal(name, entries.decode(id, kept:read(id)).account)
      end
    end
    assert.equal(3 * #names, #kept:ids())
  end)

  it("refuses what is damaged or newer, and says so", function()
    local id = entries.id(API, "alice")
    local good = entries.encode(entry())
    local function refused(text)
      local made, err = entries.decode(id, text)
      assert.is_nil(made, text)
      assert.equal("store", err.kind)
      return err
    end
    for length = 0, #good - 1, 7 do
      assert.equal("damaged", refused(good:sub(1, length)).code)
    end
    refused("\0\0\0\0")
    refused("[]")
    refused('"text"')
    refused(json.encode(entry()))
    for name in pairs(entry()) do
      local less = json.decode(good)
      less[name] = nil
      refused(json.encode(less))
      less[name] = true
      refused(json.encode(less))
    end
    local newer = json.decode(good)
    newer.format = newer.format + 1
    assert.truthy(refused(json.encode(newer)).message:find("newer", 1, true))
  end)

  it("keeps nothing that looks like a password", function()
    local text = entries.encode(entry())
    assert.is_nil(text:lower():find("password", 1, true))
  end)

  describe("refuses", function()
    local id

    before_each(function()
      id = entries.id(API, "alice")
      put(id, "what was there")
    end)

    local function refused()
      local text, err = kept:read(id)
      assert.is_nil(text)
      assert.equal("store", err.kind)
      assert.equal("unsafe", err.code)
      local written
      written, err = kept:write(id, "new")
      assert.is_nil(written)
      assert.equal("store", err.kind)
    end

    it("a file that others can read, and leaves it as it is", function()
      run(("chmod 644 '%s'"):format(path_of(id)))
      refused()
      assert.equal("what was there", shell.output(("cat '%s'"):format(path_of(id))))
    end)

    it("a symbolic link, and leaves its target as it is", function()
      run(
        ("mv '%s' '%s/target' && ln -s '%s/target' '%s'"):format(
          path_of(id),
          folder,
          folder,
          path_of(id)
        )
      )
      refused()
      assert.equal("what was there", shell.output(("cat '%s/target'"):format(folder)))
    end)

    it("a file of somebody else", function()
      if not shell.is_root() then
        return pending("only root can give files away")
      end
      run(("chown 65534 '%s'"):format(path_of(id)))
      refused()
    end)

    it("a folder that others can enter", function()
      run(("chmod 755 '%s/state'"):format(folder))
      local written, err = kept:write(id, "new")
      assert.is_nil(written)
      assert.equal("unsafe", err.code)
      local lock
      lock, err = kept:lock(id)
      assert.is_nil(lock)
      assert.equal("unsafe", err.code)
    end)
  end)

  it("says when the folder cannot be made", function()
    local file = assert(io.open(folder .. "/state", "w"))
    file:close()
    local id = entries.id(API, "alice")
    local written, err = kept:write(id, "text")
    assert.is_nil(written)
    assert.equal("store", err.kind)
    local lock
    lock, err = kept:lock(id)
    assert.is_nil(lock)
    assert.equal("store", err.kind)
    assert.is_true(err.code ~= "timeout")
  end)
end)
