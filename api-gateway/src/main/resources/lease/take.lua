-- uses: head, event, free
-- ARGV: layout, user, ttl_ms, the place of each seat. Leases what `choose` has found.
-- Answer: OK expires now; AGAIN, when the seats were lost meanwhile; MAP; REFUSED code.
local layout, user, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3])
if string.sub(head, 17, 32) ~= layout then return {'MAP'} end
local held, lost = redis.call('MGET', unpack(KEYS, FIRST)), false
for i = 1, #held do
  local was_reserved = redis.call('ZREM', LEASES, ARGV[3 + i] .. ':*' .. user) == 1
  lost = lost or held[i] or not was_reserved or redis.call('GETRANGE', MAP, ARGV[3 + i], ARGV[3 + i]) ~= 'L'
end
local limit = tonumber(string.sub(head, 33, 42))
local refused = limit > 0
    and (redis.call('HGET', BOOKED, user) or 0) + #held + redis.call('ZCOUNT', LEASES .. ':' .. user, '(' .. now_ms, '+inf')
        > limit
if lost or refused then
  for i = 1, #held do
    if not held[i] then unmark(ARGV[3 + i]) end
  end
  return lost and {'AGAIN'} or {'REFUSED', 'SEAT_LIMIT_EXCEEDED'}
end
local expires, ends, names = now + ttl, {}, {}
local until_ms = string.format('%d', expires)
for i = 1, #held do
  local key = KEYS[FIRST + i - 1]
  names[i] = name_of(key)
  redis.call('SET', key, user .. '|' .. now_ms .. '|' .. until_ms .. '|', 'PXAT', until_ms)
  ends[#ends + 1] = until_ms
  ends[#ends + 1] = ARGV[3 + i] .. ':' .. names[i]
end
local leases = LEASES .. ':' .. user
redis.call('ZADD', LEASES, unpack(ends))
redis.call('ZADD', leases, unpack(ends))
redis.call('PEXPIRE', leases, 86400000)
event('leased', table.concat(names, ','), until_ms)
return {'OK', expires, now}
