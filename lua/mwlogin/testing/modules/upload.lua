---action=upload: keeps the bytes (`wiki.uploads`).
local ordered_json = require("mwlogin.testing.ordered_json")

local upload = {}

local object = ordered_json.object

function upload.reads()
  return true
end

function upload.writes()
  return true
end

function upload.posts()
  return true
end

function upload.token()
  return { type = "csrf", prefix = "", name = "token" }
end

function upload.run(call)
  local wiki = call.wiki
  local name = call:require_param("", "filename")
  local file = call.request.files.file
  call.used.ignorewarnings, call.used.comment, call.used.text = true, true, true
  if not call.account then
    call:die("permissiondenied", "You do not have permission to upload this file.")
  elseif not file then
    call:die("missingparam", 'One of the parameters "filekey", "file" and "url" is required.')
  end
  local user = call.account.name
  wiki.uploads[#wiki.uploads + 1] =
    { name = name, bytes = file.body, type = file.type, user = user }
  return object("upload", object("result", "Success", "filename", name))
end

return upload
