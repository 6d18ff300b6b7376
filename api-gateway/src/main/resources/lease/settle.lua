-- uses: head, event
-- Outcomes of one show, in the order of their versions. ARGV: layout, then of each outcome: request_id, confirmed (1 or 0),
-- version of the show, user, the letter of the seats taken, the kinds of event, how many of the next locks are those of
-- seats taken, the place of each of them or 0, how many groups of seats were released, and of each group: runs of places
-- `first+count,…` and the names.
-- Answer: OK; MAP; GAP version, when an outcome before the next one is missing: nothing from there on was done.
local layout = ARGV[1]
local held = {}
for from = FIRST, #KEYS, 1000 do
  for _, lock in ipairs(redis.call('MGET', unpack(KEYS, from, math.min(from + 999, #KEYS)))) do held[#held + 1] = lock end
end
local version, limit = tonumber(string.sub(head, 1, 16)), tonumber(string.sub(head, 33, 42))
local its_layout = string.sub(head, 17, 32)
local is_loading = its_layout == '----------------'
local is_there = its_layout == layout
if head ~= '' and not is_loading and not is_there then return {'MAP'} end
local before, a, k = version, 2, 0
while a <= #ARGV do
  local request, is_confirmed, its_version, user = ARGV[a], ARGV[a + 1] == '1', tonumber(ARGV[a + 2]), ARGV[a + 3]
  local letter, taken = ARGV[a + 4], tonumber(ARGV[a + 7])
  local is_next, moved = is_there and its_version == version + 1, 0
  if is_there and its_version > version + 1 then
    if version > before then redis.call('SETRANGE', MAP, 0, string.format('%016d', version)) end
    return {'GAP', version}
  end
  local names, freed, members, keys, owner = {}, {}, {}, {}, nil
  for i = 1, taken do
    local key, lock, place = KEYS[FIRST + k], held[k + 1], ARGV[a + 7 + i]
    k = k + 1
    local is_pinned = lock and string.sub(lock, 66) == request
    if is_pinned and not is_there then return {'MAP'} end
    local was = (lock or limit ~= 0) and is_there and place ~= '0' and redis.call('GETRANGE', MAP, place, place)
    if is_next and is_confirmed and place ~= '0' then
      redis.call('SETRANGE', MAP, place, letter)
      if was and letter == 'B' and was ~= 'B' then moved = moved + 1 end
      was = was and letter
      names[#names + 1] = string.sub(key, #LEASES)
    end
    if is_pinned or (lock and (was == 'B' or was == 'X')) then
      local member = place .. ':' .. string.sub(key, #LEASES)
      owner = owner or string.sub(lock, 1, 36)
      members[#members + 1] = member
      keys[#keys + 1] = key
      if owner ~= string.sub(lock, 1, 36) then redis.call('ZREM', LEASES .. ':' .. string.sub(lock, 1, 36), member) end
      if was == 'L' then redis.call('SETRANGE', MAP, place, 'A') end
      if not is_confirmed then freed[#freed + 1] = string.sub(key, #LEASES) end
    end
  end
  for i = 1, #keys, 1000 do
    local last = math.min(i + 999, #keys)
    redis.call('DEL', unpack(keys, i, last))
    redis.call('ZREM', LEASES, unpack(members, i, last))
    redis.call('ZREM', LEASES .. ':' .. owner, unpack(members, i, last))
  end
  if #names > 0 then event(ARGV[a + 5], table.concat(names, ','), ARGV[a + 2]) end
  if #freed > 0 then event('released', table.concat(freed, ','), '0') end
  a = a + 8 + taken
  local groups = tonumber(ARGV[a])
  for group = 1, groups do
    if is_next and is_confirmed then
      for from, count in string.gmatch(ARGV[a + 2 * group - 1], '(%d+)%+(%d+)') do
        local letters = redis.call('GETRANGE', MAP, from, from + count - 1)
        if limit > 0 then moved = moved - select(2, string.gsub(letters, 'B', '')) end
        redis.call('SETRANGE', MAP, from, (string.gsub(letters, '[^L]', 'A')))
      end
      event(ARGV[a - 8 - taken + 6], ARGV[a + 2 * group], ARGV[a - 8 - taken + 2])
    end
  end
  a = a + 1 + 2 * groups
  if limit and limit > 0 and moved ~= 0 then redis.call('HINCRBY', BOOKED, user, moved) end
  if is_next or (is_loading and its_version > version) then version = its_version end
end
if version ~= before then redis.call('SETRANGE', MAP, 0, string.format('%016d', version)) end
return {'OK'}
