--- A person's own browser at the OpenID provider, for BROWSER:
--- `lua5.4 spec/redirect/walker.lua ISSUER NAME PASSWORD allow|deny ADDRESS`.

package.path = "./?.lua;./?/init.lua;" .. package.path

local http = require("socket.http")
local person = require("spec.wiki.person")

local issuer, name, password, answer, address = table.unpack(arg)
local provider = { issuer = issuer, accounts = { [name] = password } }
http.request(person.walk(provider, address, name, answer))
