---`mwlogin doctor` on wikis that are each in a trouble of their own: the right cause comes first.
package.path = "./?.lua;./?/init.lua;" .. package.path
local cjson = require "cjson"
local command = require "spec.cli.command"
local folders = require "spec.folders"
local ports = require "spec.ports"
local provider = require "spec.wiki.provider"
local wiki = require "spec.wiki"

describe("mwlogin doctor", function()
  local held = {}

  after_each(function()
    for _, thing in ipairs(held) do
      thing:stop()
    end
    held = {}
  end)

  local function start(options)
    held[#held + 1] = wiki.start(options)
    return held[#held]
  end

  ---The first cause it names, in words and in JSON, and its cure.
  local function first_cause(address)
    local said = command.run { "doctor", address }
    assert(said.code == 0, said.stderr)
    local cause, cure = said.stdout:match "\n! ([^\n]+)\n    ([^\n]+)\n"
    local report = cjson.decode(command.run({ "doctor", address, "--json" }).stdout)
    local first = report.troubles[1] or {}
    assert.equal(first.cause, cause)
    assert.equal(first.cure, cure)
    return cause or said.stdout:match "no trouble found", cure, report
  end

  local function starts(wanted, text)
    assert.equal(wanted, tostring(text):sub(1, #wanted))
  end

  it("finds no trouble with a plain one", function()
    starts("no trouble found", first_cause(start({}).base))
  end)

  it("says that one is private", function()
    starts("The wiki is private", first_cause(start({ private = true }).base))
  end)

  it("says that one asks a captcha", function()
    local one = start {
      extensions = { "ConfirmEdit/QuestyCaptcha" },
      settings = "$wgCaptchaBadLoginAttempts = 0;",
    }
    starts("A login from here must answer a captcha now", first_cause(one.base))
  end)

  it("says that accounts of one may have a second factor, and how to answer it", function()
    local cause, cure = first_cause(start({ extensions = { "OATHAuth" } }).base)
    starts("Accounts here may be asked for a second factor", cause)
    assert.truthy(cure:find("OATHToken=totp:", 1, true))
  end)

  it("names the buttons of one that takes no password", function()
    local one = start { extensions = { "MwloginTest" } }
    local openid = provider.for_wiki(one)
    held[#held + 1] = openid
    one:set(
      "$wgMwloginTest = [ 'Pluggable' ];"
        .. "$wgAuthManagerAutoConfig['primaryauth'] = array_filter("
        .. "$wgAuthManagerAutoConfig['primaryauth'],"
        .. "fn( $p ) => !str_contains( $p['class'], 'Password' ) );"
        .. openid.settings
    )
    starts("This wiki offers only: Log in with OpenID, Log in by directory", first_cause(one.base))
  end)

  it("says that one is read-only, and why", function()
    local one = start { settings = '$wgReadOnly = "moving house";' }
    starts(
      "The wiki takes no changes at the moment, logins included: moving house",
      first_cause(one.base)
    )
  end)

  it("says that an https wiki was asked by http", function()
    local settings = '$wgServer = str_replace( "http:", "https:", $wgServer );'
    local one = start { settings = settings }
    local cause, cure = first_cause(one.api)
    starts("This wiki wants https, and was asked by http", cause)
    assert.truthy(cure:find((one.base:gsub("^http", "https")), 1, true))
  end)

  it("says that the cookies of one do not fit its address", function()
    local cause, cure = first_cause(start({ settings = '$wgCookieDomain = ".example.org";' }).base)
    starts("No cookie of this wiki is taken here", cause)
    assert.truthy(cure:find("Tell those who run the wiki", 1, true))
  end)

  describe("where there is no wiki,", function()
    local function fails(address, wanted)
      local said = command.run { "doctor", address }
      assert.equal(4, said.code)
      assert.equal("", said.stdout)
      assert.truthy(said.stderr:match("^[^\n]+"):find(wanted, 1, true), said.stderr)
      assert.truthy(said.stderr:find("\n  %u[^\n]+"))
    end

    it("says so", function()
      local folder = folders.new()
      local file = assert(io.open(folder .. "/index.html", "w"))
      file:write "<html><title>Cats</title></html>"
      file:close()
      local port = ports.free(1)[1]
      local line = "php -S 127.0.0.1:%s -t %s >/dev/null 2>&1 & echo $!"
      local pipe <close> = assert(io.popen(line:format(port, folder)))
      local pid = pipe:read "l"
      held[#held + 1] = {
        stop = function()
          os.execute(("kill %s; rm -r %s"):format(pid, folder))
        end,
      }
      assert(ports.await(port))
      fails("http://127.0.0.1:" .. port, "No MediaWiki was found at http://127.0.0.1:" .. port)
      fails(("http://127.0.0.1:%s/api.php"):format(port), "HTTP 404")
    end)

    it("says that this client is turned away, and by what to come back", function()
      local one = start {
        settings = 'if ( PHP_SAPI !== "cli" ) { header( "HTTP/1.1 403 Forbidden" ); exit; }',
      }
      local said = command.run { "doctor", one.api }
      assert.equal(4, said.code)
      assert.truthy(said.stderr:find("HTTP 403", 1, true), said.stderr)
      assert.truthy(said.stderr:find("--user-agent with a contact", 1, true), said.stderr)
    end)

    it("says that something in front of it wants a password", function()
      local one = start {
        settings = 'if ( PHP_SAPI !== "cli" ) { header( "HTTP/1.1 401 Unauthorized" ); exit; }',
      }
      for _, address in ipairs { one.api, one.base } do
        local said = command.run { "doctor", address }
        assert.equal(4, said.code)
        assert.truthy(said.stderr:find("--http-auth-user NAME", 1, true), said.stderr)
      end
    end)

    it("says that nobody listens", function()
      fails("http://127.0.0.1:9", "does not accept a connection")
    end)

    it("says that the host has no address", function()
      fails("wiki.nowhere.invalid", "The host's name cannot be resolved")
    end)
  end)

  it("tells what a login would do, and neither logs in nor shows a secret", function()
    local one = start {}
    one:mark()
    local said = command.run({
      "doctor",
      one.base,
      "--user",
      "Alice",
      "--password-from",
      "env:WIKI_PASSWORD",
    }, { env = { WIKI_PASSWORD = one.accounts.Alice } })
    assert.equal(0, said.code)
    assert.truthy(said.stdout:find("password (read from env:WIKI_PASSWORD)", 1, true))
    assert.is_nil((said.stdout .. said.stderr):find(one.accounts.Alice, 1, true))
    assert.same({}, one:requests { method = "POST" })
  end)
end)
