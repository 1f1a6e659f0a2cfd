--- The smallest client that can talk to a wiki: a cookie jar and one function for api.php.
--
-- Only for the specs of the test wiki itself, which must not lean on what they are there to test.

local http = require("socket.http")
local json = require("cjson.safe")
local ltn12 = require("ltn12")

local client = {}

---@class spec.Client
---@field cookies table<string, string>
local Client = {}
Client.__index = Client

local function escape(text)
  return (text:gsub("[^%w%-%._~]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end))
end

local function form(params)
  local pairs_of = {}
  for name, value in pairs(params) do
    for _, single in ipairs(type(value) == "table" and value or { value }) do
      pairs_of[#pairs_of + 1] = escape(name) .. "=" .. escape(tostring(single))
    end
  end
  return table.concat(pairs_of, "&")
end

--- A client with an empty jar.
---@param wiki spec.Wiki
---@return spec.Client
function client.new(wiki)
  return setmetatable({ wiki = wiki, cookies = {} }, Client)
end

--- One exchange with any address; redirects are not followed. Cookies go to the wiki only.
---@param url string
---@param body? string|table form to POST
---@return { status: integer, headers: table, body: string }
function Client:fetch(url, body)
  local own = url:sub(1, #self.wiki.base) == self.wiki.base
  local pairs_of = {}
  for name, value in pairs(own and self.cookies or {}) do
    pairs_of[#pairs_of + 1] = name .. "=" .. value
  end
  local text = type(body) == "table" and form(body) or body
  local sink = {}
  local _, status, headers = http.request({
    url = url,
    method = text and "POST" or "GET",
    redirect = false,
    headers = {
      ["Cookie"] = #pairs_of > 0 and table.concat(pairs_of, "; ") or nil,
      ["Content-Type"] = text and "application/x-www-form-urlencoded" or nil,
      ["Content-Length"] = text and #text or nil,
    },
    source = text and ltn12.source.string(text) or nil,
    sink = ltn12.sink.table(sink),
  })
  assert(type(status) == "number", status)
  -- LuaSocket joins several Set-Cookie headers with commas; dates hold commas of their own.
  local set = ", " .. (own and headers["set-cookie"] or "")
  for name, value in set:gmatch(", ([%w_%.%-]+)=([^;]*)") do
    self.cookies[name] = value ~= "deleted" and value ~= "" and value or nil
  end
  return { status = status, headers = headers, body = table.concat(sink) }
end

--- One API call by POST, decoded.
---@param params table
---@return table reply
function Client:api(params)
  params.format, params.formatversion = "json", "2"
  params.errorformat = params.errorformat or "plaintext"
  return assert(json.decode(self:fetch(self.wiki.api, params).body))
end

--- A fresh token.
---@param kind string
---@return string
function Client:token(kind)
  return self:api({ action = "query", meta = "tokens", type = kind }).query.tokens[kind .. "token"]
end

--- The requests a login asks for now.
---@param for_what? string
---@return table[]
function Client:form(for_what)
  local what = for_what or "login"
  local reply = self:api({ action = "query", meta = "authmanagerinfo", amirequestsfor = what })
  return reply.query.authmanagerinfo.requests
end

--- Starts a clientlogin.
---@param fields table
---@return table step
function Client:begin(fields)
  self.logintoken = self:token("login")
  fields.action, fields.logintoken = "clientlogin", self.logintoken
  fields.loginreturnurl = fields.loginreturnurl or "http://127.0.0.1:9/back"
  local reply = self:api(fields)
  return reply.clientlogin or reply
end

--- Continues it.
---@param fields table
---@return table step
function Client:continue(fields)
  fields.action, fields.logintoken, fields.logincontinue = "clientlogin", self.logintoken, "1"
  local reply = self:api(fields)
  return reply.clientlogin or reply
end

--- Logs in by action=login.
---@param name string
---@param password string
---@return table result
function Client:login(name, password)
  local token = self:token("login")
  return self:api({ action = "login", lgname = name, lgpassword = password, lgtoken = token }).login
end

--- Who the wiki says we are.
---@return string
function Client:name()
  return self:api({ action = "query", meta = "userinfo" }).query.userinfo.name
end

return client
