-- uses: head, event, purge
-- ARGV: layout, user, quantity, adjacent (1 or 0), first and last place of the section or 0 where there is none, reserved_ms.
-- Finds the best seats and keeps them from others who look for the best until they are leased by `take`.
-- Answer: CHOSEN, together (1 or 0), place …; MAP; REFUSED code.
local layout, user, quantity, adjacent = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local from, to, reserved = tonumber(ARGV[5]), tonumber(ARGV[6]), string.format('%d', now + tonumber(ARGV[7]))
if string.sub(head, 17, 32) ~= layout then return {'MAP'} end
if now < tonumber(string.sub(head, 43, 57)) or now >= tonumber(string.sub(head, 58, 72)) then
  return {'REFUSED', 'SHOW_CLOSED'}
end
if from == 0 then return {'REFUSED', 'SEAT_NOT_FOUND'} end
purge()
local line = redis.call('GETRANGE', MAP, from, to)
-- The first run of the best row that leaves no single seat over, else the first that is long enough.
local run, first, position = string.rep('A', quantity), nil, 1
while true do
  local start = string.find(line, run, position, true)
  if not start then break end
  local stop = string.find(line, '[^A]', start) or #line + 1
  if stop - start - quantity ~= 1 then first = start break end
  first = first or start
  position = stop
end
local answer = {'CHOSEN', first and 1 or 0}
if first then
  for i = 0, quantity - 1 do answer[#answer + 1] = from + first - 1 + i end
else
  position = 1
  while #answer < quantity + 2 do
    local next = string.find(line, 'A', position, true)
    if not next then return {'REFUSED', 'NOT_ENOUGH_SEATS'} end
    answer[#answer + 1] = from + next - 1
    position = next + 1
  end
  if adjacent == '1' then return {'REFUSED', 'NOT_ENOUGH_TOGETHER'} end
end
for i = 3, #answer do
  local place = string.format('%d', answer[i])
  redis.call('SETRANGE', MAP, place, 'L')
  redis.call('ZADD', LEASES, reserved, place .. ':*' .. user)
end
return answer
