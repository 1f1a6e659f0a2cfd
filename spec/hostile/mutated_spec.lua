-- Readers written in Lua, by mutation: the listener's requests, otpauth addresses, addresses people
-- paste, pages of wikis. None raises, each gives what is documented.
local counts = require("spec.security.counts")
local judge = require("spec.hostile.judge")
local plaintext = require("mwlogin.plaintext")
local query = require("mwlogin.query")
local request = require("mwlogin.listener.request")
local seeded = require("spec.hostile.seeded")
local totp = require("mwlogin.totp")

local ROW <const> = "bytes for the readers written in Lua: requests, otpauth, queries, HTML"
local ROUNDS <const> = math.tointeger(tonumber(os.getenv("MWLOGIN_ROUNDS") or 20000))

-- Reads every mutation of the samples.
local function each(name, samples, try)
  local mutate, random = seeded.mutator(name)
  for round = 1, ROUNDS do
    local text = mutate(samples[round % #samples + 1])
    local ok, trouble = xpcall(try, debug.traceback, text, random)
    assert(ok and not trouble, seeded.again(name .. ": " .. tostring(trouble), text))
  end
  counts.record(ROW, ROUNDS, 0)
end

local REQUESTS <const> = {
  "GET /abc?code=1&state=2 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nCookie: a=b\r\n\r\n",
  "POST /abc HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nOrigin: http://127.0.0.1:8080\r\n"
    .. "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 17\r\n\r\n"
    .. "code=1&b=%C3%A9+x",
  "HEAD / HTTP/1.0\r\n\r\n",
}

local METHODS <const> = { GET = true, POST = true, HEAD = true }
local STATUSES <const> = { [400] = true, [405] = true, [411] = true, [413] = true, [415] = true }
STATUSES[431] = true

local function request_trouble(done, status)
  if done == nil then
    return not STATUSES[status] and "the refusal is " .. tostring(status) or nil
  elseif done == false then
    return nil
  elseif not METHODS[done.method] or done.path:sub(1, 1) ~= "/" then
    return "a request of another kind is taken"
  elseif done.target:find("[%c ]") then
    return "the target holds a blank or a control character"
  elseif done.method == "POST" and #done.form_text > 64 * 1024 then
    return "the body is larger than it may be"
  end
  for name, value in pairs(done.headers) do
    if name ~= name:lower() or value:find("[\r\n]") then
      return "a header is not one line"
    end
  end
end

-- Whole, and in pieces of any size: the same comes of it.
local function read_request(text, random)
  local whole, status = request.feed(request.begin(), text)
  local trouble = request_trouble(whole, status)
  if trouble then
    return trouble
  end
  local reading, at, done, refused = request.begin(), 1, false, nil
  while at <= #text and done == false do
    local size = random(40)
    done, refused = request.feed(reading, text:sub(at, at + size - 1))
    at = at + size
  end
  trouble = request_trouble(done, refused)
  if trouble then
    return trouble
  elseif whole and (not done or done.target ~= whole.target) then
    return "in pieces it is another request"
  elseif whole == nil and done then
    return "in pieces it is taken, though whole it is refused"
  end
end

local KEYS <const> = {
  "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
  "otpauth://totp/Wiki:Alice?secret=GEZDGNBVGY3TQOJQ&issuer=Wiki",
  "otpauth://totp/A?secret=GEZD%20GNBV%20GY3T%20QOJQ&digits=8&period=60&algorithm=SHA256",
  "otpauth://hotp/A?secret=GEZDGNBVGY3TQOJQ&counter=1",
}

local function read_key(text)
  local key, err = totp.parse(text)
  if not key then
    return judge.error(err)
  elseif not (key.digits >= 6 and key.digits <= 10 and key.period > 0) then
    return "a key of odd digits or period"
  end
  local code = totp.code(key, 1800000000)
  return not code:find("^%d+$") and "a code of other characters" or nil
end

local QUERIES <const> = { "code=1&state=2&a=%C3%A9+b", "a&b=&=c&&d=%", "x=" .. ("y"):rep(500) }

local function read_query(text)
  for name, value in pairs(query.read(text)) do
    if type(name) ~= "string" or type(value) ~= "string" then
      return "a value is no string"
    end
  end
  query.of("http://127.0.0.1/x?" .. text)
end

local PAGES <const> = {
  "<p>Wrong <b>password</b>.</p><ul><li>a<li>b</ul>&amp;&#x1F600;&nbsp;<script>x()</script>end",
  "<!-- a --><a href='x'>b</a>&lt;c&gt;<style>y</style>\u{202E}d",
}

local function read_page(text)
  local plain = plaintext.from_html(text)
  if
    not utf8.len(plain)
    or plain:find("[%z\1-\8\11-\31\127]")
    or plain:find("\u{202E}", 1, true)
  then
    return "what is left steers the screen"
  end
end

describe("by mutation,", function()
  it("a request to the listener is read or refused, whole as in pieces", function()
    each("request", REQUESTS, read_request)
  end)

  it("a key for one-time codes is read, or an error that says so", function()
    each("otpauth", KEYS, read_key)
  end)

  it("a query is read as strings", function()
    each("query", QUERIES, read_query)
  end)

  it("HTML becomes text that a screen can show", function()
    each("html", PAGES, read_page)
  end)
end)
