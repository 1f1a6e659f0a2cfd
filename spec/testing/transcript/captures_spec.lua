-- Every captured exchange of a real wiki can be shown in a transcript, and none of what it carried
-- in secret is there.
local cjson = require "cjson"
local php_request = require "mwlogin.testing.php_request"
local redaction = require "mwlogin.testing.transcript.redaction"
local transcript_file = require "mwlogin.testing.transcript.file"

local function names()
  local list = {}
  local pipe <close> = assert(io.popen "ls spec/captures/*.json")
  for path in pipe:lines() do
    list[#list + 1] = path
  end
  return list
end

local function read(path)
  local file <close> = assert(io.open(path))
  return cjson.decode(file:read "a")
end

local function text_of(value)
  return type(value) == "string" and value or nil
end

local function exchange_of(capture)
  local method, target = capture.request.line:match "^(%u+) (%S+)"
  local response = capture.response
  local body = response.json and cjson.encode(response.json) or text_of(response.body) or ""
  return {
    request = {
      method = method,
      url = target:find "^http" and target or "http://127.0.0.1:8080" .. target,
      headers = capture.request.headers or {},
      body = text_of(capture.request.body),
    },
    response = { status = response.status or 200, headers = response.headers or {}, body = body },
    at = 1800000000,
  }
end

local SECRET <const> = { "password", "token", "retype", "captchaword", "secret", "verifier" }

local function is_secret(name)
  for _, part in ipairs(SECRET) do
    if name:lower():find(part, 1, true) then
      return true
    end
  end
  return false
end

---What was sent in secret, and the cookies.
local function secrets_of(exchange)
  local secrets = {}
  local _, sent = php_request.decode_form(exchange.request.body or "")
  for _, pair in ipairs(sent) do
    if is_secret(pair[1]) and #pair[2] >= 6 then
      secrets[#secrets + 1] = pair[2]
    end
  end
  for _, from in ipairs { exchange.request.headers.Cookie or "" } do
    for value in from:gmatch "=([^;]+)" do
      secrets[#secrets + 1] = #value >= 8 and value or nil
    end
  end
  return secrets
end

describe("a transcript of every captured exchange", function()
  it("is sound and holds nothing that was sent in secret", function()
    local count, looked_for = 0, 0
    for _, path in ipairs(names()) do
      local capture = read(path)
      if capture.request and capture.request.line and capture.response then
        count = count + 1
        local exchange = exchange_of(capture)
        local shown, secrets = redaction.of { exchange }
        local text = redaction.strike(transcript_file.encode({ api = "x" }, shown), secrets)
        assert(transcript_file.decode(path, text), path)
        for _, secret in ipairs(secrets_of(exchange)) do
          looked_for = looked_for + 1
          assert.is_nil(text:find(secret, 1, true), path .. ": " .. secret)
        end
      end
    end
    assert.is_true(count > 200, count)
    assert.is_true(looked_for > 150, looked_for)
  end)
end)
