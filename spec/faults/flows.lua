--- What is done through the proxy: each flow says which wiki it needs, what goes before the fault,
--- and what is true of a success.
local mwlogin = require("mwlogin")
local totp = require("mwlogin.totp")

local flows = {}

-- Longer than a busy machine takes; where a server stalls, short enough to be waited for.
local TIMEOUT <const>, SHORT_TIMEOUT <const> = 30, 0.5
local MAX_WAIT <const>, REPEATS_FOR <const> = 0.5, 60

local BOT <const> = ("0123456789abcdef"):rep(2)
local TOTP <const> = "GEZDGNBVGY3TQOJQ"
local NOW <const> = 1800000000 -- at which the wiki's clock stands
local ALICE <const> = { username = "Alice", password = "open sesame" }
local SECRETS <const> = { ALICE.password, BOT, TOTP, "alices.bearer" }

local function wiki_of(account, more)
  account.password = "open sesame"
  local options = { accounts = { Alice = account, Bob = { password = "bobs own" } } }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return options
end

-- Waiting takes no time here; a flow that waits again and again is told as one without an end.
local MOST_SLEEPS <const> = 50

local function hasty(pool)
  local sleeps = 0
  local made = {}
  function made.sleep()
    sleeps = sleeps + 1
    assert(sleeps <= MOST_SLEEPS, "waits without an end")
    return true
  end
  return setmetatable(made, {
    __index = function(_, name)
      return function(_, ...)
        return pool[name](pool, ...)
      end
    end,
  })
end

--- A Session through the proxy.
---@param between table spec.faults.proxy
---@param flow table of `flows.list`
---@param more table|nil store, account, trace
---@param stalls boolean|nil the server will
---@return table session
function flows.open(between, flow, more, stalls)
  local options = {
    user_agent = "faults",
    timeout = stalls and SHORT_TIMEOUT or TIMEOUT,
    max_wait = flow.repeats and REPEATS_FOR or MAX_WAIT,
  }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  local session = assert(mwlogin.open(between.base .. (flow.path or "/api.php"), options))
  session.pool = flow.repeats and hasty(session.pool) or session.pool
  return session
end

local function with(more)
  local credentials = {}
  for name, value in pairs(ALICE) do
    credentials[name] = value
  end
  for name, value in pairs(more) do
    credentials[name] = value
  end
  return credentials
end

local function login(credentials)
  return function(session)
    return session:login(credentials)
  end
end

local function edit(session)
  return session:post({ action = "edit", title = "Sandbox", text = "x" }, { token = "csrf" })
end

--- Each flow:
---   name; wiki: what is behind the proxy, or a function that gives it; path of its api.php;
---   before(session), act(session) → value, err;
---   store (true: a file, or a function that makes one): what `before` kept is there for another
---   Session, which acts; meanwhile(store): between;
---   kept, account: what logs in by it later;
---   outcome(session, value, facts) → trouble, where a success is something else than a login;
---   who (Alice); passwords: most that may be sent; edits: with a success, exactly;
---   few: a sample takes few places of it;
---   lasts: the Session is logged in before, and is later; repeats: waits take no time, so that all
---   that may be sent again is; secrets: what must not be told.
flows.list = {
  {
    name = "bot password",
    wiki = wiki_of({ botpasswords = { app = BOT } }),
    act = login({ username = "Alice@app", password = BOT }),
    passwords = 1,
  },
  {
    name = "clientlogin",
    wiki = wiki_of({}),
    act = login(with({ method = "clientlogin" })),
    passwords = 1,
  },
  {
    name = "clientlogin with a captcha",
    wiki = wiki_of({}, { captcha = { question = "2+2?", answer = "4", always = true } }),
    act = login(with({ answers = { captchaWord = "4" } })),
    passwords = 1,
  },
  {
    name = "clientlogin with a second factor",
    wiki = wiki_of({ totp = TOTP }, { now = NOW }),
    act = login(with({ answers = { OATHToken = totp.code(assert(totp.parse(TOTP)), NOW) } })),
    passwords = 1,
  },
  {
    name = "an edit with a token",
    wiki = wiki_of({}),
    before = function(session)
      assert(session:login(with({ recover = false })))
    end,
    act = edit,
    passwords = 0,
    edits = 1,
  },
  {
    name = "an edit after the session was lost",
    wiki = wiki_of({}),
    before = function(session)
      assert(session:login(ALICE))
      session.core:cookies(false)
    end,
    act = edit,
    passwords = 1,
    edits = 1,
  },
  {
    name = "a kept session",
    wiki = wiki_of({}),
    store = true,
    before = function(session)
      assert(session:login(ALICE))
    end,
    act = login(ALICE),
    passwords = 1,
  },
  {
    name = "a bearer",
    wiki = wiki_of({}),
    act = login({ access_token = "alices.bearer" }),
    passwords = 0,
  },
}

for _, flow in ipairs(flows.list) do
  flow.secrets = SECRETS
end

return flows
