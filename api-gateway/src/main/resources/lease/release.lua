-- uses: head, event, free
-- ARGV: layout, user, the place of each seat. What is gone is released; what a confirm under way holds is not the user's to
-- give. Answer: OK; MAP; CONFLICT index code holder …
local layout, user = ARGV[1], ARGV[2]
local held, conflicts, names = redis.call('MGET', unpack(KEYS, FIRST)), {'CONFLICT'}, {}
for i = 1, #held do
  local lock = held[i]
  if lock and (string.sub(lock, 1, 36) ~= user or #lock > 65) then
    conflicts[#conflicts + 1] = i
    conflicts[#conflicts + 1] = 'LEASE_NOT_HELD'
    conflicts[#conflicts + 1] = ''
  elseif lock then
    names[#names + 1] = name_of(KEYS[FIRST + i - 1])
  end
end
if #conflicts > 1 then return conflicts end
if #names > 0 and string.sub(head, 17, 32) ~= layout then return {'MAP'} end
for i = 1, #held do
  if held[i] then free(KEYS[FIRST + i - 1], ARGV[2 + i], user) end
end
event('released', table.concat(names, ','), '0')
return {'OK'}
