local files = require("mwlogin.core").private_file

local function run(command, ...)
  local quoted = {}
  for i, argument in ipairs({ ... }) do
    quoted[i] = "'" .. argument .. "'"
  end
  assert(os.execute(command .. " " .. table.concat(quoted, " ")))
end

local function output_of(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
end

local function put(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

local function mode_of(path)
  return output_of(("stat -c %%a '%s'"):format(path)):gsub("\n", "")
end

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
