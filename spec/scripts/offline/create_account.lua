-- A partner vouches for "stranger", whom the wiki does not know until an account is made for him.
local LINK <const> = "Acme\\Stranger"

local function owner(wiki)
  for name, account in pairs(wiki.accounts) do
    for _, link in ipairs(account.links) do
      if link.id == LINK then
        return name
      end
    end
  end
end

return {
  steps = {
    {
      primary = true,
      id = "Acme\\PartnerAuthenticationRequest",
      fields = {
        { name = "partnerName" },
        { name = "partnerSecret", type = "password" },
      },
      begin = function(values, context)
        if values.partnerSecret ~= "stranger-at-partner" then
          return { status = "FAIL", message = "wrongpassword" }
        end
        local create = { id = LINK, username = values.partnerName }
        return { status = "PASS", username = owner(context.wiki), create = create }
      end,
    },
  },
}
