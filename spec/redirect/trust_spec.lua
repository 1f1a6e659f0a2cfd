-- A wiki whose certificate is of an authority of one's own, in a browser of our own.
local core = require("mwlogin.core")
local folders = require("spec.folders")
local http = require("socket.http")
local ports = require("spec.ports")
local redirect = require("mwlogin.redirect")
local shared = require("spec.shared")
local stand = require("spec.redirect.stand")

local function run(command)
  assert(os.execute(("exec >/dev/null 2>&1; %s"):format(command)), command)
end

local function person(page)
  assert(page:fill("#login", "alice"))
  assert(page:fill("#password", "Alice & home"))
  assert(page:click("#submit"))
  assert(page:click("#allow"))
end

describe("a wiki with a certificate of one's own authority", function()
  local folder, front, address, session, before, way

  -- The site's wiki behind TLS, its certificate signed by an authority of the spec's.
  local site = shared(stand.site)

  lazy_setup(function()
    folder = folders.new()
    run(([[cd %s && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 \
      -subj /CN=Spec && openssl req -newkey rsa:2048 -nodes -keyout key.pem -out csr.pem \
      -subj /CN=localhost && echo subjectAltName=DNS:localhost >names && openssl x509 -req \
      -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem \
      ]]):format(folder))
    local port = ports.free(1)[1]
    local file = assert(io.open(folder .. "/nginx.conf", "w"))
    file:write((([[
      daemon off; pid F/pid; error_log F/error; events {}
      http { access_log off; client_body_temp_path F/a; proxy_temp_path F/b; fastcgi_temp_path F/c;
        uwsgi_temp_path F/d; scgi_temp_path F/e;
        server { listen 127.0.0.1:PORT ssl; ssl_certificate F/cert.pem;
          ssl_certificate_key F/key.pem; location / { proxy_pass WIKI; } } }
    ]]):gsub("F/", folder .. "/"):gsub("PORT", port):gsub("WIKI", site.wiki)))
    file:close()
    front =
      assert(core.process({ "nginx", "-c", folder .. "/nginx.conf", "-e", folder .. "/error" }))
    address = "https://localhost:" .. port
    assert(ports.await(port))
    assert(http.request(site.wiki .. "/base?to=" .. core.encode(address)))
  end)

  lazy_teardown(function()
    front:kill("TERM")
    front:wait(10)
    front:close()
    folders.remove(folder)
  end)

  before_each(function()
    before = stand.left_behind()
  end)

  after_each(function()
    if way then
      way:close()
      way = nil
    end
    session:close()
    stand.restore_environment()
    stand.remove_programs()
    stand.nothing_left_since(before)
  end)

  local function follow(engine, options)
    session = stand.session({ wiki = address }, options)
    local err
    way, err = redirect.prepare(session, { browse = true, engine = engine })
    if not way then
      return nil, err
    end
    local step = { redirect_url = address .. "/start?return=" .. way.return_url, requests = {} }
    return way:follow(step, {}, person)
  end

  for _, engine in ipairs({ "pipe", "webdriver" }) do
    it("is known to the browser, too, by " .. engine, function()
      local back = assert(follow(engine, { ca_file = folder .. "/ca.pem" }))
      assert.equal(way.return_url .. "?code=c0de&state=abc", back)
    end)
  end

  -- Without certutil in PATH.
  it("is a certificate error, at once, where the browser cannot be told of it", function()
    local bin = folder .. "/bin"
    run(('mkdir %s && ln -s "$(command -v chromium)" %s'):format(bin, bin))
    stand.environment({ PATH = bin })
    local back, err = follow("pipe", { ca_file = folder .. "/ca.pem" })
    assert.is_nil(back)
    assert.equal("tls", err.kind)
    assert.equal("certificate", err.code)
    assert.matches("ERR_CERT_AUTHORITY_INVALID", err.message)
    assert.matches("libnss3%-tools", err.advice)
  end)

  it("that wants a client certificate is not opened in a browser, which has none", function()
    local back, err = follow("pipe", {
      ca_file = folder .. "/ca.pem",
      client_cert = folder .. "/cert.pem",
      client_key = folder .. "/key.pem",
    })
    assert.is_nil(back)
    assert.equal("interaction", err.kind)
    assert.equal("client_cert", err.code)
    assert.matches('redirect = "paste"', err.advice, 1, true)
  end)
end)
