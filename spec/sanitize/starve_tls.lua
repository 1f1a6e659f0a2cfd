---Out of memory in logins over https, HTTP/1.1 and HTTP/2, to a real nginx: allocations of libcurl,
---libssl, libcrypto and libnghttp2 among them. Whatever is refused, the password is posted once at
---most, and never to a server whose certificate is not to be trusted. TLS_EVERY: each so many-th.
package.path = "./?.lua;./lua/?.lua;./lua/?/init.lua;" .. package.path
local certificates = require "spec.security.certificates"
local mwlogin = require "mwlogin"
local nginx = require "spec.security.nginx"
local sweep = require "spec.sanitize.sweep"

local EVERY <const> = math.tointeger(tonumber(os.getenv "TLS_EVERY" or 31))
local PASSWORD <const> = ("9e8d7c6b5a4f3021"):rep(2)

local WIKI <const> = [[
  default_type application/json;
  location / {
    add_header Set-Cookie "wiki_session=0123456789abcdef0123456789abcdef; path=/; secure; HttpOnly";
    if ($request_method = POST) {
      return 200 '{"login":{"result":"Success","lguserid":2,"lgusername":"Alice"}}';
    }
    if ($arg_meta ~ tokens) {
      return 200 '{"batchcomplete":true,"query":{"tokens":{"logintoken":"0123456789+\\\\"}}}';
    }
    return 200 '{"batchcomplete":true,"query":{"userinfo":{"id":2,"name":"Alice"}}}';
  }
]]

local starve = rawget(_G, "starve")
starve.secret(PASSWORD)

local folder
do
  local pipe <close> = assert(io.popen "mktemp -d -t mwlogin-starve.XXXXXX")
  folder = pipe:read "l"
end
local authority = certificates.authority(folder)
local trusted = authority:issue "trusted"
local stranger = authority:issue("stranger", { self_signed = true })

local front = nginx.start {
  http1 = { tls = trusted, body = WIKI },
  http2 = { tls = trusted, http2 = true, body = WIKI },
  stranger = { tls = stranger, http2 = true, body = WIKI },
}

local function log_in(server, number)
  local address = ("https://localhost:%d/%d/api.php"):format(front.ports[server], number)
  local session <close> = assert(mwlogin.open(address, {
    user_agent = "starve",
    ca_file = authority.certificate,
    pool = mwlogin.pool {},
  }))
  return assert(session:login { username = "Alice@app", password = PASSWORD })
end

---How often the password was posted, by the number of the time.
local function posts_to(server)
  local posts = {}
  for _, line in ipairs(front:log(server)) do
    local number = line:match "^POST /(%d+)/"
    if number then
      posts[number] = (posts[number] or 0) + 1
    end
  end
  return posts
end

for _, server in ipairs { "http1", "http2" } do
  sweep.both {
    name = "a login over https, " .. server,
    every = EVERY,
    act = function(number)
      assert(log_in(server, number).name == "Alice")
    end,
  }
  for number, count in pairs(posts_to(server)) do
    if count > 1 then
      sweep.complain("%s: the password was posted %d times at %s", server, count, number)
    end
  end
end

sweep.both {
  name = "a server that is not to be trusted",
  every = EVERY,
  may_fail = true,
  act = function(number)
    if pcall(log_in, "stranger", number) then
      sweep.complain("a login at a server that is not to be trusted, at %d", number)
    end
  end,
}
for _, line in ipairs(front:log "stranger") do
  if line:find "^%u+ " then -- else an alert of TLS, which nginx takes for a request
    sweep.complain("a server that is not to be trusted was sent: %s", line)
  end
end

front:stop()
os.execute("rm -rf " .. folder)
sweep.finish "memory that runs out at an allocation of a login over https"
