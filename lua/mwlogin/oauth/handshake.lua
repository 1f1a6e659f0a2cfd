---The three legs of OAuth 1.0a: a request token, a person who allows it, an access token.
local consent = require "mwlogin.oauth.consent"
local errors = require "mwlogin.error"
local special = require "mwlogin.oauth.special"

local handshake = {}

---Out of band: the wiki shows a code, or goes to the address that is registered.
local OOB <const> = "oob"

---The consumer has one return address, which only the wiki may name.
local FIXED <const> = "mwoauth-callback-not-oob"

---@class mwlogin.oauth.Journey
---@field visit mwlogin.oauth.Consent
---@field callback string
---@field code string|nil what a person is shown, where nobody is awaited at an address

---For a code that the wiki shows to the person.
local function by_code(session, credentials)
  local redirect = credentials.redirect
  local visit, err = consent.prepare(session, {
    redirect = type(redirect) == "function" and redirect or "paste",
    respond = credentials.respond,
    redirect_timeout = credentials.redirect_timeout,
  })
  return visit and { visit = visit, callback = OOB, code = "oauth_verifier" }, err
end

---@return mwlogin.oauth.Journey|nil
---@return mwlogin.Error|nil err
local function prepare(session, credentials)
  local return_url = credentials.return_url or credentials.redirect_uri
  if return_url == OOB then
    return by_code(session, credentials)
  end
  local visit, err = consent.prepare(session, credentials, return_url)
  if not visit then
    return nil, err
  elseif return_url or visit.listens then
    return { visit = visit, callback = visit.return_url }
  end
  visit:close()
  return by_code(session, credentials)
end

local function initiate(session, signer, callback)
  local token, err = special.pair(session, signer, "initiate", { oauth_callback = callback })
  if token and tostring(token.confirmed) ~= "true" then
    return nil,
      errors.new {
        kind = "protocol",
        code = "callback-unconfirmed",
        message = "The wiki gave a request token without confirming the return address",
        advice = "It speaks OAuth 1.0 without the a, which lets others take over a login: update "
          .. "its extension.",
      }
  end
  return token, err
end

---A request token. Consumers with one registered return address take "oob" alone, and the wiki goes
---to that address all the same.
---@return table|nil token
---@return mwlogin.oauth.Journey|mwlogin.Error journey
local function begin(session, credentials, signer, journey)
  local token, err = initiate(session, signer, journey.callback)
  if token then
    return token, journey
  elseif err.code:sub(1, #FIXED) ~= FIXED or journey.callback == OOB then
    return nil, err
  end
  if not (credentials.return_url or credentials.redirect_uri) then
    journey.visit:close()
    local other, why = by_code(session, credentials)
    if not other then
      return nil, why
    end
    journey = other
  elseif err.code ~= FIXED then
    return nil, err
  end
  token, err = initiate(session, signer, OOB)
  if not token then
    journey.visit:close()
    return nil, err
  end
  return token, journey
end

local function ask_person(session, signer, token, journey)
  local address = special.address(session, "authorize", {
    { "oauth_token", token.key },
    { "oauth_consumer_key", signer.keys.consumer_key },
  })
  session:trace_event { event = "consent", return_url = journey.callback }
  local values, err = journey.visit:ask(address, { oauth_token = token.key }, journey.code)
  if not values then
    return nil, err
  end
  local verifier = values.oauth_verifier
  if not verifier or verifier == "" then
    return nil,
      errors.new {
        kind = "protocol",
        code = "no_verifier",
        message = "The browser came back without the wiki's verifier",
        advice = "Log in again, and allow it on the wiki's page.",
      }
  end
  session:protect(verifier)
  return verifier
end

---@param session mwlogin.Session
---@param credentials table return_url, redirect, respond
---@param signer mwlogin.oauth.Signer with the consumer's keys
---@return table|nil access { key, secret (a secret) }
---@return mwlogin.Error|nil err
function handshake.run(session, credentials, signer)
  local journey, err = prepare(session, credentials)
  if not journey then
    return nil, err
  end
  local token, going = begin(session, credentials, signer, journey)
  if not token then
    journey.visit:close()
    return nil, going
  end
  local _ <close> = going.visit
  local verifier
  verifier, err = ask_person(session, signer, token, going)
  if not verifier then
    return nil, err
  end
  local keys = {
    consumer_key = signer.keys.consumer_key,
    consumer_secret = signer.keys.consumer_secret,
    rsa_key = signer.keys.rsa_key,
    access_key = token.key,
    access_secret = token.secret,
  }
  local exchanger =
    { keys = keys, origin = signer.origin, ahead = signer.ahead, tokens_from = "wiki" }
  local access
  access, err = special.pair(session, exchanger, "token", { oauth_verifier = verifier })
  signer.ahead = exchanger.ahead
  return access, err
end

return handshake
