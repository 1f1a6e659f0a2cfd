local scratch = require("mwlogin.redirect.scratch")
local stand = require("spec.redirect.stand")

local function exists(path)
  local file = io.open(path)
  return file ~= nil and file:close()
end

describe("a folder for one browser", function()
  local before

  before_each(function()
    before = stand.left_behind()
  end)

  after_each(function()
    stand.nothing_left_since(before)
  end)

  it("is private, and goes with all that is in it", function()
    local folder = assert(scratch.make())
    local pipe <close> = assert(io.popen("stat -c %a " .. folder.path))
    assert.equal("700", pipe:read("l"))
    assert(os.execute(("mkdir -p %s/a/b && touch %s/a/b/c"):format(folder.path, folder.path)))
    assert.is_true(folder:remove())
    assert.is_true(folder:remove())
    assert.is_false(exists(folder.path))
  end)

  it("is removed by the next one when its program was killed, and only then", function()
    local alive = assert(scratch.make())
    local abandoned = stand.folder .. "/mwlogin-browser.abandoned"
    local young = stand.folder .. "/mwlogin-browser.young"
    local other = stand.folder .. "/other"
    for _, path in ipairs({ abandoned, young, other }) do
      assert(os.execute(("mkdir -m 700 -p %s && touch %s/cookies"):format(path, path)))
    end
    for _, path in ipairs({ abandoned, other, alive.path }) do
      assert(os.execute("touch -d '5 minutes ago' " .. path))
    end
    local mine = assert(scratch.make())
    assert.is_false(exists(abandoned))
    assert.is_true(exists(young))
    assert.is_true(exists(other))
    assert.is_true(exists(alive.path))
    assert(os.execute(("rm -r %s %s"):format(young, other)))
    alive:remove()
    mine:remove()
  end)
end)
