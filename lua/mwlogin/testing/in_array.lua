---PHP's in_array: whether a list holds a value.
---@param list any[]
---@param value any
---@return boolean
return function(list, value)
  for _, item in ipairs(list) do
    if item == value then
      return true
    end
  end
  return false
end
