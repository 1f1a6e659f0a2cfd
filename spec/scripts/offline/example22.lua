-- Captcha, then REDIRECT, then a code in a field that is called `code` once more. The wiki's page
-- leads straight back, as where somebody is known to the provider already: no browser is needed.
local RETURN <const> = "OpenIdConnectResponseAuthenticationRequest"

local function back(page)
  local separator = page.params.returnurl:find("?", 1, true) and "&" or "?"
  local address = page.params.returnurl .. separator .. "code=idp-1&state=st4te"
  return { status = 302, headers = { Location = address } }
end

local function begin(_, context)
  local target = "https://wiki.example.org/w/index.php?title=Special:Leave&returnurl="
  local escaped = context.returnurl:gsub("[^%w%-._~]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end)
  return {
    status = "REDIRECT",
    target = target .. escaped,
    requests = { { id = RETURN, fields = { { name = "code" }, { name = "state" } } } },
  }
end

local function continue(values, context)
  if not context.state.returned then
    if values.code ~= "idp-1" or values.state ~= "st4te" then
      return { status = "FAIL", message = "wrongpassword" }
    end
    context.state.returned = true
    return {
      status = "UI",
      message = "Enter your second-factor code",
      requests = {
        { id = "TwoFactorAuthenticationRequest", fields = { { name = "code" } } },
      },
    }
  elseif values.code == "817420" then
    return { status = "PASS", username = "Alice" }
  end
  return { status = "FAIL", message = "wrongpassword" }
end

return {
  captcha = { question = "What is the capital of France?", answer = "Paris", always = true },
  steps = {
    {
      primary = true,
      id = "OpenIdAuthenticationRequest",
      fields = {
        { name = "openIdProvider" },
        { name = "useOpenId", type = "button" },
      },
      begin = begin,
      continue = continue,
    },
  },
  pages = { ["Special:Leave"] = back },
}
