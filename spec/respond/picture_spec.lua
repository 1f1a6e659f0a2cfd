-- A picture of a wiki on the terminal.
local core = require("mwlogin.core")
local picture = require("mwlogin.respond.picture")

-- A white and a black dot.
local PNG = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGP4zwAAAgEBADK6K5IAAAAA"
  .. "SUVORK5CYII="

describe("a picture", function()
  local path

  before_each(function()
    path = os.tmpname()
  end)

  after_each(function()
    os.remove(path)
  end)

  local function keep(bytes)
    local file = assert(io.open(path, "wb"))
    file:write(bytes)
    file:close()
    return path
  end

  it("is drawn with chafa, no wider than the terminal", function()
    local drawing = assert(picture.draw(keep(core.crypto.unbase64(PNG)), 20))
    assert.is_true(#drawing > 0)
    for line in drawing:gsub("\27%[[%d;?]*%a", ""):gmatch("[^\n]+") do
      assert.is_true(utf8.len(line) <= 20)
    end
  end)

  it("that is none is not drawn", function()
    assert.is_nil(picture.draw(keep("<html>"), 20))
    assert.is_nil(picture.draw("/nowhere/picture.png", 20))
  end)
end)
