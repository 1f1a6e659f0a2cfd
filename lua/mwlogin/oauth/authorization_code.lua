---The authorization code grant (RFC 6749, 4.1) with PKCE: a person allows it in a browser, and the
---code that comes back is exchanged for tokens.
local consent = require "mwlogin.oauth.consent"
local core = require "mwlogin.core"
local errors = require "mwlogin.error"
local pkce = require "mwlogin.oauth.pkce"
local query = require "mwlogin.query"
local token_endpoint = require "mwlogin.oauth.token_endpoint"

local authorization_code = {}

local function scope_of(given)
  return type(given) == "table" and table.concat(given, " ") or given
end

local function form(pairs_list)
  local parts = {}
  for position, pair in ipairs(pairs_list) do
    parts[position] = pair[1] .. "=" .. core.encode(pair[2])
  end
  return table.concat(parts, "&")
end

---The page where the person allows it (RFC 6749, 4.1.1; RFC 7636, 4.3).
---@param session mwlogin.Session
---@param asked table client_id, redirect_uri, scope, state, challenge
---@return string address
function authorization_code.page(session, asked)
  local values = {
    { "response_type", "code" },
    { "client_id", asked.client_id },
    { "redirect_uri", asked.redirect_uri },
    { "state", asked.state },
    { "code_challenge", asked.challenge },
    { "code_challenge_method", "S256" },
  }
  if asked.scope then
    values[#values + 1] = { "scope", asked.scope }
  end
  return query.add(token_endpoint.address(session, "/oauth2/authorize"), form(values))
end

local function ask_person(session, credentials, visit, verifier)
  local state = core.crypto.base64url(core.crypto.random(24))
  for _, value in ipairs { verifier, state } do
    session:protect(value)
  end
  session:trace_event { event = "consent", return_url = visit.return_url }
  local values, err = visit:ask(
    authorization_code.page(session, {
      client_id = credentials.client_id,
      redirect_uri = visit.return_url,
      scope = scope_of(credentials.scope),
      state = state,
      challenge = pkce.challenge(verifier),
    }),
    { state = state }
  )
  if not values then
    return nil, session.tracer:clean(err)
  elseif not values.code or values.code == "" then
    return nil,
      errors.new {
        kind = "protocol",
        code = "no-code",
        message = "The browser came back without a code",
        advice = "Log in again; if it stays so, tell the people who run the wiki.",
      }
  end
  session:protect(values.code)
  return values.code
end

---Sends a person through the grant. The code is sent once: nobody can use it a second time.
---@param session mwlogin.Session
---@param credentials table client_id, client_secret, redirect_uri or return_url, scope, redirect,
---  respond
---@return mwlogin.oauth.Answer|nil
---@return mwlogin.Error|nil err interaction, refused (the person, or the wiki, said no), network…
function authorization_code.run(session, credentials)
  local safe, unsafe = session:settle() -- the page that is opened is the wiki's own, at https
  if not safe then
    return nil, unsafe
  end
  local visit, err =
    consent.prepare(session, credentials, credentials.redirect_uri or credentials.return_url)
  if not visit then
    return nil, err
  end
  local _ <close> = visit
  local verifier = pkce.verifier()
  local code
  code, err = ask_person(session, credentials, visit, verifier)
  if not code then
    return nil, err
  end
  return token_endpoint.ask(session, credentials, {
    grant_type = "authorization_code",
    code = core.secret(code),
    redirect_uri = visit.return_url,
    code_verifier = core.secret(verifier),
  }, "never")
end

return authorization_code
