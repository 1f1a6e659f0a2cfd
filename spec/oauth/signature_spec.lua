---OAuth 1 signatures: RFC 5849's own example, and thousands of random ones verified by oauthlib.
local core = require "mwlogin.core"
local signature = require "mwlogin.oauth.signature"

local KEYS <const> = {
  consumer_key = "consumerkey",
  consumer_secret = "consumer secret ~+&=%",
  access_key = "accesskey",
  access_secret = "access secret ü/?",
}

local CASES <const> = 3000

describe("an OAuth 1 signature", function()
  it("has the base string of RFC 5849, 3.4.1.1", function()
    local text = signature.base_string("POST", "http://EXAMPLE.COM:80/request", {
      { "b5", "=%3D" },
      { "a3", "a" },
      { "c@", "" },
      { "a2", "r b" },
      { "oauth_consumer_key", "9djdj82h48djs9d2" },
      { "oauth_token", "kkk9d7dh3k39sjv7" },
      { "oauth_signature_method", "HMAC-SHA1" },
      { "oauth_timestamp", "137131201" },
      { "oauth_nonce", "7d8f3e4a" },
      { "c2", "" },
      { "a3", "2 q" },
    })
    assert.equal(
      "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D"
        .. "%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7"
        .. "d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_toke"
        .. "n%3Dkkk9d7dh3k39sjv7",
      text
    )
  end)

  it("never has the same nonce twice", function()
    local seen = {}
    for _ = 1, 1000 do
      local nonce = signature.nonce()
      assert.is_nil(seen[nonce])
      seen[nonce] = true
    end
  end)

  local PIECES <const> = {
    "a",
    "Z",
    "0",
    "~",
    "-",
    ".",
    "_",
    " ",
    "+",
    "%",
    "&",
    "=",
    "/",
    "?",
    "#",
    "ü",
    "語",
    "🙂",
    "[]",
    "|",
    "'",
    "(",
    "*",
    "!",
    ",",
    ";",
    ":",
    "@",
    "\\",
    '"',
    "<",
    "\n",
  }

  local function random_text(most)
    local parts = {}
    for position = 1, math.random(0, most) do
      parts[position] = PIECES[math.random(#PIECES)]
    end
    return table.concat(parts)
  end

  local function random_request()
    local params = {}
    for _ = 1, math.random(0, 6) do
      params["p" .. random_text(3)] = random_text(8)
    end
    if math.random() < 0.3 then
      params["many[]"] = { random_text(3), random_text(3), "x", "x" }
    end
    local list = assert(core.parameters(params))
    local port = ({ "", ":80", ":8080", ":443" })[math.random(4)]
    local path = ({ "/w/api.php", "/api.php", "/a~b/index.php", "/" })[math.random(4)]
    return {
      method = math.random() < 0.5 and "GET" or "POST",
      url = "http://Wiki.example" .. port .. path,
      params = list,
    }
  end

  local function form(list)
    local parts = {}
    for position, pair in ipairs(list) do
      parts[position] = core.encode(pair[1]) .. "=" .. core.encode(pair[2])
    end
    return table.concat(parts, "&")
  end

  it(("is what oauthlib computes, for %d random requests"):format(CASES), function()
    math.randomseed(5849)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    for _ = 1, CASES do
      local request = random_request()
      local text = form(request.params)
      local is_get = request.method == "GET"
      file:write(
        request.method,
        "\t",
        request.url .. (is_get and text ~= "" and "?" .. text or ""),
        "\t",
        is_get and "" or text,
        "\t",
        signature.header(request, KEYS),
        "\n"
      )
    end
    file:close()
    local pipe = assert(io.popen("/usr/bin/python3 spec/oauth/verifier.py < " .. path))
    local good, bad = 0, {}
    for line in pipe:lines() do
      if line == "ok" then
        good = good + 1
      else
        bad[#bad + 1] = line
      end
    end
    pipe:close()
    os.remove(path)
    assert.same({}, { table.unpack(bad, 1, 3) })
    assert.equal(CASES, good)
  end)
end)
