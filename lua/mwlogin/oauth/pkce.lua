---Proof Key for Code Exchange (RFC 7636): who exchanges a code is who asked for it.
local core = require "mwlogin.core"

local pkce = {}

---A verifier never used before: 43 letters out of 32 random bytes (RFC 7636, 4.1).
---@return string
function pkce.verifier()
  return core.crypto.base64url(core.crypto.random(32))
end

---What is shown of it beforehand: S256, the only method worth having (RFC 7636, 4.2).
---@param verifier string
---@return string
function pkce.challenge(verifier)
  return core.crypto.base64url(core.crypto.sha256(verifier))
end

return pkce
