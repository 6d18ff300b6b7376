-- uses: head
-- ARGV: the map as Postgres has it, without leases; 'user count' of each who has booked, 36 characters and 6 digits each; then
-- pairs of members of the leases: as they are, and with the places of this map's layout.
-- Answer: OK; AGAIN, when the announcement was lost; OLD, when Redis knows of later outcomes; MOVED member …, when members
-- are missing in the pairs: until they are known nobody leases.
local map, users = ARGV[1], ARGV[2]
if head == '' then return {'AGAIN'} end
local is_layout = string.sub(head, 17, 32) == string.sub(map, 17, 32)
if string.sub(head, 1, 16) > string.sub(map, 1, 16) then return {is_layout and 'OK' or 'OLD'} end
local leases = redis.call('ZRANGE', LEASES, 0, -1, 'WITHSCORES')
if not is_layout and #leases > 0 then
  local places, answer = {}, {'MOVED'}
  for i = 3, #ARGV, 2 do places[ARGV[i]] = ARGV[i + 1] end
  for i = 1, #leases, 2 do
    if not places[leases[i]] then answer[#answer + 1] = leases[i] end
  end
  if #answer > 1 then
    redis.call('SET', MAP, string.sub(head, 1, 16) .. string.rep('-', 16) .. string.rep('0', 40), 'PX', 60000)
    for i = 3, #ARGV, 2 do answer[#answer + 1] = ARGV[i] end
    return answer
  end
  for i = 1, #leases, 2 do
    local was, is = leases[i], places[leases[i]]
    local lock = redis.call('GET', 'lock' .. string.sub(LEASES, 7) .. ':' .. string.match(was, ':(.*)$'))
    redis.call('ZREM', LEASES, was)
    if lock then
      redis.call('ZADD', LEASES, leases[i + 1], is)
      redis.call('ZREM', LEASES .. ':' .. string.sub(lock, 1, 36), was)
      redis.call('ZADD', LEASES .. ':' .. string.sub(lock, 1, 36), leases[i + 1], is)
    end
  end
end
redis.call('SET', MAP, map, 'PX', 86400000)
for _, member in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '(' .. now_ms, '+inf')) do
  local place = string.match(member, '^%d+')
  if string.sub(map, place + 1, place + 1) == 'A' then redis.call('SETRANGE', MAP, place, 'L') end
end
redis.call('DEL', BOOKED)
for i = 1, #users, 42 do
  redis.call('HSET', BOOKED, string.sub(users, i, i + 35), tonumber(string.sub(users, i + 36, i + 41)))
end
redis.call('PEXPIRE', BOOKED, 90000000)
-- Who listens reads the seats again.
redis.call('DEL', EVENTS)
return {'OK'}
