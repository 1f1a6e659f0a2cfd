---`make bench`: the same login of a bot password by bare libcurl, by mwlogin and by what people
---use instead, in one run against nginx on loopback; then memory, growth and cold start. Only
---ratios mean anything: the machine is shared. With BENCH_DOC=1 doc/performance.md and its
---picture are rewritten.
package.path = "./?.lua;" .. package.path
local measuring = require "spec.bench.measuring"
local picture = require "spec.bench.picture"
local server = require "spec.bench.server"
local shell = require "spec.shell"

local ROUNDS <const> = math.tointeger(tonumber(os.getenv "BENCH_ROUNDS" or "5"))
local LOGINS <const> = math.tointeger(tonumber(os.getenv "BENCH_LOGINS" or "10000"))
local OTHERS <const> = math.max(1, LOGINS // 20)

local BARE <const>, OURS <const> = "build/bench/bare", "lua5.4 spec/bench/ours.lua"
local CLIENTS <const> = "spec/bench/clients/"

local told = {}

local function say(format, ...)
  local line = select("#", ...) > 0 and format:format(...) or format
  told[#told + 1] = line
  print(line)
  io.stdout:flush()
end

local function build()
  assert(os.execute "mkdir -p build/bench && gcc -O2 spec/bench/measure.c -o build/bench/measure")
  assert(
    os.execute(
      "gcc -O2 $(pkg-config --cflags libcurl) spec/bench/bare.c -o build/bench/bare "
        .. "$(pkg-config --libs libcurl)"
    )
  )
end

local function command_of(program, address, logins, in_flight, certificate)
  return ("%s %s %d %d '%s'"):format(program.command, address, logins, in_flight, certificate)
end

---How many requests one login of a program is.
local function exchanges_of(wiki, program, address, certificate)
  local before = wiki:requests()
  measuring.run(command_of(program, address, 10, 0, certificate))
  return (wiki:requests() - before - 1) / 10
end

---@return table<string, number> per_exchange microseconds of processor time, by program
local function compare(wiki, title, secure, in_flight, programs)
  local address, certificate = wiki.http, ""
  if secure then
    address, certificate = wiki.https, wiki.certificate
  end
  local commands = {}
  for position, program in ipairs(programs) do
    commands[position] =
      command_of(program, program.address or address, program.logins, in_flight, certificate)
  end
  local costs, per_exchange = measuring.compare(commands, ROUNDS), {}
  say("\n%s", title)
  say(
    "%-26s %9s %7s %10s %12s %8s",
    "",
    "logins/s",
    "× bare",
    "µs/login",
    "µs/exchange",
    "peak MB"
  )
  local base = costs[1]
  for position, program in ipairs(programs) do
    local cost = costs[position]
    if cost then
      local login = cost.cpu / program.logins * 1e6
      local exchange = login / program.exchanges
      per_exchange[program.name] = exchange
      say(
        "%-26s %9.0f %7.2f %10.0f %12.1f %8.1f",
        program.name,
        program.logins / cost.wall,
        exchange / (base.cpu / LOGINS * 1e6 / programs[1].exchanges),
        login,
        exchange,
        cost.memory / 1024
      )
    else
      say("%-26s not here", program.name)
    end
  end
  return per_exchange
end

local function programs_for(wiki)
  local list = {
    { name = "bare libcurl", command = BARE, logins = LOGINS },
    { name = "mwlogin", command = OURS, logins = LOGINS },
    { name = "m3api", command = "node " .. CLIENTS .. "with_m3api.mjs", logins = OTHERS },
    { name = "mwn", command = "node " .. CLIENTS .. "with_mwn.mjs", logins = OTHERS },
    { name = "nodemw", command = "node " .. CLIENTS .. "with_nodemw.mjs", logins = OTHERS },
    { name = "python3-mwclient", command = "/usr/bin/python3 " .. CLIENTS .. "with_mwclient.py" },
    { name = "python3-requests", command = "/usr/bin/python3 " .. CLIENTS .. "with_requests.py" },
  }
  for _, program in ipairs(list) do
    program.logins = program.logins or OTHERS
    program.exchanges = exchanges_of(wiki, program, wiki.http, "")
  end
  return list
end

local function only(programs, ...)
  local chosen = {}
  for _, name in ipairs { ... } do
    for _, program in ipairs(programs) do
      chosen[#chosen + 1] = program.name == name and program or nil
    end
  end
  return chosen
end

local function idle(wiki)
  say "\nSessions that do nothing, ten cookies each"
  for _, count in ipairs { 1000, 10000 } do
    local output = shell.output(("lua5.4 spec/bench/idle.lua %s %d"):format(wiki.http, count))
    local bytes, sockets = output:match "(%d+) (%d+)"
    say("%-26s %6s bytes each, %s sockets in all", count .. " Sessions", bytes, sockets)
  end
end

local function growth(wiki)
  say "\nFrom 100 logins to 10,000, 32 in flight"
  for _, logins in ipairs { 100, 1000, 10000 } do
    local cost = measuring.compare({
      command_of({ command = OURS }, wiki.http, logins, 32, ""),
    }, math.min(ROUNDS, 3))[1]
    say(
      "%-26s %9.0f µs of processor time each, %5.1f MB at most",
      logins .. " logins",
      cost.cpu / logins * 1e6,
      cost.memory / 1024
    )
  end
end

---The command as `make install` puts it, and curl, over http, and over https with the certificates
---that the system trusts.
local function cold_start(wiki)
  local home = shell.output "mktemp -d"
  local env = ("XDG_STATE_HOME=%s/state WIKI_PASSWORD=%s"):format(home, ("0123456789abcdef"):rep(2))
  assert(os.execute(("make -s install PREFIX=%s >/dev/null"):format(home)))
  local trusted = home .. "/trusted.pem"
  assert(os.execute(("cat %s $(curl-config --ca) >%s"):format(wiki.certificate, trusted)))
  local ours = home .. "/bin/mwlogin "
  for _, address in ipairs { wiki.http, wiki.https } do
    local login = "%s %slogin %s --user Alice@app --password-from env:WIKI_PASSWORD --no-input "
      .. "--ca-file %s >/dev/null 2>&1"
    assert(os.execute(login:format(env, ours, address, trusted)))
  end
  local asked = "?action=query&assertuser=Alice&errorformat=plaintext&format=json&formatversion=2"
    .. "&meta=userinfo&uiprop=groups%7Crights"
  local rows = {
    { "curl, the same request", ("curl -s -o /dev/null '%s%s'"):format(wiki.http, asked) },
    { "mwlogin whoami", ours .. "whoami " .. wiki.http },
    { "the same from a checkout", "scripts/mwlogin whoami " .. wiki.http },
    { "mwlogin --version", ours .. "--version" },
    { "lua5.4 -e ''", "lua5.4 -e 'local _'" },
    {
      "curl, https",
      ("curl -s --cacert %s -o /dev/null '%s%s'"):format(trusted, wiki.https, asked),
    },
    { "mwlogin whoami, https", ours .. ("whoami %s --ca-file %s"):format(wiki.https, trusted) },
  }
  local commands = {}
  for position, row in ipairs(rows) do
    commands[position] = row[2]
  end
  local costs = measuring.compare(commands, ROUNDS * 4, env)
  say "\nWhole processes"
  local curl
  for position, row in ipairs(rows) do
    local cpu = costs[position].cpu
    curl = row[1]:find "^curl" and cpu or curl
    say("%-26s %9.1f ms of processor time, %5.2f × curl", row[1], cpu * 1000, cpu / curl)
  end
  os.execute("rm -rf " .. home)
end

local function machine()
  return ("%s, %s cores; %s; node %s"):format(
    shell.output "uname -srm",
    shell.output "nproc",
    shell.output "curl --version | head -n1 | cut -d' ' -f1-2",
    shell.output "node --version"
  )
end

local function write_doc(one, many)
  local text <close> = assert(io.open "doc/performance.md")
  local page = text:read "a"
  local table_of = table.concat(told, "\n"):gsub("%%", "%%%%")
  page = page:gsub("```text\n.-\n```", "```text\n" .. table_of .. "\n```", 1)
  local file <close> = assert(io.open("doc/performance.md", "w"))
  file:write(page)
  picture.write("doc/performance.svg", one, many, machine())
end

build()
local wiki <close> = server.start()
say("Machine: %s", machine())
local programs = programs_for(wiki)
local one = compare(wiki, "One after the other, http", false, 0, programs)
compare(
  wiki,
  "One after the other, https, HTTP/2",
  true,
  0,
  only(programs, "bare libcurl", "mwlogin")
)
local page = wiki.http:gsub("/api.php$", "/client/index.php")
compare(wiki, "Beside it: found by a page, then clientlogin (4 exchanges)", false, 0, {
  programs[1],
  { name = "mwlogin, clientlogin", command = OURS, logins = LOGINS, exchanges = 4, address = page },
})
local many = compare(
  wiki,
  "32 in flight, http",
  false,
  32,
  only(programs, "bare libcurl", "mwlogin", "m3api", "mwn", "nodemw")
)
for _, in_flight in ipairs { 32, 256 } do
  local both = only(programs, "bare libcurl", "mwlogin")
  if in_flight > 32 then
    compare(wiki, in_flight .. " in flight, http", false, in_flight, both)
  end
  compare(wiki, in_flight .. " in flight, https, HTTP/2", true, in_flight, both)
end
idle(wiki)
growth(wiki)
cold_start(wiki)
if os.getenv "BENCH_DOC" then
  write_doc(one, many)
end
