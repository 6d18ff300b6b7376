package seatkeeper.gateway.lease;

import java.util.List;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The Lua of {@link SeatLeases}. Every script works on keys of one hash slot, on all of its seats or none, and by the
 * clock of Redis alone.
 *
 * <p>{@code lock:{show}:seat} holds {@code user|acquired_ms|expires_ms|pin}, where the pin is the request_id of the
 * confirm under way or empty. {@code seats:{show}} is a hash of every seat's status, A(vailable) or B(ooked); it is
 * complete when it has the field {@code !}, which no seat id can be.
 */
@SuppressWarnings("rawtypes")
final class LeaseScripts {

    private static final String COMMON = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local function read(key)
              local value = redis.call('GET', key)
              if not value then return nil end
              local user, acquired, expires, pin = string.match(value, '^(.-)|(%d+)|(%d+)|(.*)$')
              return {user = user, acquired = tonumber(acquired), expires = tonumber(expires), pin = pin}
            end
            local function write(key, lease, until_ms)
              local value = lease.user .. '|' .. string.format('%d|%d|', lease.acquired, lease.expires) .. lease.pin
              redis.call('SET', key, value, 'PXAT', string.format('%d', until_ms))
            end
            local function seat(key) return string.match(key, '^lock:{.-}:(.*)$') end
            local function refuse(conflicts)
              table.insert(conflicts, 1, 'CONFLICT')
              return conflicts
            end
            """;

    /** KEYS: seats hash, locks. ARGV: user, ttl_ms, max_lifetime_ms. Answer: OK expires now, UNLOADED, CONFLICT … */
    static final RedisScript<List> ACQUIRE = script("""
            local user, ttl, lifetime = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
            local fields = {'!'}
            for i = 2, #KEYS do fields[i] = seat(KEYS[i]) end
            local statuses = redis.call('HMGET', KEYS[1], unpack(fields))
            if not statuses[1] then return {'UNLOADED'} end
            local conflicts, leases, expires = {}, {}, now + ttl
            for i = 2, #KEYS do
              local code = nil
              if not statuses[i] then code = 'SEAT_NOT_FOUND'
              elseif statuses[i] == 'B' then code = 'SEAT_BOOKED'
              else
                local lease = read(KEYS[i]) or {user = user, acquired = now, expires = 0, pin = ''}
                if lease.user ~= user then code = 'SEAT_LEASED' end
                leases[i] = lease
                if lease.pin == '' then expires = math.min(expires, lease.acquired + lifetime) end
              end
              if code then
                conflicts[#conflicts + 1] = fields[i]
                conflicts[#conflicts + 1] = code
              end
            end
            if #conflicts > 0 then return refuse(conflicts) end
            for i = 2, #KEYS do
              -- A confirm under way already holds its leases longer than any renewal may.
              if leases[i].pin == '' then
                leases[i].expires = expires
                write(KEYS[i], leases[i], expires)
              end
            end
            return {'OK', expires, now}
            """);

    /** KEYS: locks. ARGV: user, ttl_ms, max_lifetime_ms. Answer: OK expires now, CONFLICT … */
    static final RedisScript<List> EXTEND = script("""
            local user, ttl, lifetime = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
            local conflicts, leases, expires = {}, {}, now + ttl
            for i = 1, #KEYS do
              local lease, code = read(KEYS[i]), nil
              if not lease or lease.user ~= user then code = 'LEASE_NOT_HELD'
              elseif lease.pin == '' then
                local cap = lease.acquired + lifetime
                if now + ttl > cap and cap <= lease.expires then code = 'LEASE_LIFETIME_EXCEEDED' end
                expires = math.min(expires, cap)
              end
              leases[i] = lease
              if code then
                conflicts[#conflicts + 1] = seat(KEYS[i])
                conflicts[#conflicts + 1] = code
              end
            end
            if #conflicts > 0 then return refuse(conflicts) end
            local earliest = nil
            for i = 1, #KEYS do
              local lease = leases[i]
              if lease.pin == '' and lease.expires < expires then
                lease.expires = expires
                write(KEYS[i], lease, expires)
              end
              if not earliest or lease.expires < earliest then earliest = lease.expires end
            end
            return {'OK', earliest, now}
            """);

    /** KEYS: locks. ARGV: user. What is gone is released; what a confirm under way holds is not the user's to give. */
    static final RedisScript<List> RELEASE = script("""
            local conflicts = {}
            for i = 1, #KEYS do
              local lease = read(KEYS[i])
              if lease and (lease.user ~= ARGV[1] or lease.pin ~= '') then
                conflicts[#conflicts + 1] = seat(KEYS[i])
                conflicts[#conflicts + 1] = 'LEASE_NOT_HELD'
              end
            end
            if #conflicts > 0 then return refuse(conflicts) end
            redis.call('DEL', unpack(KEYS))
            return {'OK'}
            """);

    /** KEYS: locks. ARGV: user. */
    static final RedisScript<List> VERIFY = script("""
            local conflicts = {}
            for i = 1, #KEYS do
              local lease = read(KEYS[i])
              if not lease or lease.user ~= ARGV[1] then
                conflicts[#conflicts + 1] = seat(KEYS[i])
                conflicts[#conflicts + 1] = 'LEASE_NOT_HELD'
              end
            end
            if #conflicts > 0 then return refuse(conflicts) end
            return {'OK'}
            """);

    /** KEYS: locks. ARGV: user, request_id, until_ms. Held by the user, and by no other confirm: pinned to this one. */
    static final RedisScript<List> HOLD = script("""
            local conflicts, leases = {}, {}
            for i = 1, #KEYS do
              local lease = read(KEYS[i])
              if not lease or lease.user ~= ARGV[1] or (lease.pin ~= '' and lease.pin ~= ARGV[2]) then
                conflicts[#conflicts + 1] = seat(KEYS[i])
                conflicts[#conflicts + 1] = 'LEASE_NOT_HELD'
              end
              leases[i] = lease
            end
            if #conflicts > 0 then return refuse(conflicts) end
            for i = 1, #KEYS do
              leases[i].pin = ARGV[2]
              write(KEYS[i], leases[i], math.max(leases[i].expires, tonumber(ARGV[3])))
            end
            return {'OK'}
            """);

    /** KEYS: locks. ARGV: request_id. Undoes HOLD: the leases end when they would have ended. */
    static final RedisScript<List> UNHOLD = script("""
            for i = 1, #KEYS do
              local lease = read(KEYS[i])
              if lease and lease.pin == ARGV[1] then
                lease.pin = ''
                if lease.expires > now then write(KEYS[i], lease, lease.expires) else redis.call('DEL', KEYS[i]) end
              end
            end
            return {'OK'}
            """);

    /** KEYS: seats hash, locks. ARGV: request_id, status, ttl_ms of the hash. Safe to repeat. */
    static final RedisScript<List> SETTLE = script("""
            for i = 2, #KEYS do
              if ARGV[2] == 'CONFIRMED' then
                redis.call('HSET', KEYS[1], seat(KEYS[i]), 'B')
                redis.call('DEL', KEYS[i])
              else
                local lease = read(KEYS[i])
                if lease and lease.pin == ARGV[1] then redis.call('DEL', KEYS[i]) end
              end
            end
            if ARGV[2] == 'CONFIRMED' then redis.call('PEXPIRE', KEYS[1], ARGV[3], 'NX') end
            return {'OK'}
            """);

    /**
     * KEYS: seats hash. ARGV: last chunk?, ttl_ms, then seat, status, … A booking that was settled while the seats were
     * read is not undone: nothing overwrites B.
     */
    static final RedisScript<List> LOAD = RedisScript.of("""
            for i = 3, #ARGV, 2 do
              if ARGV[i + 1] == 'B' then redis.call('HSET', KEYS[1], ARGV[i], 'B')
              else redis.call('HSETNX', KEYS[1], ARGV[i], 'A') end
            end
            if ARGV[1] == 'true' then redis.call('HSET', KEYS[1], '!', '') end
            redis.call('PEXPIRE', KEYS[1], ARGV[2])
            return {'OK'}
            """, List.class);

    private LeaseScripts() {}

    private static RedisScript<List> script(String body) {
        return RedisScript.of(COMMON + body, List.class);
    }
}
