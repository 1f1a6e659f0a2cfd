--- What is done through the proxy besides logging in by a password: pictures, ways over other
--- pages, linking and creating accounts, logging out, looking around. As spec.faults.flows.
local judge = require("spec.hostile.judge")
local mwlogin = require("mwlogin")
local redis_server = require("spec.store.redis_server")
local totp = require("mwlogin.totp")

local TOTP <const> = "GEZDGNBVGY3TQOJQ"
local NOW <const> = 1800000000 -- at which the wiki's clock stands
local NEW_PASSWORD <const> = "a passphrase of her own"
local ALICE <const> = { username = "Alice", password = "open sesame" }

local dialogue_flows = {}

local function wiki_of(account, more)
  account.password = ALICE.password
  local options = { accounts = { Alice = account, Bob = { password = "bobs own" } } }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return options
end

local function login(more)
  local credentials = {}
  for _, values in ipairs({ ALICE, more }) do
    for name, value in pairs(values) do
      credentials[name] = value
    end
  end
  return function(session)
    return session:login(credentials)
  end
end

local function log_in(session)
  assert(session:login(ALICE))
end

-- Another program does something at the wiki, and its cookies are this one's then.
local function hand_over(session, act)
  local other <close> = assert(mwlogin.open(session.api, { user_agent = "faults" }))
  act(other)
  assert(session:import_cookies(other:export_cookies()))
end

-- The word that the picture shows.
local function read_picture(_, context)
  for _, field in ipairs(context.request.fields) do
    if field.name == "captchaInfo" then
      local path, err = context.show_image(field.value)
      if not path then
        return nil, err
      end
      local file <close> = assert(io.open(path, "rb"))
      return (file:read("a"):gsub("^.*\n", ""))
    end
  end
end

local PARTNER <const> = { partnerName = "p", partnerSecret = "p-at-partner" }

local VOUCHED <const> = {
  name = "LinkAlice",
  restart = function()
    return { continue = ALICE }
  end,
}

-- One machine of a fleet.
local fleet = {}

function dialogue_flows.start()
  local pipe <close> = assert(io.popen("mktemp -d -t mwlogin-faults.XXXXXX"))
  fleet.folder, fleet.count = pipe:read("l"), 0
  fleet.server = redis_server.start(fleet.folder)
  fleet.client = fleet.server:client()
  collectgarbage() -- what tried in vain to connect
end

function dialogue_flows.stop()
  fleet.client.network.socket:close()
  fleet.server:stop()
  os.execute("rm -rf '" .. fleet.folder .. "'")
end

local function redis_store()
  fleet.count = fleet.count + 1
  return mwlogin.store.redis(fleet.client, { prefix = ("round%d:"):format(fleet.count) })
end

dialogue_flows.list = {
  {
    name = "clientlogin with a picture",
    wiki = wiki_of({}, { dialogue = "picture" }),
    act = login({ answers = { captchaWord = read_picture } }),
    passwords = 1,
  },
  {
    name = "clientlogin over another page and back",
    wiki = wiki_of({}, { dialogue = "redirect" }),
    act = function(session)
      return session:login({ method = "clientlogin", answers = { mode = "redirect" } })
    end,
    passwords = 0,
  },
  {
    name = "an account that a partner vouches for",
    wiki = wiki_of({}, { dialogue = "partner" }),
    act = function(session)
      return session:login({
        method = "clientlogin",
        answers = PARTNER,
        handlers = { VOUCHED },
      })
    end,
    passwords = 1,
  },
  {
    name = "a new password that the wiki wants",
    wiki = wiki_of({ new_password = "hard" }),
    act = login({ answers = { retype = NEW_PASSWORD } }),
    passwords = 2,
    outcome = function(session, value, facts)
      if value.name ~= "Alice" or facts.password ~= NEW_PASSWORD then
        return "a success, and the password is not the new one"
      end
      return not session:whoami() and "a success that is none" or nil
    end,
  },
  {
    name = "an account that is created",
    wiki = wiki_of({}),
    act = function(session)
      return session:flow("createaccount"):run({
        username = "Carol",
        password = "long enough one",
        answers = { email = "" },
      })
    end,
    passwords = 1,
    outcome = function(_, value, facts)
      return not (value.status == "PASS" and facts.carol) and "she has no account" or nil
    end,
  },
  {
    name = "an account that is linked",
    wiki = wiki_of({}, { dialogue = "partner" }),
    before = log_in,
    act = function(session)
      return session:flow("linkaccount"):run({
        answers = { partnerName = "p", partnerSecret = "p-at-partner", confirmPartner = true },
      })
    end,
    passwords = 0,
    lasts = true,
    outcome = function(_, value, facts)
      return not (value.status == "PASS" and facts.links == 1) and "nothing was linked" or nil
    end,
  },
  {
    name = "logging out",
    wiki = wiki_of({}),
    before = log_in,
    act = function(session)
      return session:logout()
    end,
    passwords = 0,
    outcome = function(session)
      local me = session:whoami()
      return me and not me.anonymous and "a logout, and still logged in" or nil
    end,
  },
  {
    name = "a session that is kept in Redis",
    wiki = wiki_of({}),
    store = redis_store,
    before = log_in,
    act = login({}),
    passwords = 1,
  },
  {
    name = "cookies that were handed over",
    wiki = wiki_of({}),
    before = function(session)
      hand_over(session, log_in)
    end,
    act = function(session)
      return session:login({})
    end,
    passwords = 0,
  },
  {
    name = "a pending step of another program",
    wiki = wiki_of({ totp = TOTP }, { now = NOW }),
    before = function(session)
      hand_over(session, function(other)
        local flow = other:flow("login")
        assert(flow:start())
        assert(flow:submit(ALICE))
      end)
    end,
    act = function(session)
      local flow = session:flow("login", { resume = true })
      local step, err = flow:start()
      if step then
        step, err = flow:submit({ OATHToken = totp.code(assert(totp.parse(TOTP)), NOW) })
      end
      return step and step.status == "PASS" and step.identity or nil,
        err or step and judge.step(step) or step
    end,
    passwords = 0,
  },
  {
    name = "finding api.php",
    wiki = wiki_of({}),
    act = function(session)
      local found <close>, err = mwlogin.open(session.api:match("^http://[^/]+"), {
        user_agent = "faults",
        timeout = session.options.timeout,
        max_wait = session.options.max_wait,
      })
      if not found then
        return nil, err
      end
      return found:login(ALICE)
    end,
    passwords = 1,
    outcome = function(_, value)
      return value.name ~= "Alice" and "a success as " .. value.name or nil
    end,
  },
  {
    name = "the doctor's look",
    wiki = wiki_of({}, { captcha = { question = "2+2?", answer = "4", always = true } }),
    before = log_in,
    act = function(session)
      return session:doctor()
    end,
    passwords = 0,
    lasts = true,
    outcome = function(_, value)
      return judge.report(value)
    end,
  },
}

for _, flow in ipairs(dialogue_flows.list) do
  flow.few = true
  flow.secrets = { ALICE.password, NEW_PASSWORD, "long enough one", PARTNER.partnerSecret }
end

return dialogue_flows
