-- Announces that the map will be loaded, where there is none: from now on it is kept which outcomes were settled meanwhile.
-- Answer: OK, version, layout of the map.
local head = redis.call('GETRANGE', MAP, 0, 71)
if head == '' then
  head = string.rep('0', 16) .. string.rep('-', 16) .. string.rep('0', 40)
  redis.call('SET', MAP, head, 'PX', 60000)
end
return {'OK', tonumber(string.sub(head, 1, 16)), string.sub(head, 17, 32)}
