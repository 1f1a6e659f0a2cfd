--- A browser that knows nothing of what it is asked over its debugging pipe.
local input, output = assert(io.open("/dev/fd/3", "rb")), assert(io.open("/dev/fd/4", "wb"))
local text = ""
while true do
  local byte = input:read(1)
  if not byte then
    break
  elseif byte == "\0" then
    local id, method = text:match('"id":(%d+)'), text:match('"method":"([%w.]+)"')
    local words = '{"id":%s,"error":{"code":-32601,"message":"\'%s\' wasn\'t found"}}\0'
    output:write(words:format(id, method))
    output:flush()
    text = ""
  else
    text = text .. byte
  end
end
