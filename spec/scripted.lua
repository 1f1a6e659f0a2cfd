--- lua5.4 -l spec.scripted SCRIPT: `mwlogin.open` reaches a scripted wiki, whatever the address, so
--- that a script runs as it stands and offline. MWLOGIN_SCRIPTED is the module that returns what
--- `mwlogin.testing.wiki` takes.
local mwlogin = require("mwlogin")

local options = require(os.getenv("MWLOGIN_SCRIPTED"))
options.accounts = options.accounts or { Alice = { password = "open sesame" } }
local wiki = mwlogin.testing.wiki(options)
local open = mwlogin.open

function mwlogin.open(_, given)
  local made = { transport = wiki.transport }
  for name, value in pairs(given or {}) do
    made[name] = made[name] or value
  end
  return open(wiki.api, made)
end
