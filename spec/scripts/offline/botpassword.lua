return {
  accounts = {
    Alice = { botpasswords = { tool = ("0123456789abcdef"):rep(2) }, groups = { "bot" } },
  },
}
