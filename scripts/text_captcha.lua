-- Logs in where the wiki asks a question first (ConfirmEdit's QuestyCaptcha): whoever looked once
-- knows the answers. Sums (SimpleCaptcha) are worked out without being told.
--
--     WIKI_PASSWORD=… mwlogin run scripts/text_captcha.lua https://wiki.example.org Alice
local mwlogin = require "mwlogin"

local address, name = ...
assert(name, "usage: text_captcha.lua WIKI NAME, with the password in WIKI_PASSWORD")

local known_questions = {
  ["What is the capital of France?"] = "Paris",
  ["What colour is the sky?"] = "blue",
}

local agent = "text_captcha.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login {
  username = name,
  password = mwlogin.secret.env "WIKI_PASSWORD",
  handlers = { { use = "mwlogin.handlers.captcha", config = { answers = known_questions } } },
})
print(("Logged in as %s"):format(me.name))
