local function purge()
  local names = {}
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', now_ms, 'LIMIT', '0', '2000')) do
    local place, name = string.match(member, '^(%d+):(.*)$')
    redis.call('ZREM', LEASES, member)
    if redis.call('GETRANGE', MAP, place, place) == 'L' then redis.call('SETRANGE', MAP, place, 'A') end
    if string.sub(name, 1, 1) ~= '*' then names[#names + 1] = name end
  end
  event('released', table.concat(names, ','), '0')
end
