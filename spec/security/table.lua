-- lua5.4 spec/security/table.lua RECORDED [PAGE]: prints what spec/security/counts.lua recorded and
-- holds it against the page's table: every row was run, at least as often as the page says, and
-- found nothing; nothing was run that the page does not tell of.
local HEADING <const> = "| attack or fault | cases | findings |"

local recorded_path, page_path = arg[1], arg[2] or "doc/security.md"
local complaints = 0

local function complain(format, ...)
  complaints = complaints + 1
  print("WRONG   " .. format:format(...))
end

local recorded, names = {}, {}
for line in io.lines(recorded_path) do
  local name, cases, findings = line:match("^([^\t]+)\t(%d+)\t(%d+)$")
  if not name then
    complain("a line that is no record: %s", line)
  else
    if not recorded[name] then
      recorded[name] = { cases = 0, findings = 0 }
      names[#names + 1] = name
    end
    local row = recorded[name]
    row.cases, row.findings = row.cases + tonumber(cases), row.findings + tonumber(findings)
  end
end

table.sort(names)
print("   cases  findings  attack or fault")
for _, name in ipairs(names) do
  print(("%8d  %8d  %s"):format(recorded[name].cases, recorded[name].findings, name))
  if recorded[name].findings > 0 then
    complain("%s: %d findings", name, recorded[name].findings)
  end
end

local promised, in_table = {}, false
for line in io.lines(page_path) do
  if line:sub(1, #HEADING) == HEADING then
    in_table = true
  elseif in_table and line:sub(1, 1) ~= "|" then
    in_table = false
  elseif in_table and not line:find("^|%s*%-") then
    local name, cases, findings = line:match("^|%s*(.-)%s*|%s*([%d,]+)%s*|%s*(%d+)%s*|")
    if not name then
      complain("%s: a row that cannot be read: %s", page_path, line)
    else
      promised[name] = true
      local least = tonumber((cases:gsub(",", "")))
      local row = recorded[name]
      if not row then
        complain("%s tells of what was not run: %s", page_path, name)
      elseif row.cases < least then
        complain("%s: %d cases, %s says %d", name, row.cases, page_path, least)
      end
      if findings ~= "0" then
        complain("%s has findings open: %s", page_path, name)
      end
    end
  end
end
if not next(promised) then
  complain("%s has no table that begins with %s", page_path, HEADING)
end
for _, name in ipairs(names) do
  if not promised[name] then
    complain("%s does not tell of %s", page_path, name)
  end
end
os.exit(complaints == 0)
