-- uses: head, event
-- What changed after a version, as Postgres has it. ARGV: the version, the head then, and groups of a letter, the kind of event,
-- runs of places `first+count,…` and the names. Answer: OK; MAP, when this is not about the map there is.
local since, new = ARGV[1], ARGV[2]
if string.sub(head, 17, 32) ~= string.sub(new, 17, 32) or string.sub(head, 1, 16) < since then return {'MAP'} end
if string.sub(head, 1, 16) >= string.sub(new, 1, 16) then return {'OK'} end
redis.call('SETRANGE', MAP, 0, new)
for a = 3, #ARGV, 4 do
  for from, count in string.gmatch(ARGV[a + 2], '(%d+)%+(%d+)') do
    local letters = string.rep(ARGV[a], count)
    if ARGV[a] == 'A' then letters = string.gsub(redis.call('GETRANGE', MAP, from, from + count - 1), '[^L]', 'A') end
    redis.call('SETRANGE', MAP, from, letters)
  end
  event(ARGV[a + 1], ARGV[a + 3], tonumber(string.sub(new, 1, 16)))
end
return {'OK'}
