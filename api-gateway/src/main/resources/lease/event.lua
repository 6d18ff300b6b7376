local function event(kind, names, extra)
  if names ~= '' and redis.call('EXISTS', EVENTS) == 1 then
    redis.call('XADD', EVENTS, 'MAXLEN', '~', '10000', '*', 'kind', kind, 'seats', names, 'extra', extra)
  end
end
