---`make demo`'s script: ends well, names whom the wiki confirms, leaves nothing behind.
local folders = require("spec.folders")

describe("scripts/demo.lua", function()
  local function lines(command)
    local pipe = assert(io.popen(command))
    local text = pipe:read("a")
    local _, _, code = pipe:close()
    return text, code
  end

  it("ends with the users the wiki confirms and leaves no wiki running", function()
    local folder = folders.new()
    local run = "env -u LUA_PATH -u LUA_CPATH TMPDIR='%s' lua5.4 scripts/demo.lua 2>&1"
    local text, code = lines(run:format(folder))
    assert.equal(0, code, text)
    local bot, person, openid = text:match("([^\n]+)\n([^\n]+)\n([^\n]+)\n$")
    assert.equal("The wiki confirms: logged in and edited as Alice (bot password)", bot)
    assert.equal("The wiki confirms: logged in and edited as Bob (clientlogin)", person)
    assert.equal("The wiki confirms: logged in as Alice (OpenID, then a code)", openid)
    assert.equal("", (lines(("ls -A '%s'"):format(folder))))
    os.remove(folder)
    local api = text:match("http://[%d.:]+/api.php")
    local _, refused = lines(("curl -s -o /dev/null '%s'"):format(api))
    assert.equal(7, refused)
  end)
end)
