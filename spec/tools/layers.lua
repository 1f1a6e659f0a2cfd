---Each thing under lua/ knows nothing of what stands above it: no file requires a higher layer.
local LAYERS <const> = {
  core = 0,
  session = 2,
  discover = 3,
  oauth = 4,
  authrequest = 3,
  handlers = 3,
  respond = 3,
  redirect = 3,
  flow = 4,
  methods = 5,
  login = 6,
  doctor = 6,
  init = 7,
  testing = 8,
  cli = 8,
}
local LEAF <const> = 1 -- errors, secrets, sources, stores: what every layer may use

local function layer(name)
  return LAYERS[name] or LEAF
end

local failed = false
local pipe = assert(io.popen "git ls-files -- 'lua/mwlogin/*.lua'")
for path in pipe:lines() do
  local name = path:match "^lua/mwlogin/([%w_]+)"
  local file = io.open(path)
  local text = file and file:read "a" or ""
  if file then
    file:close()
  end
  for module in text:gmatch 'require%s*%(?%s*"mwlogin([%w_.]*)"' do
    local used = module:match "^%.([%w_]+)" or "init"
    if layer(used) > layer(name) then
      io.stderr:write(path, " requires mwlogin", module, ", which stands above it\n")
      failed = true
    end
  end
end
pipe:close()
os.exit(not failed)
