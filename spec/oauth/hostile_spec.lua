---Every value of every answer of an OAuth 1 login is bent, and every answer is cut at every byte:
---the login goes through only where the wiki did say so, and never raises.
local bent_logins = require "spec.hostile.bent_logins"
local core = require "mwlogin.core"
local judge = require "spec.hostile.judge"
local mutation = require "spec.hostile.mutation"
local mwlogin = require "mwlogin"
local query = require "mwlogin.query"

local ROW <const> = "answers of an OAuth 1 login bent and cut"
local API <const> = "https://wiki.example.org/w/api.php"

local SOUND <const> = {
  siteinfo = '{"query":{"general":{"server":"//wiki.example.org",'
    .. '"base":"https://wiki.example.org/wiki/Main_Page"}}}',
  initiate = '{"key":"request-key","secret":"request-secret","oauth_callback_confirmed":"true"}',
  token = '{"key":"access-key","secret":"access-secret"}',
  userinfo = '{"batchcomplete":true,"query":{"userinfo":{"id":7,"name":"Alice"}}}',
  claims = '{"iss":"https://wiki.example.org","aud":"the-consumer","exp":4000000000,"iat":1,'
    .. '"sub":"7","username":"Alice","nonce":"NONCE"}',
  header = '{"typ":"JWT","alg":"HS256"}',
  refusal = '{"error":"mwoauth-oauth-exception","message":"An error occurred: Invalid signature"}',
}

local function signed(header, claims)
  local encode = core.crypto.base64url
  local text = encode(header) .. "." .. encode(claims)
  return text .. "." .. encode(core.crypto.hmac("sha256", "the-secret", text))
end

---A login where one answer is another than the sound one.
---@return table|nil identity
---@return table|nil err
local function log_in(bent)
  local function transport(request)
    local params = query.of(request.url)
    local function answer(body)
      return { status = 200, headers = { ["Content-Type"] = "application/json" }, body = body }
    end
    local page = (params.title or ""):match "Special:OAuth/(%l+)"
    if page == "identify" then
      if bent.identify then
        return answer(bent.identify)
      end
      local nonce = request.headers.Authorization:match 'oauth_nonce="([^"]+)"'
      local claims = (bent.claims or SOUND.claims):gsub("NONCE", nonce)
      return answer(signed(bent.header or SOUND.header, claims))
    elseif page then
      return answer(bent[page] or SOUND[page])
    end
    return answer(bent[params.meta] or SOUND[params.meta] or "{}")
  end
  local session <close> = assert(mwlogin.open(API, {
    transport = transport,
    user_agent = "hostile",
    max_wait = 0,
    trace = function() end,
  }))
  return session:login {
    consumer_key = "the-consumer",
    consumer_secret = "the-secret",
    return_url = "https://tool.example.org/back",
    redirect = function(step)
      local key = query.of(step.redirect_url).oauth_token
      return "https://tool.example.org/back?oauth_verifier=v&oauth_token=" .. core.encode(key)
    end,
  }
end

describe("an OAuth 1 login", function()
  it("goes through where nothing is bent", function()
    assert.equal("Alice", assert(log_in {}).name)
  end)

  local function each(name, texts, may_pass)
    bent_logins.try(ROW, log_in, texts, function(text)
      return { [name] = text }
    end, may_pass)
  end

  local function is_pair(text)
    local value = judge.decode(text)
    local function is_text(one, other)
      local found = type(value) == "table" and (value[one] or value[other])
      return type(found) == "string"
    end
    return is_text("key", "oauth_token") and is_text("secret", "oauth_token_secret")
  end

  local function never()
    return false
  end

  ---What must still be said in an answer for the login to go through.
  local MAY_PASS <const> = {
    initiate = function(text)
      return is_pair(text) and tostring(judge.decode(text).oauth_callback_confirmed) == "true"
    end,
    token = is_pair,
    siteinfo = function()
      return true -- the name we use is as good a guess
    end,
    userinfo = function(text)
      local info = judge.at(judge.read(text), "query", "userinfo")
      return judge.at(info, "name") == "Alice"
    end,
    claims = function(text)
      local claims = judge.decode(text)
      local aud = judge.at(claims, "aud")
      return judge.at(claims, "username") == "Alice"
        and judge.at(claims, "nonce") == "NONCE"
        and judge.at(claims, "iss") == "https://wiki.example.org"
        and (aud == "the-consumer" or type(aud) == "table")
    end,
    header = function(text)
      return judge.at(judge.decode(text), "alg") == "HS256"
    end,
    refusal = never,
  }

  for name, may_pass in pairs(MAY_PASS) do
    it("judges a bent " .. name, function()
      each(name == "refusal" and "initiate" or name, function(try)
        return mutation.each(SOUND[name], try)
      end, may_pass)
    end)
  end

  it("takes no answer that was cut", function()
    for _, name in ipairs { "initiate", "token", "userinfo" } do
      each(name, bent_logins.cuts(SOUND[name], name), never)
    end
    local whole = signed(SOUND.header, '{"username":"Alice"}')
    each("identify", function(try)
      for length = 0, #whole do
        try(whole:sub(1, length), "identify cut")
      end
    end, never)
  end)
end)
