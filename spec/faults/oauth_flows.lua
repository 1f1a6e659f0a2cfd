--- What is done through the proxy by OAuth: as spec.faults.flows, at real servers (a provider of
--- OpenID, oauthlib). The person is at their pages himself, not through the proxy.
local client = require("spec.wiki.client")
local entries = require("mwlogin.store.entry")
local http = require("socket.http")
local oauth1 = require("spec.oauth.wiki")
local oauth2 = require("spec.wiki.oauth2")
local person = require("spec.wiki.person")

local oauth_flows = {}

local OAUTH1_PATH <const> = "/w/api.php"
local sites = {}

--- Starts the servers.
function oauth_flows.start()
  sites.oauth1, sites.oauth2 = oauth1.start(), oauth2.start()
  sites.browser = client.new({ base = sites.oauth2.provider.issuer })
end

function oauth_flows.stop()
  sites.oauth1:close()
  sites.oauth2:stop()
end

local function oauth1_wiki()
  return { real = math.tointeger(sites.oauth1.origin:match("%d+$")) }
end

local function oauth2_wiki()
  return { real = math.tointeger(sites.oauth2.base:match("%d+$")) }
end

-- The page itself, past the proxy.
local function directly(address, origin)
  return (address:gsub("^http://127%.0%.0%.1:%d+", origin))
end

-- Alice, whom the provider knows already.
local function allow_oauth2(step)
  local address = directly(step.redirect_url, sites.oauth2.base)
  local _, status, headers = http.request({ url = address, redirect = false })
  assert(status == 307, status)
  return person.walk(sites.oauth2.provider, headers.location, "alice", "allow", sites.browser)
end

local function allow_oauth1(address)
  return (assert(oauth1.allow(directly(address, sites.oauth1.origin))))
end

local function nobody()
  error("a person was asked")
end

local PUBLIC <const> = { client_id = "public", redirect = allow_oauth2 }
local CONFIDENTIAL <const> =
  { client_id = "confidential", client_secret = oauth2.SECRET, redirect = allow_oauth2 }
local ROBOT <const> =
  { client_id = "robot", client_secret = oauth2.SECRET, grant = "client_credentials" }
local PERSONAL <const> = oauth1.with(oauth1.CONSUMER, { redirect = oauth1.person(allow_oauth1) })

local function login(credentials)
  return function(session)
    return session:login(credentials)
  end
end

local function log_in(credentials)
  return function(session)
    assert(session:login(credentials))
  end
end

-- Every bearer is refused from then on.
local function kill_after(credentials)
  return function(session)
    assert(session:login(credentials))
    sites.oauth2:kill_access_tokens()
  end
end

-- The clock says that what is kept has ended.
local function expire(store)
  local id = assert(store:ids()[1])
  local entry = assert(entries.decode(id, assert(store:read(id))))
  entry.tokens.expires = os.time() - 3600
  assert(store:write(id, entries.encode(entry)))
end

local function edit(session)
  return session:post({ action = "edit", title = "Sandbox", text = "x" }, { token = "csrf" })
end

oauth_flows.list = {
  {
    name = "OAuth 1 of an owner",
    wiki = oauth1_wiki,
    path = OAUTH1_PATH,
    act = login(oauth1.OWNER_ONLY),
  },
  {
    name = "an edit that is signed",
    wiki = oauth1_wiki,
    path = OAUTH1_PATH,
    before = log_in(oauth1.OWNER_ONLY),
    act = edit,
    edits = 1,
    lasts = true,
  },
  {
    name = "OAuth 1 in three legs",
    wiki = oauth1_wiki,
    path = OAUTH1_PATH,
    act = login(PERSONAL),
  },
  {
    name = "an access of OAuth 1 that was kept",
    wiki = oauth1_wiki,
    path = OAUTH1_PATH,
    store = true,
    before = log_in(PERSONAL),
    act = login(oauth1.with(oauth1.CONSUMER, { redirect = nobody })),
    kept = oauth1.with(oauth1.CONSUMER, { redirect = nobody }),
  },
  {
    name = "an authorization code",
    wiki = oauth2_wiki,
    act = login(CONFIDENTIAL),
  },
  {
    name = "an edit that renews its bearer",
    wiki = oauth2_wiki,
    before = kill_after(PUBLIC),
    act = edit,
    edits = 1,
    lasts = true,
  },
  {
    name = "kept tokens that are renewed",
    wiki = oauth2_wiki,
    store = true,
    before = log_in(PUBLIC),
    meanwhile = expire,
    account = "public",
    act = login({}),
  },
  {
    name = "client credentials",
    wiki = oauth2_wiki,
    act = login(ROBOT),
    who = "Robot",
  },
  {
    name = "an edit for which the client asks for another bearer",
    wiki = oauth2_wiki,
    before = kill_after(ROBOT),
    act = edit,
    edits = 1,
    who = "Robot",
    lasts = true,
  },
}

for _, flow in ipairs(oauth_flows.list) do
  flow.passwords, flow.repeats, flow.few = 0, true, true
  flow.secrets = {
    oauth2.SECRET,
    oauth1.CONSUMER.consumer_secret,
    oauth1.OWNER_ONLY.consumer_secret,
    oauth1.OWNER_ONLY.access_secret,
  }
end

return oauth_flows
