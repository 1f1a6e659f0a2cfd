--- Certificates made on the fly by openssl: an authority, and what it signs or does not.

local shell = require("spec.shell")

local certificates = {}

local Authority = {}
Authority.__index = Authority

--- A certificate for `host` (and its key) signed by this authority.
---@param name string of the files
---@param options? { host?: string, days?: integer, self_signed?: boolean }
---@return { certificate: string, key: string } paths
function Authority:issue(name, options)
  options = options or {}
  local host = options.host or "localhost"
  local alternative = host:find("^[%d.]+$") and "IP:" .. host or "DNS:" .. host
  local path = self.folder .. "/" .. name
  shell.run(
    ("openssl req -new -newkey rsa:2048 -nodes -subj '/CN=%s' -keyout %s.key -out %s.csr"):format(
      host,
      path,
      path
    )
  )
  local extensions <close> = assert(io.open(path .. ".ext", "w"))
  extensions:write("subjectAltName=" .. alternative .. "\n")
  extensions:flush()
  local signer = options.self_signed and ("-signkey %s.key"):format(path)
    or ("-CA %s -CAkey %s/ca.key -CAcreateserial"):format(self.certificate, self.folder)
  shell.run(
    ("openssl x509 -req -in %s.csr %s -days %d -extfile %s.ext -out %s.pem"):format(
      path,
      signer,
      options.days or 2,
      path,
      path
    )
  )
  return { certificate = path .. ".pem", key = path .. ".key" }
end

--- An authority of its own in a folder.
---@param folder string
---@return table authority `certificate`: path of its own; `issue`
function certificates.authority(folder)
  shell.run(
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=mwlogin spec authority' "
      .. ("-keyout %s/ca.key -out %s/ca.pem"):format(folder, folder)
  )
  return setmetatable({ folder = folder, certificate = folder .. "/ca.pem" }, Authority)
end

return certificates
