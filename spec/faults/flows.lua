--- What is done through the proxy: each flow says which wiki it needs, what goes before the fault,
--- and what is true of a success.
local mwlogin = require("mwlogin")
local totp = require("mwlogin.totp")

local flows = {}

-- Longer than a busy machine takes; where a server stalls, short enough to be waited for.
local TIMEOUT <const>, SHORT_TIMEOUT <const> = 30, 0.5
local MAX_WAIT <const> = 0.5

local BOT <const> = ("0123456789abcdef"):rep(2)
local TOTP <const> = "GEZDGNBVGY3TQOJQ"
local NOW <const> = 1800000000 -- at which the wiki's clock stands
local ALICE <const> = { username = "Alice", password = "open sesame" }

local function wiki_of(account, more)
  account.password = "open sesame"
  local options = { accounts = { Alice = account, Bob = { password = "bobs own" } } }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return options
end

--- A Session through the proxy.
---@param api string
---@param more table|nil store, account
---@param stalls boolean|nil the server will
---@return table session
function flows.open(api, more, stalls)
  local options = {
    user_agent = "faults",
    timeout = stalls and SHORT_TIMEOUT or TIMEOUT,
    max_wait = MAX_WAIT,
  }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return assert(mwlogin.open(api, options))
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

--- Each { name, wiki, patient (options of `open`), before (session), act (session) → value, err,
--- passwords (most that may be sent), edits (with a success, exactly) }.
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

return flows
