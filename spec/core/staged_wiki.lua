--- A wiki on 127.0.0.1 whose answer to each stage of a bot password's login (`token`, `login`,
--- `proof`) a spec gives byte by byte.
local cjson = require("cjson")
local server_process = require("spec.server_process")
local socket = require("socket")

local staged_wiki = {}

local Wiki = {}
Wiki.__index = Wiki

staged_wiki.TOKEN = [[{"batchcomplete":true,"query":{"tokens":{"logintoken":"0123abcd+\\"}}}]]
staged_wiki.LOGIN = [[{"login":{"result":"Success","lguserid":7,"lgusername":"Alice"}}]]
staged_wiki.PROOF = [[{"batchcomplete":true,"query":{"userinfo":{"id":7,"name":"Alice"}}}]]

--- One whole response.
---@param body string
---@param more table|nil { status = 200, lines = further header lines, ends = its connection }
function staged_wiki.reply(body, more)
  more = more or {}
  local lines = { ("HTTP/1.1 %d Whatever"):format(more.status or 200) }
  lines[#lines + 1] = "Content-Type: application/json"
  table.move(more.lines or {}, 1, #(more.lines or {}), #lines + 1, lines)
  lines[#lines + 1] = "Content-Length: " .. #body
  return { bytes = table.concat(lines, "\r\n") .. "\r\n\r\n" .. body, ends = more.ends }
end

--- An answer that never comes; its connection stays.
staged_wiki.SILENCE = { ends = false }

function staged_wiki.start()
  local self = server_process.start(Wiki, "spec/core/staged_wiki_server.lua")
  self.origin = "http://127.0.0.1:" .. self.port
  self.api = self.origin .. "/w/api.php"
  return self
end

local function control(self, path, body)
  local client = assert(socket.connect("127.0.0.1", self.port))
  client:settimeout(10)
  assert(
    client:send(("POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s"):format(path, #body, body))
  )
  local answer = assert(client:receive("*a"))
  client:close()
  return cjson.decode(assert(answer:match("\r\n\r\n(.*)$")))
end

--- Answers each stage so from now on, one after the other, the last one again and again; what was
--- sent before is forgotten. A stage that is left out goes well.
---@param stages table|nil { token, login, proof }: a body, an answer of `reply`, or a list of them
function Wiki:answer(stages)
  local told = { token = staged_wiki.TOKEN, login = staged_wiki.LOGIN, proof = staged_wiki.PROOF }
  for stage, given in pairs(stages or {}) do
    told[stage] = given
  end
  for stage, given in pairs(told) do
    local list = {}
    for _, one in ipairs(type(given) == "table" and #given > 0 and given or { given }) do
      list[#list + 1] = type(one) == "string" and staged_wiki.reply(one) or one
    end
    told[stage] = list
  end
  control(self, "/answers", cjson.encode(told))
end

--- What was sent since, each { stage, method, target, path, query, headers (lower-case names),
--- body, connection (a number) }.
function Wiki:requests()
  return control(self, "/seen", "")
end

--- The stages asked for since, in order.
function Wiki:stages()
  local names = {}
  for _, request in ipairs(self:requests()) do
    names[#names + 1] = request.stage
  end
  return table.concat(names, " ")
end

return staged_wiki
