-- ARGV: user. Answer: now, then of each live lease: seat, expires, pin or empty.
local user = ARGV[1]
local answer = {now}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', LEASES .. ':' .. user, '(' .. now_ms, '+inf')) do
  local name = string.match(member, ':(.*)$')
  local lock = redis.call('GET', 'lock' .. string.sub(LEASES, 7) .. ':' .. name)
  if lock and string.sub(lock, 1, 36) == user then
    answer[#answer + 1] = name
    answer[#answer + 1] = tonumber(string.sub(lock, 52, 64))
    answer[#answer + 1] = string.sub(lock, 66)
  end
end
return answer
