-- The memory that libcurl is given: wiped when it comes back, some of it kept for the next time.
local folders = require("spec.folders")

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  return pipe:close(), output
end

describe("libcurl's memory", function()
  it("is wiped, whole, nobody else's, and zero where it is to be", function()
    local folder = folders.new()
    local built, words =
      run(("cc -O1 -std=gnu11 -o %s/use spec/core/curl_memory.c -lcurl -pthread"):format(folder))
    assert.truthy(built, words)
    local kept, said = run(folder .. "/use")
    folders.remove(folder)
    assert.truthy(kept, said)
    assert.equal("180000 rounds\n", said)
  end)
end)
