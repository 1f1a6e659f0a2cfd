--- A person at the OpenID provider's pages, without a browser: fills the plain forms.

local client = require("spec.wiki.client")

local person = {}

--- Goes from an address to where the provider sends the browser in the end.
---@param provider spec.Provider
---@param address string the provider's authorization address
---@param name string account there
---@param answer? "allow"|"deny" (default allow)
---@param browser? spec.Client one that was there before (default: a new one)
---@return string address first one that is not the provider's
function person.walk(provider, address, name, answer, browser)
  browser = browser or client.new({ base = provider.issuer })
  local form
  for _ = 1, 20 do
    local reply = browser:fetch(address, form)
    local location = reply.headers.location
    form = nil
    if location then
      address = location:gsub("^/", provider.issuer .. "/")
      if address:sub(1, #provider.issuer) ~= provider.issuer then
        return address
      end
    elseif reply.body:find('id="login"', 1, true) then
      address = provider.issuer .. reply.body:match('action="([^"]+)"')
      form = { login = name, password = provider.accounts[name] }
    else
      address = provider.issuer .. assert(reply.body:match('action="([^"]+)"'), reply.body)
      form = { answer = answer or "allow" }
    end
  end
  error("the provider's pages go round in circles")
end

return person
