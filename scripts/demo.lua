-- `make demo`: a real MediaWiki on this machine, two ways to log in to it, an edit as each
-- user, then the login of example 22 through an OpenID provider.
-- Nothing is left running and nothing is left behind, also when a step fails.
local here = arg[0]:match("^(.*/)scripts/[^/]*$") or "./"
package.path = ("%slua/?.lua;%slua/?/init.lua;%s?.lua;%s?/init.lua;"):format(here, here, here, here)
  .. package.path
package.cpath = here .. "build/?.so;" .. package.cpath

local core = require "mwlogin.core"
local mwlogin = require "mwlogin"
local spec_wiki = require "spec.wiki"

local PAGE <const> = "Demo"
local step = 0

local function tell(...)
  print("   " .. string.format(...))
end

local function begin(...)
  step = step + 1
  print(("\n%d. "):format(step) .. string.format(...))
  io.stdout:flush()
end

local function open(address)
  return assert(mwlogin.open(address, { user_agent = "mwlogin-demo/1.0 (make demo)" }))
end

local function add_line(session, text)
  local reply = assert(session:post({
    action = "edit",
    title = PAGE,
    appendtext = "\n" .. text,
    summary = text,
  }, { token = "csrf" }))
  tell("The page %q is now at revision %d.", reply.edit.title, reply.edit.newrevid)
end

local function with_bot_password(wiki)
  begin("Logging in with a bot password, as a bot or a cron job does.")
  tell("wiki:login { username = %q, password = mwlogin.secret(…) }", wiki.botpassword.name)
  local session <close> = open(wiki.api)
  local me = assert(session:login {
    username = wiki.botpassword.name,
    password = mwlogin.secret(wiki.botpassword.password),
  })
  tell("Logged in as %s; the method chosen was %s.", me.name, me.method)
  add_line(session, "A line by a bot password.")
  return assert(session:whoami()).name
end

local function with_client_login(wiki)
  begin("Logging in as a person does (clientlogin), given only the address of a page.")
  tell("wiki:login { username = %q, password = mwlogin.secret(…) }", "Bob")
  local session <close> = open(wiki:page "Main Page")
  local me = assert(session:login {
    username = "Bob",
    password = mwlogin.secret(wiki.accounts.Bob),
  })
  tell("Logged in as %s; the method chosen was %s.", me.name, me.method)
  add_line(session, "A line by a person.")
  return assert(session:whoami()).name
end

local function with_wrong_password(wiki)
  begin("A wrong password, tried once and never again.")
  local session <close> = open(wiki.api)
  local me, err = session:login { username = "Carol", password = mwlogin.secret "not hers" }
  assert(not me, "the wiki took a wrong password")
  tell("%s", (err.message:gsub("\n", " ")))
  tell("Advice: %s", err.advice)
end

local function editors_of(wiki)
  begin("Asking the wiki, without a login, who wrote the page.")
  local session <close> = open(wiki.api)
  local reply = assert(session:get {
    action = "query",
    prop = "revisions",
    titles = PAGE,
    rvprop = { "user", "comment" },
    rvlimit = 10,
    rvdir = "newer",
  })
  local users = {}
  for _, revision in ipairs(reply.query.pages[1].revisions) do
    tell("%s: %s", revision.user, revision.comment)
    users[revision.user] = true
  end
  return users
end

-- The script gets its secrets by its environment, as it would anywhere.
local function run_example22(wiki, provider)
  local process = assert(core.process({
    "lua5.4",
    here .. "scripts/example22.lua",
    wiki.api,
    "openid.example.net",
    "alice",
  }, {
    stdout = "pipe",
    stderr = "inherit",
    env = {
      LUA_PATH = package.path,
      LUA_CPATH = package.cpath,
      OPENID_PASSWORD = provider.accounts.alice,
      CODE = "817420",
      CAPTCHA = "Paris",
    },
    timeout = 60,
  }))
  local last
  while true do
    local line = process:read(1, { stop = "\n" })
    if not line then
      break
    end
    last = line
    tell("%s", line)
  end
  local status = process:wait()
  process:close()
  assert(status and status.exit == 0, "scripts/example22.lua failed")
  return last:match "as (%S+)$"
end

local function with_example22()
  begin("Example 22 of MediaWiki's API documentation: scripts/example22.lua.")
  tell("A captcha, a real OpenID provider, a browser that holds the login's session, a code.")
  local wiki <close> = spec_wiki.start {
    host = "localhost",
    extensions = { "MwloginTest", "ConfirmEdit/QuestyCaptcha" },
  }
  local provider <close> = require("spec.wiki.provider").for_wiki(wiki)
  local settings = "$wgMwloginTest = [ 'OpenId', 'Code' ]; $wgCaptchaBadLoginAttempts = 0; "
  wiki:set(settings .. provider.settings)
  return run_example22(wiki, provider)
end

local function run()
  begin("Starting a MediaWiki on this machine.")
  local wiki <close> = spec_wiki.start()
  tell("It answers at %s.", wiki.api)
  local bot = with_bot_password(wiki)
  local person = with_client_login(wiki)
  with_wrong_password(wiki)
  local users = editors_of(wiki)
  assert(users[bot] and users[person], "the page's history does not name both users")
  begin("Stopping the wiki.")
  wiki:stop()
  local by_openid = with_example22()
  print(("\nThe wiki confirms: logged in and edited as %s (bot password)"):format(bot))
  print(("The wiki confirms: logged in and edited as %s (clientlogin)"):format(person))
  print(("The wiki confirms: logged in as %s (OpenID, then a code)"):format(by_openid))
end

local ok, err = xpcall(run, function(raised)
  return type(raised) == "table" and raised or debug.traceback(raised, 2)
end)
if not ok then
  io.stderr:write("demo: ", tostring(err), "\n")
  os.exit(1, true)
end
