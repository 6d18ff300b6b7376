-- uses: head
-- ARGV: layout, user, request_id, deadline_ms, late (1 or 0), the place of each seat or 0 where there is no such seat.
-- Held by the user, and by no other confirm: pinned to this one. Late, what nobody holds is leased too.
-- Answer: OK, until, the index of each seat that was not pinned before; MAP; CONFLICT index code holder …
local layout, user, request, late = ARGV[1], ARGV[2], ARGV[3], ARGV[5] == '1'
local held, conflicts = redis.call('MGET', unpack(KEYS, FIRST)), {'CONFLICT'}
for i = 1, #held do
  local lock, code = held[i], nil
  local pin = lock and string.sub(lock, 66)
  if lock and pin ~= '' and pin ~= request or not lock and not late then code = 'LEASE_NOT_HELD'
  elseif lock and string.sub(lock, 1, 36) ~= user then code = late and 'SEAT_LEASED' or 'LEASE_NOT_HELD' end
  if code then
    conflicts[#conflicts + 1] = i
    conflicts[#conflicts + 1] = code
    conflicts[#conflicts + 1] = ''
  end
end
if #conflicts > 1 then return conflicts end
if string.sub(head, 17, 32) ~= layout then return {'MAP'} end
local until_ms = now + tonumber(ARGV[4])
local pinned, answer, ends = string.format('%d', until_ms), {'OK', until_ms}, {}
for i = 1, #held do
  local lock, key, place = held[i], KEYS[FIRST + i - 1], ARGV[5 + i]
  -- The user, when the lease was acquired, when it ends; times are texts of one length and can be compared.
  local lease = lock and string.sub(lock, 1, 64) or user .. '|' .. now_ms .. '|' .. now_ms
  local expires = string.sub(lease, 52, 64)
  if expires < pinned then expires = pinned end
  if not lock or #lock == 65 then answer[#answer + 1] = i end
  redis.call('SET', key, lease .. '|' .. request, 'PXAT', expires)
  if place ~= '0' then
    ends[#ends + 1] = expires
    ends[#ends + 1] = place .. ':' .. string.sub(key, #LEASES)
    if not lock and redis.call('GETRANGE', MAP, place, place) == 'A' then redis.call('SETRANGE', MAP, place, 'L') end
  end
end
if #ends > 0 then
  local leases = LEASES .. ':' .. user
  redis.call('ZADD', LEASES, unpack(ends))
  redis.call('ZADD', leases, unpack(ends))
  redis.call('PEXPIRE', leases, 86400000)
end
return answer
