---The benchmark as a picture: bars of processor time for an exchange, on a log scale.
local picture = {}

local WIDTH <const>, LEFT <const>, RIGHT <const> = 720, 150, 60
local BAR <const>, GAP <const>, TOP <const> = 16, 6, 64

local STYLE <const> = [[
  <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .quiet { fill: #57606a; font-size: 11px; }
    .line { stroke: #d0d7de; }
    .one { fill: #0969da; }
    .many { fill: #54aeff; }
    .ours { font-weight: bold; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .quiet { fill: #9198a1; }
      .line { stroke: #3d444d; }
      .one { fill: #4493f8; }
      .many { fill: #1f6feb; }
    }
  </style>]]

local TICK <const> = '  <text class="quiet" x="%.1f" y="%d" text-anchor="middle">%g µs</text>'
local HEADING <const> = '  <text x="%d" y="20">Processor time for one exchange '
  .. "(less is better; log scale)</text>\n"

local function by_cost(costs)
  local names = {}
  for name in pairs(costs) do
    names[#names + 1] = name
  end
  table.sort(names, function(one, other)
    return costs[one] < costs[other]
  end)
  return names
end

---@param costs number[]
---@return fun(value: number): number place x of a value
---@return integer[] marks powers of ten
local function scale(costs)
  local least, most = math.huge, 0
  for _, cost in ipairs(costs) do
    least, most = math.min(least, cost), math.max(most, cost)
  end
  local from, to = math.floor(math.log(least, 10)), math.ceil(math.log(most, 10))
  local marks = {}
  for power = from, to do
    marks[#marks + 1] = power
  end
  return function(value)
    return LEFT + (math.log(value, 10) - from) / (to - from) * (WIDTH - LEFT - RIGHT)
  end,
    marks
end

local function bar(parts, place, y, cost, class)
  if not cost then
    return
  end
  local right = place(cost)
  parts[#parts + 1] = ('  <rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>'):format(
    class,
    LEFT,
    y,
    right - LEFT,
    BAR
  )
  parts[#parts + 1] = ('  <text class="quiet" x="%.1f" y="%d">%.0f µs</text>'):format(
    right + 6,
    y + BAR - 4,
    cost
  )
end

---@param path string
---@param one table<string, number> microseconds for an exchange, one after the other, by client
---@param many table<string, number> the same with 32 in flight
---@param machine string
function picture.write(path, one, many, machine)
  local all = {}
  for _, costs in ipairs { one, many } do
    for _, cost in pairs(costs) do
      all[#all + 1] = cost
    end
  end
  local place, marks = scale(all)
  local names, rows, y = by_cost(one), {}, TOP
  for _, name in ipairs(names) do
    local class = name == "mwlogin" and "ours" or ""
    rows[#rows + 1] = ('  <text class="%s" x="%d" y="%d" text-anchor="end">%s</text>'):format(
      class,
      LEFT - 10,
      y + BAR + 2,
      name
    )
    bar(rows, place, y, one[name], "one")
    bar(rows, place, y + BAR + 1, many[name], "many")
    y = y + 2 * BAR + 1 + GAP
  end
  local frame = {}
  for _, power in ipairs(marks) do
    local x = place(10.0 ^ power)
    frame[#frame + 1] = ('  <line class="line" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>'):format(
      x,
      x,
      TOP - 8,
      y
    )
    frame[#frame + 1] = TICK:format(x, y + 16, 10.0 ^ power)
  end
  local file <close> = assert(io.open(path, "w"))
  file:write(
    ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">\n'):format(
      WIDTH,
      y + 44
    ),
    "  <title>Processor time for one exchange with a wiki, log scale: less is better</title>\n",
    STYLE,
    "\n",
    HEADING:format(LEFT),
    ('  <rect class="one" x="%d" y="30" width="10" height="10"/>'):format(LEFT),
    ('<text class="quiet" x="%d" y="39">one after the other</text>\n'):format(LEFT + 16),
    ('  <rect class="many" x="%d" y="30" width="10" height="10"/>'):format(LEFT + 130),
    ('<text class="quiet" x="%d" y="39">32 in flight</text>\n'):format(LEFT + 146),
    table.concat(frame, "\n"),
    "\n",
    table.concat(rows, "\n"),
    "\n",
    ('  <text class="quiet" x="%d" y="%d">%s</text>\n'):format(LEFT, y + 36, machine),
    "</svg>\n"
  )
end

return picture
