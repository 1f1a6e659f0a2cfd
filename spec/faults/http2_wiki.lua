--- A wiki by HTTP/2 that spoils a stage of a bot password's login in the protocol's own ways: a
--- stream that is reset, a connection that is told to end (GOAWAY) or ends, or by an answer.
local cjson = require("cjson")
local core = require("mwlogin.core")

local http2_wiki = {}

local Wiki = {}
Wiki.__index = Wiki

--- @param issued table key and certificate, as of spec.security.certificates
--- @return table wiki `api`; `spoil`, `seen`, `stop`
function http2_wiki.start(issued)
  local node = assert(
    core.process(
      { "node", "spec/faults/http2_wiki.mjs", issued.key, issued.certificate },
      { stdin = "pipe", stdout = "pipe", stderr = "inherit" }
    )
  )
  local self = setmetatable({ node = node }, Wiki)
  self.api = ("https://localhost:%s/api.php"):format((self:line()))
  return self
end

function Wiki:line()
  return assert(self.node:read(1, { stop = "\n", max = 1 << 24, timeout = 60 }))
end

function Wiki:order(order)
  assert(self.node:write(0, cjson.encode(order) .. "\n"))
  return cjson.decode(self:line())
end

--- Spoils one request of a stage from now on (or `times` of them, after the first `skip`); what was
--- sent before is forgotten.
---@param fault table|nil stage ("token", "login", "proof"); kind: "reset" (of the stream, by
--- `code`), "cut", "abort" (of the connection, hard), "goaway" (`code`; `closes`: the connection,
--- soon), or "status" (`status`, `retry_after`); after: "request", "headers", "half" or "answer" of
--- it; unread: what was asked is not taken, and said so
function Wiki:spoil(fault)
  self:order(fault or {})
end

--- What was sent since: each { stage, number (of its connection), user, executed, answered }.
---@return table[]
function Wiki:seen()
  return self:order({ seen = true })
end

function Wiki:stop()
  self.node:kill("KILL")
  self.node:close()
end

return http2_wiki
