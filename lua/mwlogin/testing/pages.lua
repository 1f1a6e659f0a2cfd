---The pages of the wiki that are no API: the main page that names api.php, and a script's own.
local pages = {}

local MAIN = '<!DOCTYPE html>\n<html><head><meta name="generator" content="MediaWiki %s"/>\n'
  .. '<link rel="EditURI" type="application/rsd+xml" href="%s?action=rsd"/>\n'
  .. "<title>%s</title></head><body>%s</body></html>\n"

local function new_reply(status, kind, body)
  local headers = { ["Content-Type"] = kind .. "; charset=UTF-8" }
  return { status = status, headers = headers, body = body }
end

local function title_of(wiki, request)
  if request.params.title then
    return request.params.title
  end
  local prefix = wiki.script_path .. "/index.php/"
  if request.path:sub(1, #prefix) == prefix then
    return request.path:sub(#prefix + 1)
  end
end

local function html(wiki, text)
  local body = MAIN:format(wiki.release, wiki.api, wiki.name, text or "")
  return new_reply(200, "text/html", body)
end

-- What a script's page gave back: a string is the body of a 200.
local function complete(answer)
  if type(answer) == "string" then
    return new_reply(200, "text/html", answer)
  end
  answer.status = answer.status or 200
  answer.headers = answer.headers or {}
  answer.body = answer.body or ""
  return answer
end

local function is_wiki_page(wiki, request)
  local path = request.path
  return path == "/"
    or path:find("^/wiki/")
    or path:find(wiki.script_path .. "/index.php", 1, true) == 1
end

---Answers a request that is not for api.php.
---@param wiki table
---@param request table php_request
---@return table reply
function pages.answer(wiki, request)
  local cookies = {}
  local session = wiki.sessions:open(request, cookies)
  local title = title_of(wiki, request)
  local page = wiki.special[title or ""] or wiki.special[request.path]
  local reply
  if page then
    local account = session:account()
    reply = complete(page({
      method = request.method,
      params = request.params,
      headers = request.headers,
      user = account and account.name,
      session = session.id and session.record.script or nil,
    }))
  elseif is_wiki_page(wiki, request) then
    reply = html(wiki, title and wiki.pages[title])
  else
    reply = new_reply(404, "text/plain", "not found\n")
  end
  if #cookies > 0 then
    reply.headers["Set-Cookie"] = cookies
  end
  return reply
end

return pages
