return {
  steps = {
    {
      id = "Acme\\ColourAuthenticationRequest",
      fields = {
        { name = "colour", type = "select", options = { { "red", "Red" }, { "blue", "Blue" } } },
      },
      message = "Which colour?",
      answer = { colour = "blue" },
    },
  },
}
