return { accounts = { Alice = { bearers = { "eyJ.an-access.token" } } } }
