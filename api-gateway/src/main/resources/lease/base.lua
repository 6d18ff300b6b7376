local MAP, LEASES, EVENTS, BOOKED, FIRST = KEYS[1], KEYS[2], KEYS[3], KEYS[4], 5
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local now_ms = string.format('%d', now)
