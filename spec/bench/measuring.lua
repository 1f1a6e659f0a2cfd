---What a program costs, and medians of it.
local measuring = {}

---@param list number[]
---@return number
function measuring.median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

---Runs a command to its end.
---@param command string
---@param env string|nil NAME=VALUE …, set without a process of its own
---@return table|nil cost { wall, cpu: seconds; memory: kilobytes at most }; nil: it failed
---@return string output what it printed
function measuring.run(command, env)
  local line = ("%s build/bench/measure %s 2>/dev/null"):format(env or "", command)
  local pipe <close> = assert(io.popen(line))
  local output = pipe:read "a"
  local wall, cpu, memory, code = output:match "(%S+) (%S+) (%d+) (%d+)\n$"
  if code ~= "0" then
    return nil, output
  end
  return { wall = tonumber(wall), cpu = tonumber(cpu), memory = tonumber(memory) }, output
end

---Runs commands in turn, as often as asked: what disturbs one disturbs the others too.
---@param commands string[]
---@param rounds integer
---@param env string|nil as for `run`
---@return table[] costs medians, in the order of the commands; false where one failed
function measuring.compare(commands, rounds, env)
  local seen, costs = {}, {}
  for _ = 1, rounds do
    for position, command in ipairs(commands) do
      local cost = measuring.run(command, env)
      seen[position] = seen[position] or { wall = {}, cpu = {}, memory = {} }
      for name, list in pairs(cost and seen[position] or {}) do
        list[#list + 1] = cost[name]
      end
    end
  end
  for position in ipairs(commands) do
    local lists = seen[position]
    costs[position] = #lists.cpu > 0
      and {
        wall = measuring.median(lists.wall),
        cpu = measuring.median(lists.cpu),
        memory = measuring.median(lists.memory),
      }
  end
  return costs
end

return measuring
