-- uses: head, event, purge
-- ARGV: layout, id of the last event known or empty, the most to answer. Answer: OK id of the newest, then id kind seats extra …;
-- RESET id of the newest, when there may have been events after the last that are gone; MAP. The stream lives on for a minute.
if string.sub(head, 17, 32) ~= ARGV[1] then return {'MAP'} end
local last = ARGV[2]
if redis.call('EXISTS', EVENTS) == 0 then
  redis.call('XADD', EVENTS, '*', 'kind', 'open', 'seats', '', 'extra', '0')
end
redis.call('PEXPIRE', EVENTS, 60000)
purge()
local newest = redis.call('XREVRANGE', EVENTS, '+', '-', 'COUNT', 1)[1][1]
if last == '' then return {'OK', newest} end
if #redis.call('XRANGE', EVENTS, '-', last, 'COUNT', 1) == 0
    or #redis.call('XRANGE', EVENTS, last, '+', 'COUNT', 1) == 0 then return {'RESET', newest} end
local answer = {'OK', newest}
for _, entry in ipairs(redis.call('XRANGE', EVENTS, '(' .. last, '+', 'COUNT', ARGV[3])) do
  answer[#answer + 1] = entry[1]
  for field = 2, 6, 2 do answer[#answer + 1] = entry[2][field] end
end
return answer
