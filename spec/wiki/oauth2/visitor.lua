--- A person's browser for OAuth 2: `lua5.4 visitor.lua PORT ACCOUNT allow|deny ADDRESS` goes from
--- the wiki's page through the forms of the provider at PORT and loads the return address. (The
--- words stand in BROWSER, where colons mean something.)

local http = require("socket.http")
local person = require("spec.wiki.person")

local PASSWORDS = { alice = "Alice at home 1", stranger = "Stranger at home 2" }

local port, account, answer, address = table.unpack(arg)
local provider = { issuer = "http://127.0.0.1:" .. port, accounts = PASSWORDS }
local _, status, headers = http.request({ url = address, redirect = false })
assert(status == 307, status)
local back = person.walk(provider, headers.location, account, answer)
http.request({ url = back, redirect = false })
