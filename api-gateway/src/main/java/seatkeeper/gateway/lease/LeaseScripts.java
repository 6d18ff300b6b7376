package seatkeeper.gateway.lease;

import java.util.List;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The Lua of {@link SeatLeases}. Every script works on keys of one hash slot, on all of its seats or none, and by the
 * clock of Redis alone. KEYS are always {@code seats:{show}}, {@code map:{show}}, {@code leases:{show}}, {@code
 * events:{show}}, {@code booked:{show}}, then locks.
 *
 * <ul>
 *   <li>{@code lock:{show}:seat} holds {@code user|acquired_ms|expires_ms|pin}, where the pin is the request_id of the
 *       confirm under way or empty.
 *   <li>{@code seats:{show}} is a hash: for each seat {@code status:version:place}. The status is A(vailable), B(ooked)
 *       or X (off sale); the version that of the show when the status last changed, so that outcomes may be settled in
 *       any order; the place is where the seat is in the map, or - while that is not known. {@code #place} names the
 *       seat. The hash is complete when it has the field {@code !} with the rules of the show. {@code ?} is the layout
 *       that is being loaded, {@code @section} the range of a section, {@code %} those of all.
 *   <li>{@code map:{show}} is a string with one character a seat, its status or L(eased). Seats of a row lie side by
 *       side, the best row first; between rows, and where a number is missing, is a NUL.
 *   <li>{@code leases:{show}} orders leased seats by the end of their leases, {@code leases:{show}:user} those of one
 *       user.
 *   <li>{@code events:{show}} is a stream of what happened, while somebody listens.
 *   <li>{@code booked:{show}} counts the booked seats of each user, from when the show was loaded.
 * </ul>
 */
@SuppressWarnings("rawtypes")
final class LeaseScripts {

    // Redis makes the functions of a script anew at each call; twenty of them cost as much as four commands. So a
    // script has only those it needs, and below what it can answer without them.

    private static final String BASE = """
            local SEATS, MAP, LEASES, EVENTS, BOOKED, FIRST = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], 6
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local function number(n) return string.format('%d', n) end
            -- 'lock:{show}:' is as long as 'leases:{show}' without its last character.
            local function id(key) return string.sub(key, #LEASES) end
            """;

    private static final String LOCKS = """
            local function lock(seat) return 'lock' .. string.sub(LEASES, 7) .. ':' .. seat end
            -- A user has 36 characters, a time 13: cut out in a quarter of the time that a pattern takes. Times stay texts,
            -- which can be compared, too: to make one of a number is slow.
            local function lease(value)
              return value and {user = string.sub(value, 1, 36), acquired = string.sub(value, 38, 50),
                                expires = string.sub(value, 52, 64), pin = string.sub(value, 66)}
            end
            local function read(key) return lease(redis.call('GET', key)) end
            -- Of all locks in KEYS: the names of their seats, and their values.
            local function names()
              local all = {}
              for i = FIRST, #KEYS do all[i - FIRST + 1] = id(KEYS[i]) end
              return all
            end
            local function locks() return redis.call('MGET', unpack(KEYS, FIRST)) end
            local function conflict(conflicts, name, code, holder)
              conflicts[#conflicts + 1] = name
              conflicts[#conflicts + 1] = code
              conflicts[#conflicts + 1] = holder or ''
            end
            """;

    private static final String SEAT = """
            local function seat(value)
              if not value then return nil end
              local status, version, place = string.match(value, '^(.):(%d+):(.+)$')
              return {status = status, version = tonumber(version), place = tonumber(place)}
            end
            local function find(name) return seat(redis.call('HGET', SEATS, name)) or {} end
            local function unmark(name)
              local at = find(name)
              if at.place then redis.call('SETRANGE', MAP, at.place, at.status) end
            end
            """;

    private static final String MARK = """
            -- Places and their new status, in turns; what lies side by side is written at once.
            local function mark(changes)
              local from, run = nil, ''
              for i = 1, #changes, 2 do
                local place, status = changes[i], changes[i + 1]
                if from and place == from + #run then
                  run = run .. status
                else
                  if from then redis.call('SETRANGE', MAP, from, run) end
                  from, run = place, status
                end
              end
              if from then redis.call('SETRANGE', MAP, from, run) end
            end
            """;

    private static final String EVENT = """
            local function event(kind, seats, extra)
              if #seats > 0 and redis.call('EXISTS', EVENTS) == 1 then
                redis.call('XADD', EVENTS, 'MAXLEN', '~', '10000', '*',
                           'kind', kind, 'seats', table.concat(seats, ','), 'extra', number(extra))
              end
            end
            """;

    private static final String WRITE = MARK + """
            -- Leases of one user, one after the other; without a place where the map says so already.
            local ends, marks = {}, {}
            local function write(key, lease, until_ms, place)
              redis.call('SET', key, lease.user .. '|' .. lease.acquired .. '|' .. lease.expires .. '|' .. lease.pin,
                         'PXAT', until_ms)
              ends[#ends + 1] = until_ms
              ends[#ends + 1] = id(key)
              if place then
                marks[#marks + 1] = place
                marks[#marks + 1] = 'L'
              end
            end
            -- Then all of them in the indexes.
            local function written(user)
              if #ends == 0 then return end
              mark(marks)
              local leases = LEASES .. ':' .. user
              redis.call('ZADD', LEASES, unpack(ends))
              redis.call('ZADD', leases, unpack(ends))
              redis.call('PEXPIRE', leases, 86400000)
            end
            """;

    private static final String FREE = """
            local function free(name, user)
              redis.call('DEL', lock(name))
              redis.call('ZREM', LEASES, name)
              redis.call('ZREM', LEASES .. ':' .. user, name)
              unmark(name)
            end
            """;

    private static final String PURGE = """
            local function purge()
              local gone = redis.call('ZRANGEBYSCORE', LEASES, '-inf', number(now), 'LIMIT', '0', '2000')
              for _, name in ipairs(gone) do
                unmark(name)
                redis.call('ZREM', LEASES, name)
              end
              event('released', gone, 0)
            end
            """;

    private static final String RULES = """
            local function rules(value)
              local limit, on, off, archived = string.match(value, '^(%d+)|(%d+)|(%d+)|(%d)$')
              return {limit = tonumber(limit), closed = archived == '1' or now < tonumber(on)
                      or (off ~= '0' and now >= tonumber(off))}
            end
            local function exceeds(limit, user, more)
              return limit > 0 and more > 0
                  and tonumber(redis.call('HGET', BOOKED, user) or 0) + more
                      + redis.call('ZCOUNT', LEASES .. ':' .. user, '(' .. number(now), '+inf') > limit
            end
            """;

    /** ARGV: user, ttl_ms, max_lifetime_ms. Answer: OK expires now, UNLOADED, REFUSED code, CONFLICT seat code holder … */
    static final RedisScript<List> ACQUIRE = script(BASE, LOCKS, RULES, """
            local user, ttl, lifetime = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
            local seats = names()
            local values = redis.call('HMGET', SEATS, '!', unpack(seats))
            if not values[1] then return {'UNLOADED'} end
            local rule = rules(values[1])
            if rule.closed then return {'REFUSED', 'SHOW_CLOSED'} end
            local held, conflicts = locks(), {'CONFLICT'}
            for i, name in ipairs(seats) do
              local value, code, holder = values[i + 1], nil, held[i] and string.sub(held[i], 1, 36)
              local status = value and string.sub(value, 1, 1)
              if not value or string.sub(value, -1) == '-' then code = 'SEAT_NOT_FOUND'
              elseif status == 'B' then code = 'SEAT_BOOKED'
              elseif status == 'X' then code = 'SEAT_BLOCKED'
              elseif holder and holder ~= user then code = 'SEAT_LEASED' end
              if code then conflict(conflicts, name, code, code == 'SEAT_LEASED' and holder) end
            end
            if #conflicts > 1 then return conflicts end
            local leases, more, expires = {}, 0, now + math.min(ttl, lifetime)
            for i = 1, #seats do
              if held[i] then
                leases[i] = lease(held[i])
                if leases[i].pin == '' then expires = math.min(expires, leases[i].acquired + lifetime) end
              else
                more = more + 1
              end
            end
            if exceeds(rule.limit, user, more) then return {'REFUSED', 'SEAT_LIMIT_EXCEEDED'} end
            """, WRITE, EVENT, """
            local until_ms = number(expires)
            local new = {user = user, acquired = number(now), pin = ''}
            for i = 1, #seats do
              local lease = leases[i] or new
              -- A confirm under way already holds its leases longer than any renewal may.
              if lease.pin == '' then
                lease.expires = until_ms
                write(KEYS[FIRST + i - 1], lease, until_ms, tonumber(string.match(values[i + 1], '%d+$')))
              end
            end
            written(user)
            event('leased', seats, expires)
            return {'OK', expires, now}
            """);

    /**
     * ARGV: user, ttl_ms, quantity, adjacent (1 or 0), section or empty. Answer: OK expires now together seat …,
     * UNLOADED, REFUSED code.
     */
    static final RedisScript<List> BEST = script(BASE, LOCKS, SEAT, RULES, WRITE, EVENT, PURGE, """
            local user, ttl, quantity, adjacent, section = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
            local values = redis.call('HMGET', SEATS, '!', '@' .. section)
            if not values[1] then return {'UNLOADED'} end
            local rule = rules(values[1])
            if rule.closed then return {'REFUSED', 'SHOW_CLOSED'} end
            local from, to = 0, -1
            if section ~= '' then
              if not values[2] then return {'REFUSED', 'SEAT_NOT_FOUND'} end
              from, to = string.match(values[2], '^(%d+):(%d+)$')
            end
            purge()
            local map = redis.call('GETRANGE', MAP, from, to)
            -- The first run of the best row that leaves no single seat over, else the first that is long enough.
            local run, first, position = string.rep('A', quantity), nil, 1
            while true do
              local start = string.find(map, run, position, true)
              if not start then break end
              local stop = string.find(map, '[^A]', start) or #map + 1
              local left = stop - start - quantity
              if left ~= 1 then first = start break end
              first = first or start
              position = stop
            end
            local chosen = {}
            if first then
              for i = 0, quantity - 1 do chosen[#chosen + 1] = from + first - 1 + i end
            else
              position = 1
              while #chosen < quantity do
                local next = string.find(map, 'A', position, true)
                if not next then return {'REFUSED', 'NOT_ENOUGH_SEATS'} end
                chosen[#chosen + 1] = from + next - 1
                position = next + 1
              end
              if adjacent == '1' then return {'REFUSED', 'NOT_ENOUGH_TOGETHER'} end
            end
            if exceeds(rule.limit, user, quantity) then return {'REFUSED', 'SEAT_LIMIT_EXCEEDED'} end
            local names, expires = {}, now + ttl
            for i, place in ipairs(chosen) do names[i] = '#' .. number(place) end
            names = redis.call('HMGET', SEATS, unpack(names))
            local until_ms = number(expires)
            local lease = {user = user, acquired = number(now), expires = until_ms, pin = ''}
            for i, name in ipairs(names) do write(lock(name), lease, until_ms, chosen[i]) end
            written(user)
            event('leased', names, expires)
            return {'OK', expires, now, first and 1 or 0, unpack(names)}
            """);

    /** ARGV: user, ttl_ms, max_lifetime_ms. Answer: OK expires now, CONFLICT … */
    static final RedisScript<List> EXTEND = script(BASE, LOCKS, SEAT, WRITE, EVENT, """
            local user, ttl, lifetime = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
            local seats, held, conflicts, leases, extended, expires = names(), locks(), {'CONFLICT'}, {}, {}, now + ttl
            for i, name in ipairs(seats) do
              local lease, code = lease(held[i]), nil
              if not lease or lease.user ~= user then code = 'LEASE_NOT_HELD'
              elseif lease.pin == '' then
                local cap = lease.acquired + lifetime
                if now + ttl > cap and cap <= tonumber(lease.expires) then code = 'LEASE_LIFETIME_EXCEEDED' end
                expires = math.min(expires, cap)
              end
              leases[i] = lease
              if code then conflict(conflicts, name, code) end
            end
            if #conflicts > 1 then return conflicts end
            local until_ms, earliest = number(expires), nil
            for i, lease in ipairs(leases) do
              if lease.pin == '' and lease.expires < until_ms then
                lease.expires = until_ms
                write(KEYS[FIRST + i - 1], lease, until_ms, find(seats[i]).place)
                extended[#extended + 1] = seats[i]
              end
              if not earliest or lease.expires < earliest then earliest = lease.expires end
            end
            written(user)
            event('leased', extended, expires)
            return {'OK', tonumber(earliest), now}
            """);

    /** ARGV: user. What is gone is released; what a confirm under way holds is not the user's to give. */
    static final RedisScript<List> RELEASE = script(BASE, LOCKS, SEAT, EVENT, FREE, """
            local held, conflicts, released = locks(), {'CONFLICT'}, {}
            for i, name in ipairs(names()) do
              local lease = lease(held[i])
              if lease and (lease.user ~= ARGV[1] or lease.pin ~= '') then
                conflict(conflicts, name, 'LEASE_NOT_HELD')
              elseif lease then
                released[#released + 1] = name
              end
            end
            if #conflicts > 1 then return conflicts end
            for _, name in ipairs(released) do free(name, ARGV[1]) end
            event('released', released, 0)
            return {'OK'}
            """);

    /** ARGV: user. Releases all the user has, but what confirms under way hold. Answer: OK seat … */
    static final RedisScript<List> RELEASE_ALL = script(BASE, LOCKS, SEAT, EVENT, FREE, """
            local released = {}
            for _, name in ipairs(redis.call('ZRANGEBYSCORE', LEASES .. ':' .. ARGV[1], '(' .. number(now), '+inf')) do
              local lease = read(lock(name))
              if lease and lease.user == ARGV[1] and lease.pin == '' then
                free(name, ARGV[1])
                released[#released + 1] = name
              end
            end
            event('released', released, 0)
            return {'OK', unpack(released)}
            """);

    /** ARGV: user. Answer: now, then of each live lease: seat, expires, pin or empty. */
    static final RedisScript<List> LEASES_OF = script(BASE, LOCKS, """
            local answer = {now}
            for _, name in ipairs(redis.call('ZRANGEBYSCORE', LEASES .. ':' .. ARGV[1], '(' .. number(now), '+inf')) do
              local lease = read(lock(name))
              if lease and lease.user == ARGV[1] then
                answer[#answer + 1] = name
                answer[#answer + 1] = tonumber(lease.expires)
                answer[#answer + 1] = lease.pin
              end
            end
            return answer
            """);

    /** ARGV: user. */
    static final RedisScript<List> VERIFY = script(BASE, LOCKS, """
            local held, conflicts = locks(), {'CONFLICT'}
            for i, name in ipairs(names()) do
              local lease = lease(held[i])
              if not lease or lease.user ~= ARGV[1] then conflict(conflicts, name, 'LEASE_NOT_HELD') end
            end
            if #conflicts > 1 then return conflicts end
            return {'OK'}
            """);

    /**
     * ARGV: user, request_id, deadline_ms, late (1 or 0). Held by the user, and by no other confirm: pinned to this one.
     * Late, what nobody holds is leased too. Answer: OK, until, the seats that were not pinned before; CONFLICT …
     */
    static final RedisScript<List> HOLD = script(BASE, LOCKS, """
            local user, request, late = ARGV[1], ARGV[2], ARGV[4] == '1'
            local conflicts, held, seats, leases = {'CONFLICT'}, locks(), names(), {}
            for i, name in ipairs(seats) do
              local lease = lease(held[i])
              if not lease and late then lease = {user = user, acquired = number(now), expires = number(now), pin = ''} end
              if not lease or (lease.pin ~= '' and lease.pin ~= request) then
                conflict(conflicts, name, 'LEASE_NOT_HELD')
              elseif lease.user ~= user then
                conflict(conflicts, name, late and 'SEAT_LEASED' or 'LEASE_NOT_HELD')
              end
              leases[i] = lease
            end
            if #conflicts > 1 then return conflicts end
            """, SEAT, WRITE, """
            local until_ms = now + tonumber(ARGV[3])
            local pinned, answer = number(until_ms), {'OK', until_ms}
            for i, lease in ipairs(leases) do
              if lease.pin == '' then answer[#answer + 1] = seats[i] end
              lease.pin = request
              write(KEYS[FIRST + i - 1], lease, lease.expires > pinned and lease.expires or pinned,
                    not held[i] and find(seats[i]).place)
            end
            written(user)
            return answer
            """);

    /** ARGV: request_id. Undoes HOLD: the leases end when they would have ended. */
    static final RedisScript<List> UNHOLD = script(BASE, LOCKS, SEAT, WRITE, FREE, """
            local held, user = locks(), nil
            for i, name in ipairs(names()) do
              local lease = lease(held[i])
              if lease and lease.pin == ARGV[1] then
                lease.pin, user = '', lease.user
                if tonumber(lease.expires) > now then write(KEYS[FIRST + i - 1], lease, lease.expires, find(name).place)
                else free(name, user) end
              end
            end
            if user then written(user) end
            return {'OK'}
            """);

    /**
     * Outcomes of one show. ARGV: ttl_ms of the hash; then of each outcome: request_id, CONFIRMED or REJECTED, version of
     * the show, user, how many of the next locks are of seats taken and how many of seats released, the new status of
     * those taken, the kinds of event. Safe to repeat, in any order.
     */
    static final RedisScript<List> SETTLE = script(BASE, LOCKS, SEAT, MARK, EVENT, """
            local seats, ats, leases = names(), {}, {}
            local values, held = redis.call('HMGET', SEATS, unpack(seats)), locks()
            for i, name in ipairs(seats) do ats[name], leases[name] = seat(values[i]), lease(held[i]) end
            local fields, marks, gone_keys, gone, isConfirmed, first = {}, {}, {}, {}, false, 1
            for a = 2, #ARGV, 9 do
              local request, confirmed, version, user = ARGV[a], ARGV[a + 1] == 'CONFIRMED', ARGV[a + 2], ARGV[a + 3]
              local last_taken = first + tonumber(ARGV[a + 4]) - 1
              local last = last_taken + tonumber(ARGV[a + 5])
              local changed, freed, moved = {[true] = {}, [false] = {}}, {}, 0
              for i = first, last do
                local taken, name = i <= last_taken, seats[i]
                local at, lease = ats[name], leases[name]
                local before = at and at.status or 'A'
                if confirmed and (not at or tonumber(version) > at.version) then
                  at = {status = taken and ARGV[a + 6] or 'A', version = tonumber(version), place = at and at.place}
                  ats[name] = at
                  fields[#fields + 1] = name
                  fields[#fields + 1] = at.status .. ':' .. version .. ':' .. (at.place and number(at.place) or '-')
                  if at.status == 'B' then moved = moved + 1 elseif before == 'B' then moved = moved - 1 end
                  table.insert(changed[taken], name)
                end
                if lease and (lease.pin == request or (at and at.status ~= 'A')) then
                  gone_keys[#gone_keys + 1] = KEYS[FIRST + i - 1]
                  gone[#gone + 1] = name
                  redis.call('ZREM', LEASES .. ':' .. lease.user, name)
                  leases[name] = nil
                  if not confirmed then freed[#freed + 1] = name end
                end
                if at and at.place then
                  marks[#marks + 1] = at.place
                  marks[#marks + 1] = at.status == 'A' and leases[name] and 'L' or at.status
                end
              end
              if moved ~= 0 then redis.call('HINCRBY', BOOKED, user, moved) end
              event(ARGV[a + 7], changed[true], version)
              event(ARGV[a + 8], changed[false], version)
              event('released', freed, 0)
              first, isConfirmed = last + 1, isConfirmed or confirmed
            end
            if #gone > 0 then
              redis.call('DEL', unpack(gone_keys))
              redis.call('ZREM', LEASES, unpack(gone))
            end
            if #fields > 0 then redis.call('HSET', SEATS, unpack(fields)) end
            mark(marks)
            if isConfirmed then redis.call('PEXPIRE', SEATS, ARGV[1], 'NX') end
            return {'OK'}
            """);

    /** ARGV: layout version. Begins to load a layout, and forgets any other one; the tables are to be read after it. */
    static final RedisScript<List> LOAD_BEGIN = script(BASE, """
            if redis.call('HGET', SEATS, '?') ~= ARGV[1] then
              redis.call('DEL', SEATS, MAP)
              redis.call('HSET', SEATS, '?', ARGV[1])
            end
            return {'OK'}
            """);

    /**
     * ARGV: layout version, ttl_ms, then of each seat: id, status, version, place. An outcome that was settled while the
     * seats were read is not undone: the higher version stays. Answer: OK, or STALE when another layout is being loaded.
     */
    static final RedisScript<List> LOAD = script(BASE, SEAT, """
            if redis.call('HGET', SEATS, '?') ~= ARGV[1] then return {'STALE'} end
            for i = 3, #ARGV, 4 do
              local name, status, version, place = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
              local known = seat(redis.call('HGET', SEATS, name))
              if known and known.version > version then status, version = known.status, known.version end
              redis.call('HSET', SEATS, name, status .. ':' .. number(version) .. ':' .. number(place),
                         '#' .. number(place), name)
              local until_ms = redis.call('ZSCORE', LEASES, name)
              if status == 'A' and until_ms and tonumber(until_ms) > now then status = 'L' end
              redis.call('SETRANGE', MAP, place, status)
            end
            redis.call('PEXPIRE', SEATS, ARGV[2])
            redis.call('PEXPIRE', MAP, ARGV[2])
            return {'OK'}
            """);

    /**
     * ARGV: layout version, ttl_ms, rules, ranges of all sections, how many, of each: name, range; then of each user: id,
     * seats.
     */
    static final RedisScript<List> LOAD_END = script(BASE, """
            if redis.call('HGET', SEATS, '?') ~= ARGV[1] then return {'STALE'} end
            local users = 6 + 2 * tonumber(ARGV[5])
            for i = 6, users - 1, 2 do redis.call('HSET', SEATS, '@' .. ARGV[i], ARGV[i + 1]) end
            redis.call('DEL', BOOKED)
            for i = users, #ARGV, 2 do redis.call('HSET', BOOKED, ARGV[i], ARGV[i + 1]) end
            redis.call('PEXPIRE', BOOKED, ARGV[2])
            redis.call('HSET', SEATS, '!', ARGV[3], '%', ARGV[4])
            return {'OK'}
            """);

    /** Answer: UNLOADED, or OK map ranges. */
    static final RedisScript<List> MAP = script(BASE, SEAT, EVENT, PURGE, """
            local values = redis.call('HMGET', SEATS, '!', '%')
            if not values[1] then return {'UNLOADED'} end
            purge()
            return {'OK', redis.call('GET', MAP) or '', values[2]}
            """);

    /** Answer: now, then of each live lease: seat, until. */
    static final RedisScript<List> LIVE = script(BASE, """
            return {now, unpack(redis.call('ZRANGEBYSCORE', LEASES, '(' .. number(now), '+inf', 'WITHSCORES',
                                           'LIMIT', ARGV[1], '2000'))}
            """);

    /**
     * ARGV: id of the last event known or empty, the most to answer. Answer: OK id of the newest, then id kind seats extra
     * …; RESET id of the newest, when there may have been events after the last that are gone; UNLOADED. The stream lives
     * on for a minute.
     */
    static final RedisScript<List> EVENTS = script(BASE, SEAT, EVENT, PURGE, """
            if redis.call('HEXISTS', SEATS, '!') == 0 then return {'UNLOADED'} end
            local last = ARGV[1]
            if redis.call('EXISTS', EVENTS) == 0 then
              redis.call('XADD', EVENTS, '*', 'kind', 'open', 'seats', '', 'extra', '0')
            end
            redis.call('PEXPIRE', EVENTS, 60000)
            purge()
            local newest = redis.call('XREVRANGE', EVENTS, '+', '-', 'COUNT', 1)[1][1]
            if last == '' then return {'OK', newest} end
            if #redis.call('XRANGE', EVENTS, '-', last, 'COUNT', 1) == 0
                or #redis.call('XRANGE', EVENTS, last, '+', 'COUNT', 1) == 0 then return {'RESET', newest} end
            local answer = {'OK', newest}
            for _, entry in ipairs(redis.call('XRANGE', EVENTS, '(' .. last, '+', 'COUNT', ARGV[2])) do
              answer[#answer + 1] = entry[1]
              for field = 2, 6, 2 do answer[#answer + 1] = entry[2][field] end
            end
            return answer
            """);

    private LeaseScripts() {}

    private static RedisScript<List> script(String... parts) {
        return RedisScript.of(String.join("", parts), List.class);
    }
}
