-- uses: head
-- ARGV: layout, user, ttl_ms, max_lifetime_ms, the place of each seat or 0 where there is no such seat.
-- Answer: OK expires now; MAP; REFUSED code; CONFLICT, then index code holder of each seat that is not to be had.
local layout, user, ttl, lifetime = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if string.sub(head, 17, 32) ~= layout then return {'MAP'} end
if now < tonumber(string.sub(head, 43, 57)) or now >= tonumber(string.sub(head, 58, 72)) then
  return {'REFUSED', 'SHOW_CLOSED'}
end
local held = redis.call('MGET', unpack(KEYS, FIRST))
local conflicts, letters, more, expires = {'CONFLICT'}, {}, 0, now + math.min(ttl, lifetime)
for i = 1, #held do
  local lock, place, code = held[i], ARGV[4 + i], nil
  local letter = place ~= '0' and redis.call('GETRANGE', MAP, place, place)
  letters[i] = letter
  if not letter then code = 'SEAT_NOT_FOUND'
  elseif letter == 'B' then code = 'SEAT_BOOKED'
  elseif letter == 'X' then code = 'SEAT_BLOCKED'
  elseif not lock then more = more + 1
  elseif string.sub(lock, 1, 36) ~= user then code = 'SEAT_LEASED'
  elseif #lock == 65 then expires = math.min(expires, tonumber(string.sub(lock, 38, 50)) + lifetime) end
  if code then
    conflicts[#conflicts + 1] = i
    conflicts[#conflicts + 1] = code
    conflicts[#conflicts + 1] = code == 'SEAT_LEASED' and string.sub(lock, 1, 36) or ''
  end
end
if #conflicts > 1 then return conflicts end
local limit = tonumber(string.sub(head, 33, 42))
if limit > 0 and more > 0
    and (redis.call('HGET', BOOKED, user) or 0) + more + redis.call('ZCOUNT', LEASES .. ':' .. user, '(' .. now_ms, '+inf')
        > limit then
  return {'REFUSED', 'SEAT_LIMIT_EXCEEDED'}
end
local until_ms, ends, names = string.format('%d', expires), {}, {}
for i = 1, #held do
  local lock, key, place = held[i], KEYS[FIRST + i - 1], ARGV[4 + i]
  names[i] = string.sub(key, #LEASES)
  -- A confirm under way already holds its leases longer than any renewal may.
  if not lock or #lock == 65 then
    redis.call('SET', key, user .. '|' .. (lock and string.sub(lock, 38, 50) or now_ms) .. '|' .. until_ms .. '|',
               'PXAT', until_ms)
    if letters[i] == 'A' then redis.call('SETRANGE', MAP, place, 'L') end
    ends[#ends + 1] = until_ms
    ends[#ends + 1] = place .. ':' .. names[i]
  end
end
if #ends > 0 then
  local leases = LEASES .. ':' .. user
  redis.call('ZADD', LEASES, unpack(ends))
  redis.call('ZADD', leases, unpack(ends))
  redis.call('PEXPIRE', leases, 86400000)
end
if redis.call('EXISTS', EVENTS) == 1 then
  redis.call('XADD', EVENTS, 'MAXLEN', '~', '10000', '*', 'kind', 'leased', 'seats', table.concat(names, ','),
             'extra', until_ms)
end
return {'OK', expires, now}
