-- uses: head, event, purge
-- ARGV: layout. Answer: OK map; MAP.
if string.sub(head, 17, 32) ~= ARGV[1] then return {'MAP'} end
purge()
return {'OK', redis.call('GET', MAP)}
