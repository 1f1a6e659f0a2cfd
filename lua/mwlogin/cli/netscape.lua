---Cookies for other programs: a Netscape file that all of them read.
local netscape = {}

---wget, and Python before 3.10, take a line that begins with # for a comment, whatever follows;
---that a page's scripts may not see a cookie says nothing to a program without scripts.
---@param lines string[] as the library exports them
---@return string[]
function netscape.lines(lines)
  local plain = {}
  for position, line in ipairs(lines) do
    plain[position] = line:gsub("^#HttpOnly_", "")
  end
  return plain
end

---@param lines string[] as the library exports them
---@return string text of a file, without its last line end
function netscape.text(lines)
  local all = netscape.lines(lines)
  table.insert(all, 1, "# Netscape HTTP Cookie File")
  return table.concat(all, "\n")
end

return netscape
