-- ARGV: how many are known already. Answer: now, then of each live lease: seat, until.
local answer = {now}
local leases = redis.call('ZRANGEBYSCORE', LEASES, '(' .. now_ms, '+inf', 'WITHSCORES', 'LIMIT', ARGV[1], '2000')
for i = 1, #leases, 2 do
  answer[#answer + 1] = string.match(leases[i], ':(.*)$')
  answer[#answer + 1] = leases[i + 1]
end
return answer
