local files = require("mwlogin.core").private_file
local on_disk = require("spec.core.on_disk")

local run, put, mode_of = on_disk.run, on_disk.put, on_disk.mode_of

describe("a private folder", function()
  local root

  before_each(function()
    root = os.tmpname()
    os.remove(root)
  end)

  after_each(function()
    run("rm -rf", root)
  end)

  it("is made with those above it, open to its owner only", function()
    assert.is_true(files.folder(root .. "/a/b/"))
    assert.is_true(files.folder(root .. "/a/b"))
    assert.equal("700", mode_of(root))
    assert.equal("700", mode_of(root .. "/a/b"))
  end)

  it("is refused when others can enter it, or it is a file", function()
    run("mkdir -m 755", root)
    local good, err = files.folder(root)
    assert.is_nil(good)
    assert.equal("unsafe", err.code)
    run("chmod 700", root)
    put(root .. "/file", "")
    good, err = files.folder(root .. "/file")
    assert.is_nil(good)
    assert.equal("exists", err.code)
  end)

  it("lists its files without locks and drafts", function()
    files.folder(root)
    local lock <close> = assert(files.lock(root .. "/one"))
    assert.truthy(lock)
    files.write(root .. "/one", "")
    files.write(root .. "/two", "")
    put(root .. "/.two.0123456789abcdef.draft", "")
    local names = files.list(root)
    table.sort(names)
    assert.same({ "one", "two" }, names)
    local missing, err = files.list(root .. "/missing")
    assert.is_nil(missing)
    assert.equal("missing", err.code)
  end)
end)
