---Every value of every answer of an OAuth 2 login is bent, every answer is cut at every byte, and
---so are the address that comes back and what a store kept: the login goes through only where the
---wiki did say so, and never raises.
local bent_logins = require "spec.hostile.bent_logins"
local entries = require "mwlogin.store.entry"
local judge = require "spec.hostile.judge"
local memory = require "spec.store.memory"
local mutation = require "spec.hostile.mutation"
local mwlogin = require "mwlogin"
local query = require "mwlogin.query"

local ROW <const> = "answers of an OAuth 2 login bent and cut"
local API <const> = "https://wiki.example.org/w/api.php"
local BACK <const> = "https://tool.example.org/back"

local SOUND <const> = {
  token = '{"token_type":"Bearer","expires_in":3600,"access_token":"the-access-token",'
    .. '"refresh_token":"the-refresh-token","scope":"basic"}',
  refusal = '{"error":"invalid_grant","error_description":"no","hint":"why","message":"no"}',
  userinfo = '{"batchcomplete":true,"query":{"userinfo":{"id":7,"name":"Alice"}}}',
}

local function transport_of(bent, requests)
  return function(request)
    requests[#requests + 1] = request
    local is_token = request.url:find("/oauth2/access_token", 1, true)
    local body = is_token and (bent.token or bent.refusal or SOUND.token)
      or bent.userinfo
      or SOUND.userinfo
    return {
      status = bent.refusal and is_token and 400 or 200,
      headers = { ["Content-Type"] = "application/json" },
      body = body,
    }
  end
end

---A login where something is another than the sound one.
---@return table|nil identity
---@return table|nil err
local function log_in(bent)
  local requests = {}
  local session <close> = assert(mwlogin.open(API, {
    transport = transport_of(bent, requests),
    user_agent = "hostile",
    max_wait = 0,
    store = bent.store,
    trace = function() end,
  }))
  local me, err = session:login(bent.store and {} or {
    client_id = "the-client",
    redirect_uri = BACK,
    redirect = function(step)
      local state = query.of(step.redirect_url).state
      return ((bent.back or BACK .. "?code=the-code&state=STATE"):gsub("STATE", state))
    end,
  })
  for _, request in ipairs(requests) do
    local header = request.headers.Authorization
    assert(header == nil or not header:find "[^\33-\126 ]", "a header that no header may be")
  end
  return me, err
end

describe("an OAuth 2 login", function()
  it("goes through where nothing is bent", function()
    assert.equal("Alice", assert(log_in {}).name)
  end)

  local function each(texts, bend, may_pass)
    bent_logins.try(ROW, log_in, texts, bend, may_pass)
  end

  local function never()
    return false
  end

  ---What must still be said in an answer for the login to go through.
  local MAY_PASS <const> = {
    token = function(text)
      local value = judge.decode(text)
      local token, kind = judge.at(value, "access_token"), judge.at(value, "token_type")
      return type(token) == "string"
        and token ~= ""
        and not token:find "[^\33-\126]"
        and type(kind) == "string"
        and kind:lower() == "bearer"
    end,
    userinfo = function(text)
      local name = judge.at(judge.read(text), "query", "userinfo", "name")
      return type(name) == "string" -- whoever it is, the wiki says so
    end,
    refusal = never,
  }

  for name, may_pass in pairs(MAY_PASS) do
    it("judges a bent " .. name, function()
      each(function(try)
        return mutation.each(SOUND[name], try)
      end, function(text)
        return { [name] = text }
      end, may_pass)
    end)

    it("takes no " .. name .. " that was cut", function()
      each(bent_logins.cuts(SOUND[name], name), function(text)
        return { [name] = text }
      end, never)
    end)
  end

  it("takes no address that came back cut, or with something in its way", function()
    local sound = BACK .. "?state=STATE&code=the-code"
    each(function(try)
      for length = 0, #sound - #"the-code" do
        try(sound:sub(1, length), "address cut")
      end
      for _, byte in ipairs { "\0", "\n", "%", "#", "?", "/", "\\", "@", " " } do
        for place = 1, #BACK + #"?state=STATE" do
          try(sound:sub(1, place - 1) .. byte .. sound:sub(place), "address with a sign more")
        end
      end
    end, function(text)
      return { back = text }
    end, function(text)
      -- whatever stands after ? and & is read as PHP and browsers do: what counts is still there
      local values = query.of(text)
      return values.state == "STATE" and values.code == "the-code"
    end)
  end)

  it("goes on with kept tokens only where they are whole", function()
    local kept = memory.new()
    do
      local session <close> = assert(mwlogin.open(API, {
        transport = transport_of({}, {}),
        user_agent = "hostile",
        store = kept,
      }))
      assert(session:login {
        client_id = "the-client",
        redirect_uri = BACK,
        redirect = function(step)
          return BACK .. "?code=c&state=" .. query.of(step.redirect_url).state
        end,
      })
    end
    local id = entries.id(API, "the-client")
    local sound = kept.kept[id]
    each(function(try)
      mutation.each(sound, try)
      bent_logins.cuts(sound, "entry")(try)
    end, function(text)
      local store = memory.new()
      store.kept[id] = text
      return { store = store }
    end, function(text)
      local entry = judge.decode(text)
      return judge.at(entry, "name") == "Alice"
    end)
  end)
end)
