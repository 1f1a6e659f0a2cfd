-- The right door changes with each login, and a page tells it to the session that is logging in.
local requests = {
  {
    id = "Acme\\OddAuthenticationRequest",
    metadata = { page = "/w/index.php?title=Special:OddDoor" },
    fields = {
      {
        name = "oddDoor",
        type = "select",
        options = { { "left", "Left" }, { "middle", "Middle" }, { "right", "Right" } },
      },
      { name = "oddNonce", type = "hidden", value = "n-1" },
    },
  },
}

return {
  steps = {
    {
      requests = requests,
      begin = function(_, context)
        context.session.door = "middle"
        return { status = "UI", message = "Which door?", requests = requests }
      end,
      check = function(values, context)
        return values.oddDoor == context.session.door and values.oddNonce == "n-1"
      end,
    },
  },
  pages = {
    ["Special:OddDoor"] = function(page)
      return ('<b id="odd-door">%s</b>'):format(page.session and page.session.door or "?")
    end,
  },
}
