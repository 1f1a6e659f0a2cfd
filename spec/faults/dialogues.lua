--- Dialogues whose wiki is more than a table of data: the proxy makes them by their names.
local partner = require("spec.testing.mwlogin_test_steps").Partner

local dialogues = {}

-- The picture's bytes are its word.
dialogues.picture = {
  captcha = {
    type = "image",
    question = "/index.php?title=Special:Captcha/image&wpCaptchaId=1",
    answer = "harbour",
    always = true,
  },
  pages = {
    ["Special:Captcha/image"] = function()
      return { headers = { ["Content-Type"] = "image/png" }, body = "\137PNG\r\n\26\nharbour" }
    end,
  },
}

local BACK <const> = "%s?code=idp-code-1&state=st4te"

-- Leads over a page of its own back to the return address.
dialogues.redirect = {
  steps = {
    {
      primary = true,
      id = "ProtoBeginRequest",
      fields = { { name = "mode", type = "select", options = { { "redirect", "r" } } } },
      begin = function(_, context)
        return {
          status = "REDIRECT",
          target = context.wiki.origin
            .. "/index.php?title=Special:Onwards&to="
            .. context.returnurl,
          requests = {
            { id = "ProtoReturnRequest", fields = { { name = "code" }, { name = "state" } } },
          },
        }
      end,
      continue = function(values)
        if values.code == "idp-code-1" and values.state == "st4te" then
          return { status = "PASS", username = "Alice" }
        end
        return { status = "FAIL", message = "no such answer" }
      end,
    },
  },
  pages = {
    ["Special:Onwards"] = function(page)
      return { status = 302, headers = { Location = BACK:format(page.params.to) } }
    end,
  },
}

dialogues.partner = { steps = { partner } }

return dialogues
