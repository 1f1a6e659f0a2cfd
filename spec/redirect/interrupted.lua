--- A program in the middle of a login in a browser, to be interrupted: prints "waiting".

package.path = "./?.lua;./?/init.lua;" .. package.path

local redirect = require("mwlogin.redirect")
local stand = require("spec.redirect.stand")

stand.folder = os.getenv("STAND_FOLDER")
local site = stand.site()
local session = stand.session(site)
local way = assert(redirect.prepare(session, { browse = true, engine = arg[1] }))
way:follow(
  { redirect_url = site.wiki .. "/start?return=" .. way.return_url, requests = {} },
  {},
  function(page)
    page:wait("#login")
    print("waiting")
    io.stdout:flush()
  end
)
