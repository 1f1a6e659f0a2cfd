--- One of several processes with a store in common: `keeper.lua ORIGIN FOLDER` logs in, says as
--- whom and whether afresh.
package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;./?/init.lua;" .. package.path
package.cpath = "./build/?.so;" .. package.cpath

local mwlogin = require "mwlogin"
local wiki = require "spec.oauth.wiki"

local session <close> = assert(mwlogin.open(arg[1] .. "/w/api.php", {
  user_agent = "oauth1_spec/1 (spec@example.org)",
  store = assert(mwlogin.store.file { folder = arg[2] }),
}))
local me = assert(session:login(wiki.CONSUMER))
assert(session:post({ action = "edit" }, { token = "csrf" }))
print(me.name, me.fresh)
