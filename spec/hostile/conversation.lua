--- A wiki that says what it is told to, as a transport: sound replies by what is asked, one of them
--- bent. Remembers what it said, so that a success can be held against it.
local php_request = require("mwlogin.testing.php_request")

local conversation = {}

local FORM <const> = [[{"batchcomplete":true,"query":{"authmanagerinfo":{"canauthenticatenow":true,
"cancreateaccounts":true,"canlinkaccounts":true,"preservedusername":"",
"hasprimarypreservedstate":false,"requests":[
{"id":"MediaWiki\\Auth\\PasswordAuthenticationRequest","metadata":{},"required":"primary-required",
"provider":"Password-based","account":"Password","fields":{
"username":{"type":"string","label":"Username","help":"Your name","optional":false,
"sensitive":false},
"password":{"type":"password","label":"Password","help":"Yours","optional":false,
"sensitive":true}}},
{"id":"MediaWiki\\Auth\\RememberMeAuthenticationRequest","metadata":{},"required":"optional",
"fields":{"rememberMe":{"type":"checkbox","label":"Keep me","optional":true,"sensitive":false}}},
{"id":"Org\\ColourRequest","metadata":{"a":[1]},"required":"optional","fields":{
"colour":{"type":"select","options":{"r":"Red","b":"Blue"},"label":"Colour","optional":true,
"sensitive":false}}}]},
"tokens":{"logintoken":"0123456789abcdef0123456789abcdef65a1b2c3+\\",
"createaccounttoken":"0123456789abcdef0123456789abcdef65a1b2c4+\\",
"csrftoken":"0123456789abcdef0123456789abcdef65a1b2c5+\\"}}}]]

local SITE <const> = [[{"batchcomplete":true,"warnings":[{"code":"https-expected","text":"Use it"}],
"query":{"general":{"sitename":"A wiki","generator":"MediaWiki 1.39.17",
"server":"https://wiki.example.org","readonly":true,"readonlyreason":"backup"},
"extensions":[{"type":"other","name":"OAuth"}],
"pages":[{"ns":-1,"title":"Special:BotPasswords","special":true}]}}]]

local PAGE <const> = [[<html><head><link rel="EditURI" type="application/rsd+xml"
href="https://wiki.example.org/w/api.php?action=rsd"/></head></html>]]

--- What a sound wiki says, by kind of question. The user is Alice.
conversation.SOUND = {
  form = FORM,
  siteinfo = SITE,
  page = PAGE,
  token = [[{"batchcomplete":true,"query":{"tokens":{
    "logintoken":"0123456789abcdef0123456789abcdef65a1b2c3+\\",
    "csrftoken":"0123456789abcdef0123456789abcdef65a1b2c5+\\"}}}]],
  userinfo = [[{"batchcomplete":true,"query":{"userinfo":{"id":7,"name":"Alice",
    "groups":["*","user"],"rights":["read","edit"]}}}]],
  paraminfo = [[{"paraminfo":{"modules":[{"name":"tokens","parameters":[{"index":1,"name":"type",
    "type":["csrf","login"]}]}]}}]],
  query = [[{"batchcomplete":true,"query":{}}]],
  clientlogin = [[{"clientlogin":{"status":"PASS","username":"Alice"}}]],
  createaccount = [[{"createaccount":{"status":"PASS","username":"Carol"}}]],
  linkaccount = [[{"linkaccount":{"status":"PASS"}}]],
  login = [[{"login":{"result":"Success","lguserid":7,"lgusername":"Alice"}}]],
  edit = [[{"edit":{"result":"Success","pageid":1,"title":"Sandbox","newrevid":2}}]],
  logout = [[{}]],
  access_token = [[{"token_type":"Bearer","expires_in":14400,"access_token":"abc.def.ghi",
    "refresh_token":"def50200"}]],
}

local function kind_of(request, read)
  local params = read.params
  local meta = params.meta or ""
  if not request.url:find("/api.php", 1, true) then
    return request.url:find("access_token", 1, true) and "access_token" or "page"
  elseif params.action ~= "query" then
    return params.action or "page"
  elseif meta:find("authmanagerinfo", 1, true) then
    return "form"
  elseif meta == "tokens" or meta == "userinfo" or meta == "siteinfo" then
    return meta == "tokens" and "token" or meta
  end
  return "query"
end

--- Begins one.
---@param bent table<string, any> kind → body, { status, headers, body }, or a list of them: the
---   first time, the second, …; then the sound one
---@return table conversation `transport`, `requests`, `asked` (their kinds), `said` (kind → list of
---   bodies)
function conversation.new(bent)
  local self = { said = {}, asked = {}, requests = {} }
  local left = {}
  for kind, replies in pairs(bent) do
    left[kind] = type(replies) == "table" and #replies > 0 and { table.unpack(replies) }
      or { replies }
  end
  self.transport = function(request)
    local read = php_request.read(request)
    local kind = kind_of(request, read)
    self.asked[#self.asked + 1] = kind
    self.requests[#self.requests + 1] = request
    if #self.asked > 200 then
      error("the conversation has no end")
    end
    local reply = left[kind] and table.remove(left[kind], 1) or conversation.SOUND[kind] or "{}"
    if type(reply) == "string" then
      local type_of_page = kind == "page" and "text/html" or "application/json"
      reply = { status = 200, headers = { ["Content-Type"] = type_of_page }, body = reply }
    end
    self.said[kind] = self.said[kind] or {}
    table.insert(self.said[kind], reply.body)
    return reply
  end
  return self
end

return conversation
