-- Logs in where the wiki shows a picture (ConfirmEdit's FancyCaptcha). The picture is fetched with
-- the cookies of this login and read by a program that is given its file and prints the word.
--
--     WIKI_PASSWORD=… mwlogin run scripts/image_captcha.lua wiki.example.org Alice ./read-word
--
-- Without such a program, `respond = mwlogin.respond.terminal()` shows the picture to a person.
local mwlogin = require "mwlogin"

local address, name, program = ...
assert(program, "usage: image_captcha.lua WIKI NAME PROGRAM, with the password in WIKI_PASSWORD")

local function read_picture(_, context)
  local picture = context.request.fields.captchaInfo.value
  local file = assert(context.show_image(picture))
  return mwlogin.secret.command({ program, file }, { timeout = 60 }):read()
end

local agent = "image_captcha.lua/1.0 (example script)"
local wiki <close> = assert(mwlogin.open(address, { user_agent = agent }))
local me = assert(wiki:login {
  username = name,
  password = mwlogin.secret.env "WIKI_PASSWORD",
  answers = { captchaWord = read_picture },
})
print(("Logged in as %s"):format(me.name))
