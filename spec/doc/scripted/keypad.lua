return {
  steps = {
    {
      id = "Acme\\KeypadAuthenticationRequest",
      fields = {
        { name = "challenge", type = "hidden", value = "4711" },
        { name = "response", type = "string" },
      },
      -- the first eight hex digits of HMAC-SHA-256 of "4711" under the key "k"
      answer = { challenge = "4711", response = "3fb9d3e8" },
    },
  },
}
