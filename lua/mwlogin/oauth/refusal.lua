---Why an OAuth 1 request was refused: all causes share a code, and only the wiki's text tells them
---apart. Where it is in another language the code's own advice stays.
local clock = require "mwlogin.oauth.clock"

local refusal = {}

---Which secret a wrong signature puts in doubt; the keys are known to the wiki, or it would say so.
local function wrong_signature(stage, signer)
  local suspect = "consumer_secret or access_secret, for the wiki knows both keys"
  if stage == "initiate" then
    suspect = "consumer_secret, which is not that of this consumer_key"
  elseif signer.tokens_from == "wiki" then
    suspect = "proxies in between, and the wiki's own name, for consumer_secret was good just now"
  elseif signer.tokens_from == "store" then
    suspect = "consumer_secret, which is not that of this consumer_key any more"
  end
  return ("Check %s (signed as %s)."):format(suspect, signer.origin)
end

local function wrong_time(_, signer)
  local words = clock.words(signer.ahead)
  local what = words and words:gsub("^%l", string.upper) .. ": set it" or "Set this machine's clock"
  return what .. " (timedatectl set-ntp true), for the wiki allows 300 s."
end

local function unknown_access(_, signer)
  if signer.tokens_from == "given" then
    return "The wiki does not know this access_key of the consumer, or it was revoked: check it."
  end
  return "The access was revoked, or belongs to another consumer: log in again."
end

local function always(sentence)
  return function()
    return sentence
  end
end

---Parts of the wiki's texts, in small letters.
local CAUSES <const> = {
  ["invalid signature"] = wrong_signature,
  ["expired timestamp"] = wrong_time,
  ["nonce already used"] = always(
    "Try again, and look at proxies in between: the request reached the wiki twice."
  ),
  ["invalid consumer"] = always(
    "The wiki does not know this consumer_key: check it, and that it was registered on this wiki "
      .. "or its farm (Special:OAuthListConsumers)."
  ),
  ["no approved grant"] = unknown_access,
  ["invalid ip address"] = always(
    "The consumer may only be used from some addresses: add this machine's to its usage "
      .. "restrictions at Special:OAuthConsumerRegistration."
  ),
}

---Whether the access itself is what the wiki does not know any more.
---@param err mwlogin.Error
---@return boolean
function refusal.is_of_access(err)
  return tostring(err.message):lower():find("no approved grant", 1, true) ~= nil
end

---Adds the cause and the cure that the text tells of.
---@param err mwlogin.Error changed
---@param stage "initiate"|"token"|"identify"|"api"
---@param signer mwlogin.oauth.Signer
---@return mwlogin.Error err
function refusal.explain(err, stage, signer)
  local text = tostring(err.message):lower()
  for words, advice in pairs(CAUSES) do
    if text:find(words, 1, true) then
      err.advice = advice(stage, signer)
    end
  end
  return err
end

return refusal
