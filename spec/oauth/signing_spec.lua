---Signed requests as a Session sends them, over HTTP to a server that has another name for itself
---and makes signatures out by oauthlib.
local counts = require "spec.security.counts"
local random_request = require "spec.oauth.random_request"
local shared = require "spec.shared"
local wiki = require "spec.oauth.wiki"

local CASES <const> = 3000

describe("what a Session sends", function()
  local session
  local site = shared(wiki.start)

  lazy_setup(function()
    session = site:session()
    assert(session:login(wiki.OWNER_ONLY))
  end)

  lazy_teardown(function()
    session:close()
  end)

  local function call(params)
    params.action = "query"
    local method = math.random() < 0.5 and "get" or "post"
    local reply, err = session[method](session, params)
    return reply ~= nil, err and err.message
  end

  local PATHS <const> = { "rest.php/v1/x", "rest.php/a~b/%C3%BC", "rest.php/v1/page/A%2FB,_(c)" }

  local function fetch(params)
    local request = random_request.any()
    local query = random_request.form(request.query)
    local path = PATHS[math.random(#PATHS)] .. (query ~= "" and "?" .. query or "")
    local kind = math.random(3)
    local asks = request.method == "GET" or request.method == "HEAD"
    local response, err = session:fetch(path, {
      method = kind == 2 and asks and "POST" or kind > 1 and request.method or nil,
      params = kind ~= 2 and params or nil,
      json = kind == 2 and params or nil,
    })
    return response ~= nil and response.status == 200, err and err.message or response.body
  end

  it(("is signed as oauthlib makes it out, %d times at random"):format(CASES), function()
    math.randomseed(1849)
    local bad = {}
    for position = 1, CASES do
      local good, why = (position % 2 == 0 and call or fetch)(random_request.params())
      if not good then
        bad[#bad + 1] = why
      end
    end
    counts.record("OAuth 1 requests over HTTP, made out by oauthlib", CASES, #bad)
    assert.same({}, { table.unpack(bad, 1, 3) })
  end)
end)
