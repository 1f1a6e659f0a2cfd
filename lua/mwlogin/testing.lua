---A MediaWiki to test logins against: in process, without a socket, as strict as a real one.
---
---`testing.wiki{…}` makes a wiki out of a table. Its `transport` takes the requests of a Session
---and answers them as MediaWiki's AuthManager does, with its edges: tokens die at PASS, the session
---cookie decides everything, a request whose optional field was left out is dropped silently, codes
---and captchas work once, a wrong code is asked again, the throttle refuses the right password.
---
---     local mwlogin = require("mwlogin")
---     local testing = require("mwlogin.testing")
---
---     local wiki = testing.wiki {
---       version = "1.39",
---       accounts = {
---         Alice = { password = "open sesame", totp = "GEZDGNBVGY3TQOJQ" },
---         Bot = { botpasswords = { app = ("0123456789abcdef"):rep(2) }, groups = { "bot" } },
---       },
---       steps = {
---         {
---           id = "ColourRequest",
---           fields = {
---             { name = "colour", type = "select", options = { { "r", "Red" }, { "b", "Blue" } } },
---           },
---           message = "Which colour?",
---           answer = { colour = "b" },
---         },
---       },
---     }
---     local session = mwlogin.open(wiki.api, { transport = wiki.transport, user_agent = "spec" })
---     assert(session:login {
---       username = "Alice",
---       password = "open sesame",
---       answers = { OATHToken = mwlogin.secret.totp("GEZDGNBVGY3TQOJQ"), colour = "b" },
---     })
---     assert(wiki.requests[2].params.username == "Alice")
---
---## What a wiki is made of
---`version` ("1.39"; "1.26" has no clientlogin, "1.34" the older codes, "1.43" the newer warnings),
---`api` (address), `name`, `prefix` (of its cookies), `private`, `readonly` (the reason), `lag`
---(seconds), `force_https`, `local_login` (false: no password form), `botpasswords` (false: none),
---`remember` ("choose", "always", "never"), `confirm_link`, `autocreate` (false: unknown accounts
---of a third party are not created), `throttle` (`{ count = 5, seconds = 300 }` or false), `now`
---(seconds since 1970 at which its clock stands; without it the real time).
---`accounts`: name → `{ password, botpasswords = { app = secret or { password, rights,
---needs_reset } }, bearers = { OAuth 2 access tokens }, totp = base32 or { secret, digits, period,
---scratch }, email_auth, email, new_password = "soft"|"hard"|"expired"|"expired-soft"|"temporary",
---groups, rights, blocked, locked, links, id }`.
---`captcha`: `{ question, answer, type = "question"|"simple"|"image"|"hcaptcha"|…, always, after,
---create }`; asked after 3 bad logins or `after`, or `always`, and when creating an account unless
---`create` is false; `question` may be a function(n) that returns question and answer.
---`pages`: title or path → function(page) that returns a body or `{ status, headers, body }`;
---`page` has `method`, `params`, `headers`, `user`, and `session`: the table that steps see as
---`context.session`, nil when the request brought no session cookie.
---`hosts`: other origins ("https://idp.example.org") → function(request) → reply. A request to any
---origin not named here fails like one whose host cannot be found.
---
---## Steps
---A step asks for something after the password; `primary = true` makes it another way to log in.
---As data: `id`, `fields`, `metadata`, `required` (or several `requests` of that shape), `message`,
---`code`, `answer` (field → what is right), `rejected` and `rejected_code` (what it says when it
---asks again), `tries` (then FAIL), `accounts` (whom it asks), and for a primary one `username`.
---As functions: `check(values, context)` → true, or false and words; `begin(values, context)` and
---`continue(values, context)` → `{ status = "PASS"|"FAIL"|"UI"|"REDIRECT"|…, message, code,
---requests, target, data, username, create = { id, username }, link = { id, label } }`, or nil to
---stand aside.
---A primary PASS without `username` becomes RESTART. `actions` lists where it takes part: "login"
---(default), "createaccount", "linkaccount". A step that raises is an exception of the wiki.
---`context`: `action`, `values`, `requests` (id → values), `account`, `session`, `state` (its own
---table in this login), `returnurl`, `wiki`.
---
---## What a spec looks at
---`wiki.requests` (each `{ method, url, origin, path, action, params, post, query, sent, cookies,
---headers, body }`; `sent` is the list of { name, value } as it came), `wiki.edits`,
---`wiki.uploads`, `wiki.pages` (title → text), `wiki.mails`, `wiki.exceptions`,
---`wiki.accounts`; and changes as it likes: `wiki.lag`, `wiki.readonly`, `wiki.client_address`.
local wiki = require("mwlogin.testing.wiki")

local testing = {}

---Makes a wiki; the head of this file tells of what.
---@param options table?
---@return table wiki `transport`, `api`, `requests`, `edits`, …; methods `advance(seconds)`,
---   `lose_session()`, `fault(nth, response)`, `answer_next(fn)`, `add_account(name, script)`,
---   `account(name)`, `now()`
function testing.wiki(options)
  return wiki.new(options)
end

---Records the exchanges of a Session: `open(address, { record = recorder })`. The file is written
---when the recorder is closed: only for its user, and without any secret.
---@param path string
---@return mwlogin.testing.Recorder recorder `close()`, also `<close>`; `text()`
function testing.record(path)
  return require("mwlogin.testing.recorder").new(path)
end

---A recorded login as a transport: `open(replay.api, { transport = replay.transport })`. A request
---that was not recorded at this place raises an error that says how it differs.
---@param path string
---@return mwlogin.testing.Replay|nil replay `transport`, `api`; `finish()` raises when something
---   recorded was not asked for
---@return mwlogin.Error|nil err
function testing.replay(path)
  return require("mwlogin.testing.replay").new(path)
end

return testing
