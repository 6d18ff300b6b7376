-- uses: head, free
-- ARGV: layout, request_id, the place of each seat. Undoes `hold`: the leases end when they would have ended. Answer: OK; MAP.
local layout, request = ARGV[1], ARGV[2]
local held, is_layout = redis.call('MGET', unpack(KEYS, FIRST)), string.sub(head, 17, 32) == layout
for i = 1, #held do
  local lock, key, place = held[i], KEYS[FIRST + i - 1], ARGV[2 + i]
  if lock and string.sub(lock, 66) == request then
    if not is_layout then return {'MAP'} end
    local user, expires = string.sub(lock, 1, 36), string.sub(lock, 52, 64)
    if expires > now_ms then
      redis.call('SET', key, string.sub(lock, 1, 65), 'PXAT', expires)
      redis.call('ZADD', LEASES, expires, place .. ':' .. name_of(key))
      redis.call('ZADD', LEASES .. ':' .. user, expires, place .. ':' .. name_of(key))
    else
      free(key, place, user)
    end
  end
end
return {'OK'}
