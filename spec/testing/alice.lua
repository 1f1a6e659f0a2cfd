-- A wiki where Alice has an account, and what she types to log in.
local cookie_client = require("spec.testing.cookie_client")
local testing = require("mwlogin.testing")

local alice = { LOGIN = { username = "Alice", password = "open sesame" } }

--- Makes the wiki.
---@param more table? options of testing.wiki, and `account`: more of Alice's account
---@return table wiki
---@return table client
function alice.wiki(more)
  more = more or {}
  local account = more.account or {}
  account.password = account.password or "open sesame"
  local options = { accounts = { Alice = account, Bob = { password = "bobs own" } } }
  for name, value in pairs(more) do
    if name ~= "account" then
      options[name] = value
    end
  end
  local wiki = testing.wiki(options)
  return wiki, cookie_client.new(wiki)
end

--- Alice's login form, filled, with changes.
function alice.login(more)
  local values = { username = "Alice", password = "open sesame" }
  for name, value in pairs(more or {}) do
    values[name] = value
  end
  return values
end

return alice
