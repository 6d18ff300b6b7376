-- uses: head, event
-- ARGV: layout, user, ttl_ms, max_lifetime_ms, the place of each seat. Answer: OK expires now; MAP; CONFLICT index code holder …
local layout, user, ttl, lifetime = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local held, conflicts, expires, earliest = redis.call('MGET', unpack(KEYS, FIRST)), {'CONFLICT'}, now + ttl, nil
for i = 1, #held do
  local lock, code = held[i], nil
  if not lock or string.sub(lock, 1, 36) ~= user then code = 'LEASE_NOT_HELD'
  elseif #lock == 65 then
    local cap = tonumber(string.sub(lock, 38, 50)) + lifetime
    if now + ttl > cap and cap <= tonumber(string.sub(lock, 52, 64)) then code = 'LEASE_LIFETIME_EXCEEDED' end
    expires = math.min(expires, cap)
  end
  if code then
    conflicts[#conflicts + 1] = i
    conflicts[#conflicts + 1] = code
    conflicts[#conflicts + 1] = ''
  end
end
if #conflicts > 1 then return conflicts end
if string.sub(head, 17, 32) ~= layout then return {'MAP'} end
local until_ms, ends, names = string.format('%d', expires), {}, {}
for i = 1, #held do
  local lock, key = held[i], KEYS[FIRST + i - 1]
  local ends_at = string.sub(lock, 52, 64)
  if #lock == 65 and ends_at < until_ms then
    ends_at = until_ms
    redis.call('SET', key, string.sub(lock, 1, 51) .. until_ms .. '|', 'PXAT', until_ms)
    names[#names + 1] = string.sub(key, #LEASES)
    ends[#ends + 1] = until_ms
    ends[#ends + 1] = ARGV[4 + i] .. ':' .. names[#names]
  end
  if not earliest or ends_at < earliest then earliest = ends_at end
end
if #ends > 0 then
  redis.call('ZADD', LEASES, unpack(ends))
  redis.call('ZADD', LEASES .. ':' .. user, unpack(ends))
  redis.call('PEXPIRE', LEASES .. ':' .. user, 86400000)
end
event('leased', table.concat(names, ','), until_ms)
return {'OK', tonumber(earliest), now}
