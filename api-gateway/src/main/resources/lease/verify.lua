-- ARGV: user. Answer: OK; CONFLICT index code holder …
local held, conflicts = redis.call('MGET', unpack(KEYS, FIRST)), {'CONFLICT'}
for i = 1, #held do
  if not held[i] or string.sub(held[i], 1, 36) ~= ARGV[1] then
    conflicts[#conflicts + 1] = i
    conflicts[#conflicts + 1] = 'LEASE_NOT_HELD'
    conflicts[#conflicts + 1] = ''
  end
end
if #conflicts > 1 then return conflicts end
return {'OK'}
