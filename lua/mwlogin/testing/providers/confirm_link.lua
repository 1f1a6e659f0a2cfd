---After a RESTART that was answered with local credentials: shall the outside identity be linked?
local auth_request = require("mwlogin.testing.auth_request")
local message = require("mwlogin.testing.message")

local confirm_link = { level = "secondary" }

local CLASS = "MediaWiki\\Auth\\ConfirmLinkAuthenticationRequest"

local function ask(context)
  local ids, options = {}, {}
  for index, link in ipairs(context.pending.links) do
    ids[index], options[index] = link.id, { link.id, link.label or link.id }
  end
  context.state.id = CLASS .. ":" .. table.concat(ids, "|")
  local request = auth_request.new({
    id = context.state.id,
    provider = CLASS,
    account = context.state.id,
    fields = {
      {
        name = "confirmedLinkIDs",
        type = "multiselect",
        options = options,
        optional = true,
        label = message.new("authprovider-confirmlink-request-label"),
      },
    },
  })
  local words = message.new("authprovider-confirmlink-message")
  return { status = "UI", message = words, requests = { request } }
end

function confirm_link:begin(context)
  if context.wiki.confirm_link and #context.pending.links > 0 then
    return ask(context)
  end
end

function confirm_link:continue(context)
  local values = context.requests[context.state.id]
  if not values then
    return ask(context)
  end
  for _, id in ipairs(values.confirmedLinkIDs) do
    table.insert(context.account.links, id)
  end
  return { status = "PASS" }
end

return confirm_link
