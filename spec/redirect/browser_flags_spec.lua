local browser_flags = require("mwlogin.redirect.browser_flags")
local core = require("mwlogin.core")

local function output(argv)
  local process = assert(core.process(argv, { stdout = "pipe", env = { LUA_INIT = false } }))
  local text = process:read(1, { timeout = 10 }) or ""
  process:close()
  return text
end

local function has(list, flag)
  for _, one in ipairs(list) do
    if one == flag then
      return true
    end
  end
  return false
end

describe("the flags of a browser of our own", function()
  it("leave its sandbox out for root only", function()
    local root = output({ "id", "-u" }) == "0\n"
    assert.equal(root, has(browser_flags.list({ folder = "/x" }), "--no-sandbox"))
  end)

  it("keep its sandbox for everybody else", function()
    local name = "mwlogin.redirect.browser_flags"
    package.loaded[name], package.loaded["mwlogin.core"] =
      nil, {
        process = function(argv)
          assert.same({ "id", "-u" }, argv)
          return {
            read = function()
              return "1000"
            end,
            close = function() end,
          }
        end,
      }
    local list = require(name).list({ folder = "/x" })
    package.loaded[name], package.loaded["mwlogin.core"] = browser_flags, core
    assert.is_true(has(list, "--user-data-dir=/x/profile"))
    assert.is_false(has(list, "--no-sandbox"))
  end)

  it("hand on no password of a proxy", function()
    local given = { folder = "/x", proxy = "http://me:secret@proxy.example:3128" }
    for _, flag in ipairs(browser_flags.list(given)) do
      assert.is_nil(flag:find("secret", 1, true))
    end
    given.proxy = "http://proxy.example:3128"
    assert.is_true(has(browser_flags.list(given), "--proxy-server=http://proxy.example:3128"))
  end)
end)
