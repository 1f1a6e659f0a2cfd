---What refuses memory in the sanitized runs: spec/sanitize/starve.c.
describe("the allocator that refuses", function()
  lazy_setup(function()
    assert(os.execute "make -s asan")
  end)

  local SCRIPT <const> = [[
    package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
    local encode = require("mwlogin.core").crypto.base64url
    local text = ("a"):rep(6000) -- more than a buffer of C's has by itself
    starve.at(0)
    encode(text)
    local asked = starve.feed()
    assert(asked > 0)
    for at = 1, asked do
      starve.at(at, true)
      local done = pcall(encode, text)
      local _, refused = starve.feed()
      print(at, done, refused, (pcall(encode, text)))
    end]]

  ---A buffer of Lua's that grows asks once only, where all else asks again after a collection: the
  ---next one to ask for as much was refused instead, long after.
  it("refuses once what it was told to, and nothing after that", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    assert(file:write(SCRIPT))
    file:close()
    local pipe <close> = assert(io.popen("build/asan/lua5.4 " .. path .. " 2>&1"))
    local number = 0
    for line in pipe:lines() do
      number = number + 1
      assert.equal(number .. "\tfalse\t1\ttrue", line)
    end
    assert.is_true(number > 1)
    os.remove(path)
  end)
end)
