---OAuth 1 signatures: RFC 5849's own examples, and thousands of random ones made out by oauthlib.
local core = require "mwlogin.core"
local counts = require "spec.security.counts"
local random_request = require "spec.oauth.random_request"
local signature = require "mwlogin.oauth.signature"

local KEYS <const> = {
  consumer_key = "consumerkey",
  consumer_secret = "consumer secret ~+&=%",
  access_key = "accesskey",
  access_secret = "access secret ü/?",
}

local CASES <const> = 6000
local PHP_CASES <const> = 3000

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

  it("names the address as RFC 5849, 3.4.1.2 does", function()
    assert.equal(
      "http://example.com/r%20v/X",
      signature.base_url "http://EXAMPLE.COM:80/r%20v/X?id=123"
    )
    assert.equal(
      "https://www.example.net:8080/",
      signature.base_url "https://www.example.net:8080/"
    )
  end)

  it("is that of the three legs of RFC 5849, 1.2", function()
    for _, leg in ipairs {
      {
        sent = { "POST", "https://photos.example.net/initiate" },
        secret = "",
        params = {
          { "oauth_timestamp", "137131200" },
          { "oauth_nonce", "wIjqoS" },
          { "oauth_callback", "http://printer.example.com/ready" },
        },
        expected = "74KNZJeDHnMBp0EMJ9ZHt/XKycU=",
      },
      {
        sent = { "POST", "https://photos.example.net/token" },
        secret = "hdhd0244k9j7ao03",
        params = {
          { "oauth_token", "hh5s93j4hdidpola" },
          { "oauth_timestamp", "137131201" },
          { "oauth_nonce", "walatlh" },
          { "oauth_verifier", "hfdp7dh39dks9884" },
        },
        expected = "gKgrFCywp7rO0OXSjdot/IHF7IU=",
      },
      {
        sent = { "GET", "http://photos.example.net/photos" },
        secret = "pfkkdhi9sl3r4s00",
        params = {
          { "file", "vacation.jpg" },
          { "size", "original" },
          { "oauth_token", "nnch734d00sl2jdk" },
          { "oauth_timestamp", "137131202" },
          { "oauth_nonce", "chapoH" },
        },
        expected = "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
      },
    } do
      table.insert(leg.params, { "oauth_consumer_key", "dpf43f3p2l4k3l03" })
      table.insert(leg.params, { "oauth_signature_method", "HMAC-SHA1" })
      local text = signature.base_string(leg.sent[1], leg.sent[2], leg.params)
      assert.equal(leg.expected, signature.hmac_sha1(text, "kd94hf93k423kf44", leg.secret))
      -- secrets stay secrets, and sign the same
      local consumer, token = core.secret "kd94hf93k423kf44", core.secret(leg.secret)
      assert.equal(leg.expected, signature.hmac_sha1(text, consumer, token))
    end
  end)

  it("covers a secret that is sent, and never makes a text of it", function()
    local params = { { "b", "1" }, { "a", core.secret "s&t ü" }, { "c~", "" } }
    local text = signature.base_string("POST", "https://w.example/api.php", params)
    assert.is_true(core.is_secret(text))
    params[2][2] = "s&t ü"
    assert.equal(signature.base_string("POST", "https://w.example/api.php", params), text:reveal())
  end)

  it("never has the same nonce twice", function()
    local seen = {}
    for _ = 1, 1000 do
      local nonce = signature.nonce()
      assert.is_nil(seen[nonce])
      seen[nonce] = true
    end
  end)

  ---One line for oauthlib.
  local function line_of(request)
    local all = { table.unpack(request.query) }
    table.move(request.body or {}, 1, #(request.body or {}), #all + 1, all)
    local header =
      signature.header({ method = request.method, url = request.url, params = all }, KEYS)
    local query = random_request.form(request.query)
    local url = request.url .. (query ~= "" and "?" .. query or "")
    local body = request.body and random_request.form(request.body) or ""
    return table.concat({ request.method, url, body, header }, "\t")
  end

  ---What a program that reads lines answers to them.
  local function judged(command, lines)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(table.concat(lines, "\n"), "\n")
    file:close()
    local pipe = assert(io.popen(command .. " < " .. path))
    local answers, good = {}, 0
    for answer in pipe:lines() do
      answers[#answers + 1] = answer
      good = good + (answer == "ok" and 1 or 0)
    end
    pipe:close()
    os.remove(path)
    return good, answers
  end

  local PYTHON <const> = "/usr/bin/python3 spec/oauth/verifier.py"
  local PHP <const> = "php spec/oauth/verifier.php"

  it(("is what oauthlib makes out, for %d random requests"):format(CASES), function()
    math.randomseed(5849)
    local lines = {}
    for position = 1, CASES do
      lines[position] = line_of(random_request.any())
    end
    local good, answers = judged(PYTHON, lines)
    counts.record(
      "OAuth 1 signatures of random requests, made out by oauthlib",
      CASES,
      CASES - good
    )
    assert.equal(CASES, good, table.concat(answers, " ", 1, 5))
  end)

  it(
    ("is what PHP makes out, reading as MediaWiki does, for %d of them"):format(PHP_CASES),
    function()
      math.randomseed(1849)
      local lines = {}
      while #lines < PHP_CASES do
        local request = random_request.any()
        local form = request.method == "POST" and request.body or nil
        if request.method == "GET" or form then
          -- names as the API has them, each once: others are PHP's to change
          for position, pair in ipairs(request.query) do
            pair[1] = "q" .. position
          end
          request.body = form
          lines[#lines + 1] = line_of(request)
        end
      end
      local good, answers = judged(PHP, lines)
      counts.record("OAuth 1 signatures, made out by PHP", PHP_CASES, PHP_CASES - good)
      assert.equal(PHP_CASES, good, table.concat(answers, " ", 1, 5))
    end
  )

  it(
    "of a name that comes twice is good where it is posted, and PHP's own in an address",
    function()
      local twice = { { "a", "2" }, { "a", "1" }, { "b[]", "x" } }
      local url = "https://wiki.example/w/api.php"
      local lines = {
        line_of { method = "POST", url = url, query = {}, body = twice },
        line_of { method = "GET", url = url, query = twice },
      }
      assert.same({ "ok", "bad" }, select(2, judged(PHP, lines)))
      assert.same({ "ok", "ok" }, select(2, judged(PYTHON, lines)))
    end
  )
end)
