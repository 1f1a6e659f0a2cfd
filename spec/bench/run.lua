---`make bench`: the same login of a bot password by bare libcurl, by mwlogin and by what people use
---instead, in one run against nginx on loopback. Only ratios mean anything: the machine is shared.
local ROUNDS <const> = math.tointeger(tonumber(os.getenv "BENCH_ROUNDS" or "3"))
local LOGINS <const> = math.tointeger(tonumber(os.getenv "BENCH_LOGINS" or "2000"))

local function shell(command)
  local pipe <close> = assert(io.popen(command))
  return (pipe:read "a":gsub("%s+$", ""))
end

local function must(command)
  assert(os.execute(command), command)
end

local function free_ports()
  local socket = require "socket"
  local one, other = assert(socket.bind("127.0.0.1", 0)), assert(socket.bind("127.0.0.1", 0))
  local _, http = one:getsockname()
  local _, https = other:getsockname()
  one:close()
  other:close()
  return http, https
end

local folder = shell "mktemp -d"
local http, https = free_ports()

local function start_server()
  must(
    (
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      .. "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
      .. "-keyout %s/key.pem -out %s/cert.pem 2>/dev/null"
    ):format(folder, folder)
  )
  local template <close> = assert(io.open "spec/bench/nginx.conf")
  local text = template:read("a"):gsub("@(%u+)@", { FOLDER = folder, HTTP = http, HTTPS = https })
  local file <close> = assert(io.open(folder .. "/nginx.conf", "w"))
  file:write(text)
  file:flush()
  local pid = shell(("nginx -c %s/nginx.conf >/dev/null 2>&1 & echo $!"):format(folder))
  require("socket").sleep(0.5)
  return pid
end

local function build()
  must("mkdir -p build/bench")
  must "gcc -O2 spec/bench/measure.c -o build/bench/measure"
  must(
    "gcc -O2 $(pkg-config --cflags libcurl) spec/bench/bare.c -o build/bench/bare "
      .. "$(pkg-config --libs libcurl)"
  )
end

---@return number|nil wall, number cpu, number kilobytes
local function measure(program, api, logins, in_flight, ca)
  local line =
    shell(("build/bench/measure %s %s %d %d '%s'"):format(program, api, logins, in_flight, ca))
  local wall, cpu, memory, code = line:match "(%S+) (%S+) (%d+) (%d+)"
  if code ~= "0" then
    return nil
  end
  return tonumber(wall), tonumber(cpu), tonumber(memory)
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

local BARE <const>, OURS <const> = "build/bench/bare", "lua5.4 spec/bench/ours.lua"

---One after the other in each round, so that what disturbs one disturbs the others too.
local function compare(title, api, ca, in_flight, programs)
  local runs = {}
  for _ = 1, ROUNDS do
    for position, program in ipairs(programs) do
      local logins = program.logins or LOGINS
      local wall, cpu, memory = measure(program.command, api, logins, in_flight, ca)
      if wall then
        runs[position] = runs[position] or { wall = {}, cpu = {}, memory = {} }
        table.insert(runs[position].wall, logins / wall)
        table.insert(runs[position].cpu, cpu / logins * 1e6)
        table.insert(runs[position].memory, memory)
      end
    end
  end
  print(("\n%s"):format(title))
  print(("%-28s %12s %14s %10s %10s"):format("", "logins/s", "µs CPU/login", "× bare", "peak MB"))
  local base = median(runs[1].cpu)
  for position, program in ipairs(programs) do
    local run = runs[position]
    if run then
      local cpu = median(run.cpu)
      print(
        ("%-28s %12.0f %14.0f %10.2f %10.1f"):format(
          program.name,
          median(run.wall),
          cpu,
          cpu / base,
          median(run.memory) / 1024
        )
      )
    else
      print(("%-28s not here"):format(program.name))
    end
  end
end

build()
local pid = start_server()
local _ <close> = setmetatable({}, {
  __close = function()
    os.execute(("kill %s; rm -rf %s"):format(pid, folder))
  end,
})
print(
  "Machine: "
    .. shell "uname -srm"
    .. ", "
    .. shell "nproc"
    .. " cores; "
    .. shell "curl --version | head -n1 | cut -d' ' -f1-2"
)
local plain, secure =
  ("http://127.0.0.1:%s/api.php"):format(http), ("https://127.0.0.1:%s/api.php"):format(https)
local ca = folder .. "/cert.pem"
local blocking = {
  { name = "bare libcurl (easy)", command = BARE },
  { name = "mwlogin, blocking", command = OURS },
  {
    name = "python3-requests",
    command = "/usr/bin/python3 spec/bench/requests_client.py",
    logins = 200,
  },
  {
    name = "python3-mwclient",
    command = "/usr/bin/python3 spec/bench/mwclient_client.py",
    logins = 200,
  },
}
compare("One after the other, http", plain, "", 0, blocking)
-- the Python clients do not take a certificate that is its own authority
compare("One after the other, https, HTTP/2", secure, ca, 0, { blocking[1], blocking[2] })
for _, in_flight in ipairs { 32, 256 } do
  local many = {
    { name = "bare libcurl (multi)", command = BARE },
    { name = "mwlogin, gather", command = OURS },
  }
  compare(("%d in flight, http"):format(in_flight), plain, "", in_flight, many)
  compare(("%d in flight, https, HTTP/2"):format(in_flight), secure, ca, in_flight, many)
end
