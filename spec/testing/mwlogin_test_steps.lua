-- The steps of MwloginTest, the extension of the real test wiki, for a scripted one.
local steps = {}

steps.Code = {
  id = "MwloginTest\\Step\\TwoFactorAuthenticationRequest",
  fields = { { name = "code", label = "Code", help = "Two-factor authentication code" } },
  message = "Two-factor authentication",
  code = "mwlogintest-code",
  answer = { code = "817420" },
  rejected = "That code is not right.",
  rejected_code = "mwlogintest-code-wrong",
}

steps.AllFields = {
  id = "MwloginTest\\Step\\AllFieldsRequest",
  metadata = { hint = "all-fields", nested = { number = 1, list = { "a", "b" } } },
  message = "Please fill in ''everything'' that is asked.",
  code = "mwlogintest-all-fields",
  answer = { seal = "opaque-123+\\" },
  rejected = "That is not what was asked for.",
  rejected_code = "mwlogintest-all-fields-wrong",
  fields = {
    {
      name = "greeting",
      type = "null",
      label = "Greeting",
      help = "Only to be read.",
      value = "Read this first.",
    },
    { name = "note", label = "Note", help = "Any words.", value = "preset" },
    { name = "nickname", label = "Nickname", help = "May stay empty.", optional = true },
    {
      name = "passphrase",
      type = "password",
      label = "Passphrase",
      help = "At least one character.",
    },
    {
      name = "colour",
      type = "select",
      label = "Colour",
      help = "One of them.",
      value = "green",
      options = { { "red", "Red" }, { "green", "Green" }, { "blue", "Blue" } },
    },
    {
      name = "toppings",
      type = "multiselect",
      label = "Toppings",
      help = "Any number of them.",
      optional = true,
      options = {
        { "salt", "Salt" },
        { "oil|vinegar", "Oil and vinegar" },
        { "3", "Number three" },
      },
    },
    {
      name = "agree",
      type = "checkbox",
      label = "I agree",
      help = "Need not be ticked.",
      optional = true,
    },
    {
      name = "seal",
      type = "hidden",
      label = "Seal",
      help = "To be sent back.",
      value = "opaque-123+\\",
    },
    {
      name = "express",
      type = "button",
      label = "Express",
      help = "May be pressed.",
      optional = true,
    },
  },
}

local function partner_login(values)
  local name = values.partnerName
  if values.partnerSecret ~= tostring(name) .. "-at-partner" then
    return {
      status = "FAIL",
      message = "The partner site does not know this name and secret.",
      code = "mwlogintest-partner-wrong",
    }
  elseif name == "broken" then
    error("broken")
  elseif name == "lapsed" then
    return {
      status = "FAIL",
      message = "Your partner account has lapsed here. Sign up again to keep it.",
      code = "mwlogintest-partner-lapsed",
      create = { id = "partner:lapsed" },
    }
  end
  local link = { id = "MwloginTest\\LinkRequest|partner:" .. name }
  link.label = "Test third party (partner:" .. name .. ")"
  return { status = "PASS", create = link, link = link }
end

local function ask_to_link()
  return {
    status = "UI",
    message = "Link this partner account to yours?",
    code = "mwlogintest-partner-link",
    requests = {
      {
        id = "MwloginTest\\Partner\\ConfirmRequest",
        fields = {
          {
            name = "confirmPartner",
            type = "button",
            label = "Link",
            help = "To link the two accounts.",
          },
        },
      },
    },
  }
end

steps.Partner = {
  primary = true,
  actions = { "login", "createaccount", "linkaccount" },
  id = "MwloginTest\\Partner\\PartnerAuthenticationRequest",
  fields = {
    { name = "partnerName", label = "Partner name", help = "Your name at the partner site." },
    {
      name = "partnerSecret",
      type = "password",
      label = "Partner secret",
      help = "Your secret there.",
    },
  },
  begin = function(values, context)
    local answer = partner_login(values)
    if context.action ~= "linkaccount" or answer.status == "FAIL" then
      return answer
    end
    context.state.link = answer.link
    return ask_to_link()
  end,
  continue = function(values, context)
    if not values.confirmPartner then
      return ask_to_link()
    end
    return { status = "PASS", link = context.state.link }
  end,
}

return steps
