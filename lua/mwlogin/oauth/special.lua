---Signed requests to Special:OAuth, which is no API: errors come with status 200, and tokens as
---JSON only when it is asked for (T37 of doc/traps.md).
local clock = require "mwlogin.oauth.clock"
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local http_date = require "mwlogin.http_date"
local json = require "mwlogin.json"
local plaintext = require "mwlogin.plaintext"
local repeating = require "mwlogin.session.repeating"
local refusal = require "mwlogin.oauth.refusal"
local signing = require "mwlogin.oauth.signing"
local upgrade = require "mwlogin.session.upgrade"

local special = {}

---index.php: the pretty path of the page may redirect, and a redirect breaks the signature.
local function index_of(session)
  return session.options.index_url or assert(core.resolve(session.api, "index.php"))
end

local function title_of(page)
  return "Special:OAuth/" .. page
end

---The address of one of its pages for a person's browser.
---@param session mwlogin.Session
---@param page string
---@param params {[1]: string, [2]: string}[]
---@return string address
function special.address(session, page, params)
  local parts = { "title=" .. core.encode(title_of(page)) }
  for _, pair in ipairs(params) do
    parts[#parts + 1] = pair[1] .. "=" .. core.encode(pair[2])
  end
  return index_of(session) .. "?" .. table.concat(parts, "&")
end

---Members of an answer that are secrets: they go from the reply into locked memory.
local SECRETS <const> = { "secret", "oauth_token_secret" }

local function take_secrets(response)
  local taken = core.json_secrets(response.body, SECRETS)
  response.body:wipe()
  response.body, response.secrets = taken.rest, taken
end

---Sent under a nonce and a time of its own. What goes for a token spends its verifier: the wiki
---takes it once.
local function send(session, signer, page, params, nonce_of)
  local url = index_of(session)
  return repeating.question(page == "token" and "POST" or "GET", function()
    local nonce = nonce_of and nonce_of()
    local header, err = signing.authorization(signer, session, "GET", url, params, nonce)
    if not header then
      return nil, err
    end
    return session:exchange(function()
      return session.core:fetch(url, {
        params = params,
        authorization = header,
        cookies = false,
        secret = true,
        secret_body = true,
      })
    end, { event = "fetch", method = "GET", why = title_of(page) })
  end)
end

local function redirected(page, response)
  return errors.new {
    kind = "http",
    code = "redirect",
    status = response.status,
    message = ("%s redirects%s; that breaks the signature"):format(
      title_of(page),
      response.location and " to " .. response.location:match "^[^?#]*" or ""
    ),
    advice = "Use the address it points to: give the wiki's own address, with https, or index_url.",
  }
end

local function not_understood(page, response)
  local is_page = response.body:find "^%s*<"
  return errors.new {
    kind = response.status >= 400 and "http" or "protocol",
    code = response.status >= 400 and tostring(response.status) or is_page and "html" or "not_json",
    status = response.status,
    message = ("%s answers with %s where OAuth was due"):format(
      title_of(page),
      is_page and "a page" or "something else"
    ),
    advice = response.status < 500
        and "Check that the wiki has the extension OAuth (mwlogin doctor), and index_url."
      or nil,
  }
end

---The refusal that an answer is; nil when it is none. The newest versions may use real statuses.
local function refusal_of(page, response)
  if response.status >= 300 and response.status < 400 then
    return redirected(page, response)
  end
  local answer = response.body:find "^%s*{" and json.decode(response.body)
  if type(answer) == "table" and type(answer.error) == "string" then
    local text = type(answer.message) == "string"
        and plaintext.line(plaintext.from_html(answer.message))
      or answer.error
    return errors.new {
      kind = "refused",
      code = answer.error,
      status = response.status,
      message = text:gsub("%s+$", ""),
    }
  elseif response.status ~= 200 then
    return not_understood(page, response)
  end
end

---One signed request; once more by the wiki's clock if ours was to blame.
---@param session mwlogin.Session
---@param signer mwlogin.oauth.Signer
---@param page "initiate"|"token"|"identify"
---@param params table<string, string> beside the title
---@param nonce_of (fun(): string)|nil makes the nonce of each try; default: any
---@return table|nil response { status, headers, body, secrets }: `body` without the secrets in it
---@return mwlogin.Error|nil err
function special.ask(session, signer, page, params, nonce_of)
  local safe, unsafe = upgrade.run(session)
  if not safe then
    return nil, unsafe
  end
  local sent = { title = title_of(page) }
  for name, value in pairs(params) do
    sent[name] = value
  end
  local wrong
  for _ = 1, 2 do
    local response, err = send(session, signer, page, sent, nonce_of)
    if not response then
      return nil, err
    end
    take_secrets(response)
    wrong = refusal_of(page, response)
    if not wrong then
      return response
    end
    local date = http_date.read(response.headers.date)
    local mended = wrong.kind == "refused"
      and clock.mend(session, signer, date and os.time() - date)
    if not mended then
      break
    end
  end
  return nil, session.tracer:clean(refusal.explain(wrong, page, signer))
end

---The first of these members that is there; one with an escape in it was left where it was.
local function secret_of(answer, taken)
  for _, name in ipairs(SECRETS) do
    local value = answer[name]
    if value == "" then
      return taken[name]
    elseif type(value) == "string" then
      return core.secret(value)
    end
  end
end

---A pair of key and secret, as JSON.
---@param session mwlogin.Session
---@param signer mwlogin.oauth.Signer
---@param page "initiate"|"token"
---@param params table<string, string>
---@return table|nil pair { key, secret (a secret), confirmed }
---@return mwlogin.Error|nil err
function special.pair(session, signer, page, params)
  local asked = { format = "json" }
  for name, value in pairs(params) do
    asked[name] = value
  end
  local response, err = special.ask(session, signer, page, asked)
  if not response then
    return nil, err
  end
  local answer = json.decode(response.body)
  local key = type(answer) == "table" and (answer.key or answer.oauth_token)
  local secret = type(answer) == "table" and secret_of(answer, response.secrets)
  if type(key) ~= "string" or key == "" or not secret then
    return nil, not_understood(page, response)
  end
  session:protect(secret)
  session:protect(key)
  return { key = key, secret = secret, confirmed = answer.oauth_callback_confirmed }
end

return special
