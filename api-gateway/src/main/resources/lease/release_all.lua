-- uses: head, event, free
-- ARGV: layout, user. Releases all the user has, but what confirms under way hold. Answer: OK seat …; MAP.
local layout, user = ARGV[1], ARGV[2]
local members = redis.call('ZRANGEBYSCORE', LEASES .. ':' .. user, '(' .. now_ms, '+inf')
if #members > 0 and string.sub(head, 17, 32) ~= layout then return {'MAP'} end
local answer, names = {'OK'}, {}
for _, member in ipairs(members) do
  local place, name = string.match(member, '^(%d+):(.*)$')
  local key = 'lock' .. string.sub(LEASES, 7) .. ':' .. name
  local lock = redis.call('GET', key)
  if lock and string.sub(lock, 1, 36) == user and #lock == 65 then
    free(key, place, user)
    names[#names + 1] = name
    answer[#answer + 1] = name
  end
end
event('released', table.concat(names, ','), '0')
return answer
