-- What EmailAuth asks; its mail goes to the file MAIL, as soon as the step begins.
local CODE <const> = "817420"

local requests = {
  {
    id = "MediaWiki\\Extension\\EmailAuth\\EmailAuthAuthenticationRequest",
    fields = { { name = "token" } },
  },
}

return {
  steps = {
    {
      requests = requests,
      begin = function()
        local mail <close> = assert(io.open(os.getenv("MAIL"), "w"))
        mail:write(CODE, "\n")
        return { status = "UI", message = "A code was mailed to you.", requests = requests }
      end,
      answer = { token = CODE },
    },
  },
}
