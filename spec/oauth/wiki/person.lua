--- A person's browser: `lua5.4 person.lua [cancel] ADDRESS` allows it on the wiki's page, or does
--- not, and loads where the wiki sends on to.
package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;./?/init.lua;" .. package.path
package.cpath = "./build/?.so;" .. package.cpath

local wiki = require "spec.oauth.wiki"

local location = wiki.allow(arg[#arg], #arg > 1 and arg[1] or nil)
if location then
  require("socket.http").request(location)
end
