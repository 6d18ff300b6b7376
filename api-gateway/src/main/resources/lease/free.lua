-- 'lock:{show}:' is as long as 'leases:{show}' without its last character.
local function name_of(key) return string.sub(key, #LEASES) end
local function unmark(place)
  if redis.call('GETRANGE', MAP, place, place) == 'L' then redis.call('SETRANGE', MAP, place, 'A') end
end
local function free(key, place, user)
  local member = place .. ':' .. name_of(key)
  redis.call('DEL', key)
  redis.call('ZREM', LEASES, member)
  redis.call('ZREM', LEASES .. ':' .. user, member)
  unmark(place)
end
