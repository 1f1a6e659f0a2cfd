---Core's ConfirmLink: which accounts of third parties are tied to the wiki's account. None, unless
---configured or answered: linking is a decision.
local function chosen(field, link)
  if link ~= "all" then
    return link or {}
  end
  local all = {}
  for position, option in ipairs(field.options or {}) do
    all[position] = option.value
  end
  return all
end

return {
  name = "ConfirmLink",
  version = "1.0",
  match = function(request, step)
    return step.status == "UI" and (request.fields.confirmedLinkIDs or request.fields.linkOk) ~= nil
  end,
  schema = {
    link = { type = "any", help = '"all", or a list of the ids to link' },
  },
  answer = function(_, request, context)
    if request.fields.linkOk then
      return { linkOk = true }
    end
    return { confirmedLinkIDs = chosen(request.fields.confirmedLinkIDs, context.config.link) }
  end,
}
