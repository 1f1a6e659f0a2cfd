-- The old LdapAuthentication, or the core's domain form: a second field says whose password it is.
return {
  local_login = false,
  steps = {
    {
      primary = true,
      id = "MediaWiki\\Auth\\PasswordDomainAuthenticationRequest",
      fields = {
        { name = "username" },
        { name = "password", type = "password" },
        {
          name = "domain",
          type = "select",
          options = { { "local", "local" }, { "EXAMPLE", "EXAMPLE" } },
        },
      },
      answer = { username = "Alice", password = "open sesame", domain = "EXAMPLE" },
      username = "Alice",
    },
  },
}
