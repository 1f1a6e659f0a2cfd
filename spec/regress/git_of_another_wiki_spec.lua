-- One `mwlogin.secret.git()` for several wikis was told the first one's address, and kept it: the
-- second wiki was sent the first one's password, under the first one's user. Of a wiki that moves
-- to https git was asked what it knows for http.
local lua_process = require("spec.lua_process")

describe("what git knows, for several wikis", function()
  -- git's only helper: a password that says whose it is.
  local HELPER <const> = [[!f() { test "$1" = get || exit 0; while read -r line; do
    case $line in
      protocol=*) scheme=${line#protocol=}:;;
      host=*) host=${line#host=};;
      username=*) user=${line#username=};;
    esac
  done; echo "username=$user"; echo "password=of-$user-at-$scheme$host"; }; f]]

  local LOG_IN <const> = [[
    local mwlogin = require("mwlogin")
    local source = mwlogin.secret.git()
    for _, place in ipairs({ "Alice one.example", "Bob two.example", "Alice one.example" }) do
      local name, host = place:match("(%S+) (%S+)")
      local wiki = mwlogin.testing.wiki({
        api = "https://" .. host .. "/w/api.php",
        accounts = { [name] = { password = ("of-%s-at-https:%s"):format(name, host) } },
      })
      local session <close> = assert(mwlogin.open((wiki.api:gsub("^https", "http")), {
        user_agent = "spec",
        transport = function(request)
          if request.url:find("^https:") then
            return wiki.transport(request)
          end
          return { status = 301, headers = { Location = wiki.api }, body = "" }
        end,
      }))
      local me, err = session:login({ username = name, password = source })
      print(me and me.name or tostring(err))
    end
    print(source.url, source.username)
    local given = mwlogin.secret.git("https://three.example/")
    print(given:read():reveal())]]

  it("goes to the wiki alone that it is of", function()
    local process = lua_process.start(LOG_IN, {
      env = {
        HOME = "/nowhere",
        GIT_CONFIG_NOSYSTEM = "1",
        GIT_CONFIG_COUNT = "1",
        GIT_CONFIG_KEY_0 = "credential.helper",
        GIT_CONFIG_VALUE_0 = HELPER,
      },
    })
    assert.equal(
      "Alice\nBob\nAlice\nnil\tnil\nof--at-https:three.example\n",
      lua_process.output(process)
    )
  end)
end)
