import { createHash } from 'node:crypto';
import { GRAVE_MS, HEIR_MS, LINGER_MS, LOSS_MS, STORE_GAP_MS } from '../../store-times.js';

/**
 * The steps of the Redis store, each atomic. What they mean is told by the memory store, to which a test compares them.
 *
 * All keys of a channel begin with `{prefix}:{app/channel}`, so that a cluster keeps them on one node. A script is given
 * that beginning and derives the keys from it:
 *
 * - `:m` hash: `v` version, `l` the version its life began with, `t` subscriptions, `c` members, `q` number of the last
 *   member, `w` when it last changed in a way that is told outside, `n:{node}` a node's subscriptions, its members, its
 *   last change and the answer to it
 * - `:i` hash: a member's number, nodes and info by his id; `:n:{node}` set: the members of a node
 * - `:g` hash: whose grace something has that left, and from when a repeated drop answers it; `:g:{node}` set of those
 * - `:a:{node}` a change and its answer when the node has left; `:r:{what}` who released a grace; both only for a while
 * - `:d` where its deltas are published
 *
 * A key may be lost without the others, as when Redis evicts it. Counts of what stands in another key tell that: a damaged
 * channel is emptied by whichever step finds it out, and each node states again what it has there.
 *
 * Answers and deltas are JSON arrays; versions in them are strings, since Lua would round them.
 */
export type Script = string & { readonly script: unique symbol };

const shas = new Map<Script, string>();

function script(...parts: readonly string[]): Script {
  const made = parts.join('\n') as Script;
  shas.set(made, createHash('sha1').update(made).digest('hex'));
  return made;
}

/** The name under which Redis keeps a script. */
export function scriptSha(of: Script): string {
  const sha = shas.get(of);
  if (sha === undefined) throw new Error('is not a script of the store');
  return sha;
}

/** Lua's names: `call`, the channel's keys, the node's keys, and its steps. ARGV begins with node and graceMs. */
const CHANNEL = `
local call = redis.call
local base, node, graceMs = KEYS[1], ARGV[1], tonumber(ARGV[2])
local META, MEMBERS, GRACES = base .. ':m', base .. ':i', base .. ':g'
local MINE, MY_GRACES, ANSWER = base .. ':n:' .. node, base .. ':g:' .. node, base .. ':a:' .. node
local FIELD = 'n:' .. node
local LINGER = ${LINGER_MS}

local function time()
  local t = call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- Where a node stands: 'o' it is in the channel, 'g' it only holds graces, '' neither.
local function standing()
  if call('HEXISTS', META, FIELD) == 1 then return 'o' end
  if call('EXISTS', MY_GRACES) == 1 then return 'g' end
  return ''
end

local function version()
  return call('HGET', META, 'v') or '0'
end

-- Now, in microseconds since 1970; later than all before in this channel, also where the clock was set back.
local function moment()
  local t = call('TIME')
  local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
  local last = call('HGET', META, 'w')
  if last and tonumber(last) >= now then now = tonumber(last) + 1 end
  local isNew = not last and call('EXISTS', META) == 0
  local text = string.format('%.0f', now)
  call('HSET', META, 'w', text)
  if isNew then call('PEXPIRE', META, graceMs + LINGER) end
  return text
end

-- A node's entry: its subscriptions, its members, and its last change with the answer.
local function readEntry(entry)
  local subscriptions, members, rest = string.match(entry, '^(%d+) (%d+) (.*)$')
  return tonumber(subscriptions), tonumber(members), rest
end
`;

const STEPS = `
local added, removed, refused, touched, isTouched = {}, {}, {}, {}, {}
local dueAt = 0
-- How many members the node has, how many there are, and how many there were.
local held, count, counted = 0, 0, 0

local function begin(entry)
  count = tonumber(call('HGET', META, 'c') or 0)
  counted = count
  local subscriptions, rest = 0, nil
  if entry then
    subscriptions, held, rest = readEntry(entry)
  else
    -- Members without an entry are left from before it was lost.
    call('DEL', MINE)
  end
  return subscriptions, rest
end

-- Whether the members are as many as were counted.
local function isDamaged()
  return call('HLEN', MEMBERS) ~= count or call('SCARD', MINE) ~= held
end

local function empty()
  call('DEL', META, MEMBERS, MINE)
  held, count, counted = 0, 0, 0
end

-- Begins another life, whose versions are higher than all that a node has seen.
local function renew(seen)
  local t = call('TIME')
  local now = tonumber(string.format('%d%06d', t[1], t[2]))
  if seen >= now then now = seen + 1 end
  local text = string.format('%.0f', now)
  call('HSET', META, 'v', text, 'l', text)
end

local function touch(id)
  if isTouched[id] then return end
  isTouched[id] = true
  touched[#touched + 1] = id
end

local function readMember(id)
  local held = call('HGET', MEMBERS, id)
  if not held then return nil end
  local number, nodes, info = string.match(held, '^(%d+) (%d+) (.*)$')
  return number, tonumber(nodes), info
end

local function writeMember(id, number, nodes, info)
  call('HSET', MEMBERS, id, number .. ' ' .. nodes .. ' ' .. info)
end

local function startGrace(what)
  if graceMs == 0 then return end
  call('HSET', GRACES, what, string.format('%.0f', dueAt) .. ' ' .. node)
  call('SADD', MY_GRACES, what)
  call('PEXPIRE', GRACES, graceMs + LINGER)
  call('PEXPIRE', MY_GRACES, graceMs + LINGER)
end

-- Whether it was in its grace.
local function comeBack(what)
  call('DEL', base .. ':r:' .. what)
  local grace = call('HGET', GRACES, what)
  if not grace then return false end
  call('HDEL', GRACES, what)
  call('SREM', base .. ':g:' .. string.match(grace, '^%d+ (.*)$'), what)
  return true
end

local function leave(id)
  if call('SREM', MINE, id) == 0 then return end
  held = held - 1
  touch(id)
  local number, nodes, info = readMember(id)
  if nodes > 1 then
    writeMember(id, number, nodes - 1, info)
    return
  end
  call('HDEL', MEMBERS, id)
  count = count - 1
  removed[#removed + 1] = id
  startGrace('member ' .. id)
end

-- Returns what the channel became by this.
local function setSubscriptions(had, wanted, seen)
  local before = tonumber(call('HGET', META, 't') or 0)
  if wanted == had then return before, 0 end
  local total = before + wanted - had
  if before == 0 then
    if call('HEXISTS', META, 'v') == 0 then renew(seen) end
    call('PERSIST', META)
  end
  call('HSET', META, 't', total)
  if wanted == 0 then call('HDEL', META, FIELD) end
  if total == 0 then call('PEXPIRE', META, graceMs + LINGER) end
  if before == 0 then return total, comeBack('channel') and 0 or 1 end
  if total > 0 then return total, 0 end
  startGrace('channel')
  return total, -1
end

-- Tells watchers of the change, and returns the answer.
local function finish(total, occupancy, tell, publish, isLost)
  if count ~= counted and call('EXISTS', META) == 1 then call('HSET', META, 'c', count) end
  local isTold = tell or occupancy ~= 0 or #added > 0 or #removed > 0
  if tell or #touched > 0 then
    call('HINCRBY', META, 'v', 1)
    local delta = { version(), tostring(total) }
    for _, id in ipairs(touched) do
      local _, nodes, info = readMember(id)
      delta[#delta + 1] = id
      delta[#delta + 1] = info or '{}'
      delta[#delta + 1] = tostring(nodes or 0)
    end
    call(publish, base .. ':d', cjson.encode(delta))
  end
  local at, lost = isTold and moment() or '0', isLost and 1 or 0
  if #added == 0 and #removed == 0 and #refused == 0 then
    return cjson.encode({ version(), occupancy, at, lost })
  end
  return cjson.encode({ version(), occupancy, at, lost, added, removed, refused })
end
`;

/**
 * KEYS: channel. ARGV: node, graceMs, publish command, change, after, instead, seen version, subscriptions, replace,
 * maxMembers, tellSubscriptions, wantSnapshot, number of joins, then id and info of each join, then ids of leaves.
 * Returns standing, the change that the answer is of, answer, and with wantSnapshot version, life, subscriptions and members.
 */
export const APPLY = script(
  CHANNEL,
  STEPS,
  `
local publish, change, after, instead = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local seen, wanted = tonumber(ARGV[7]), tonumber(ARGV[8])
local replace, maxMembers, tell = ARGV[9] == '1', tonumber(ARGV[10]), ARGV[11] == '1'
local wantSnapshot, joins = ARGV[12] == '1', tonumber(ARGV[13])
local FIRST = 14

local function reply(of, answer)
  if not wantSnapshot then return { standing(), of, answer } end
  return {
    standing(), of, answer, version(), call('HGET', META, 'l') or '0', call('HGET', META, 't') or '0',
    call('HGETALL', MEMBERS),
  }
end

local function join(id, info)
  local number, nodes, old = readMember(id)
  if not number then
    if call('HLEN', MEMBERS) >= maxMembers then
      refused[#refused + 1] = id
      return
    end
    held = held + call('SADD', MINE, id)
    count = count + 1
    writeMember(id, call('HINCRBY', META, 'q', 1), 1, info)
    if not comeBack('member ' .. id) then added[#added + 1] = id end
  else
    local more = call('SADD', MINE, id)
    if more == 0 and old == info then return end
    held = held + more
    writeMember(id, number, nodes + more, info)
  end
  touch(id)
end

local mine = call('HGET', META, FIELD)
local had, before = begin(mine)
if not mine then before = call('GET', ANSWER) end
if before then
  for _, made in ipairs({ change, instead }) do
    if made ~= '' and string.sub(before, 1, #made + 1) == made .. '\\n' then
      return reply(made, string.sub(before, #made + 2))
    end
  end
end

if (joins > 0 or held > 0 or count > 0) and isDamaged() then
  empty()
  mine, had = nil, 0
end
local isLost = (mine and string.match(before, '^[^\\n]*') or '') ~= after
if isLost and not replace then return reply(change, cjson.encode({ version(), 0, '0', 1 })) end
-- The store went back in time.
if seen > tonumber(version()) and call('HEXISTS', META, 'v') == 1 then renew(seen) end

local total, occupancy
if wanted > 0 then total, occupancy = setSubscriptions(had, wanted, seen) end
local isJoining = {}
local last = FIRST - 1
if wanted > 0 then last = last + 2 * joins end
for i = FIRST, last, 2 do isJoining[ARGV[i]] = true end
if replace or wanted == 0 then
  for _, id in ipairs(call('SMEMBERS', MINE)) do
    if not isJoining[id] then leave(id) end
  end
else
  for i = FIRST + 2 * joins, #ARGV do
    if not isJoining[ARGV[i]] then leave(ARGV[i]) end
  end
end
for i = FIRST, last, 2 do join(ARGV[i], ARGV[i + 1]) end
if wanted == 0 then total, occupancy = setSubscriptions(had, 0, seen) end

local answer = finish(total, occupancy, tell and wanted ~= had, publish, isLost)
if wanted == 0 then
  call('SET', ANSWER, change .. '\\n' .. answer, 'PX', graceMs + LINGER)
else
  call('HSET', META, FIELD, wanted .. ' ' .. held .. ' ' .. change .. '\\n' .. answer)
end
return reply(change, answer)
`,
);

/** KEYS: channel. ARGV: node, graceMs, publish command. Returns standing and answer. */
export const DROP = script(
  CHANNEL,
  STEPS,
  `
local publish = ARGV[3]
local mine = call('HGET', META, FIELD)
local had = begin(mine)
if (held > 0 or count > 0) and isDamaged() then
  empty()
  mine, had = nil, 0
end
local now = time()
local due = {}
for _, what in ipairs(call('SMEMBERS', MY_GRACES)) do
  local grace = call('HGET', GRACES, what)
  if grace and tonumber(string.match(grace, '^%d+')) <= now then due[#due + 1] = what end
end
if #due == 0 and not mine then
  local kept = call('GET', ANSWER)
  if kept and string.sub(kept, 1, 6) == '#drop\\n' then return { standing(), '', string.sub(kept, 7) } end
  return { standing(), '', cjson.encode({ version(), 0, '0', 0 }) }
end

dueAt = now + graceMs + ${HEIR_MS}
for _, id in ipairs(call('SMEMBERS', MINE)) do leave(id) end
local total, occupancy = setSubscriptions(had, 0, 0)
for _, what in ipairs(due) do
  call('HDEL', GRACES, what)
  call('SREM', MY_GRACES, what)
  startGrace(what)
  if graceMs == 0 then call('SET', base .. ':r:' .. what, '#drop', 'PX', LINGER) end
  if what == 'channel' then occupancy = -1 else removed[#removed + 1] = string.sub(what, #'member ' + 1) end
end

local answer = finish(total, occupancy, mine and true or false, publish, false)
if call('EXISTS', MY_GRACES) == 1 then
  call('DEL', ANSWER)
else
  call('SET', ANSWER, '#drop\\n' .. answer, 'PX', graceMs + LINGER)
end
return { standing(), '', answer }
`,
);

/**
 * KEYS: channel. ARGV: node, 0, what, who asks. Returns standing, and 1 where what left is still away, 0 where it is back
 * or another node announces it, 2 where nothing is known of it.
 */
export const RELEASE = script(
  CHANNEL,
  `
local what, by = ARGV[3], ARGV[4]
local RELEASED = base .. ':r:' .. what
local grace = call('HGET', GRACES, what)
if grace and string.match(grace, '^%d+ (.*)$') == node then
  call('HDEL', GRACES, what)
  call('SREM', MY_GRACES, what)
  call('SET', RELEASED, by, 'PX', LINGER)
  return { standing(), 1 }
end
local released = call('GET', RELEASED)
if released or grace then return { standing(), released == by and 1 or 0 } end
local isThere
if what == 'channel' then
  isThere = tonumber(call('HGET', META, 't') or 0) > 0
else
  isThere = call('HEXISTS', MEMBERS, string.sub(what, #'member ' + 1)) == 1
end
return { standing(), isThere and 0 or 2 }
`,
);

/** KEYS: channel. ARGV: empty, 0. Returns a moment of the channel. */
export const MOMENT = script(CHANNEL, 'return moment()');

/** KEYS: channel. Returns version, life, subscriptions and members. */
export const SNAPSHOT = script(`
local meta = redis.call('HMGET', KEYS[1] .. ':m', 'v', 'l', 't')
return { meta[1] or '0', meta[2] or '0', meta[3] or '0', redis.call('HGETALL', KEYS[1] .. ':i') }
`);

/**
 * KEYS: channels. ARGV: node. Returns for each its subscriptions, members and last change, as one text; empty where the node
 * has nothing in the channel, or the channel is damaged.
 */
export const SHARES = script(`
local call = redis.call
local reply = {}
for i, base in ipairs(KEYS) do
  local entry, count = unpack(call('HMGET', base .. ':m', 'n:' .. ARGV[1], 'c'))
  local share = ''
  if entry then
    local members
    share, members = string.match(entry, '^(%d+ (%d+) [^\\n]*)')
    local isWhole = (members == '0' or call('SCARD', base .. ':n:' .. ARGV[1]) == tonumber(members))
      and ((count or '0') == '0' or call('HLEN', base .. ':i') == tonumber(count))
    if not isWhole then share = '' end
  end
  reply[i] = share
end
return reply
`);

/**
 * Changes an entry of a node's index, unless another call changed it meanwhile.
 * KEYS: index. ARGV: channel, expected, new; empty is no entry.
 */
export const SETTLE = script(`
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1
`);

/**
 * KEYS: where a channel's last event is kept. ARGV: bus message, ttl. Keeps it unless that is as late; where numbers stand
 * in a message is told in bus-message.ts.
 */
export const CACHE_IF_LATER = script(`
local function number(message, first, last)
  local value = 0
  for i = first, last do value = value * 256 + string.byte(message, i) end
  return value
end

local kept = redis.call('GET', KEYS[1])
if kept and #kept >= 28 then
  if string.sub(kept, 3, 10) == string.sub(ARGV[1], 3, 10) then
    if number(ARGV[1], 11, 16) <= number(kept, 11, 16) then return 0 end
  elseif tonumber(ARGV[2]) <= redis.call('PTTL', KEYS[1]) then
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** KEYS: claim. ARGV: ttl. Returns what is there already. */
export const CLAIM = script(`
local answer = redis.call('GET', KEYS[1])
if not answer then redis.call('SET', KEYS[1], 'pending', 'PX', ARGV[1]) end
return answer
`);

/** Names of the nodes' keys, and how long a node is silent. KEYS: nodes. */
const NODES = `
local call = redis.call
local base = KEYS[1]
local LEASES, INFOS, GRAVES, EPOCH = base .. ':leases', base .. ':infos', base .. ':graves', base .. ':epoch'
local t = call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local since = tonumber(call('HGET', EPOCH, 'since') or now)

local function text(ms)
  return string.format('%.0f', ms)
end

local function silence(beat)
  return math.max(0, math.min(now - tonumber(beat), now - since))
end
`;

/**
 * KEYS: nodes. ARGV: node, info, joining, a new epoch, number of its last beat that was answered.
 * Returns gone, lost, epoch, its age, graves, then id, silence, whether it beat in this epoch, and info of each peer.
 */
export const BEAT = script(
  NODES,
  `
local node, info, joining, answered = ARGV[1], ARGV[2], ARGV[3] == '1', tonumber(ARGV[5])
local epoch = call('HGET', EPOCH, 'id')
local last = tonumber(call('HGET', EPOCH, 'last') or 0)
local hasLease = call('ZSCORE', LEASES, node)
local gone = not hasLease and call('ZSCORE', GRAVES, node)
local isLost = false
if not joining and not gone then
  local before = call('HGET', INFOS, node)
  local found = before and cjson.decode(string.match(before, ' (.*)$')).beat or answered
  isLost = not hasLease or found < answered
end
-- All nodes find a loss out one after the other; the epoch changes with the first.
local isNews = isLost and now - tonumber(call('HGET', EPOCH, 'at') or 0) > ${LOSS_MS}
if not epoch or isNews then
  epoch = ARGV[4]
  since = now
  call('HSET', EPOCH, 'at', text(now))
elseif now - last > ${STORE_GAP_MS} then
  since = now
end
call('HSET', EPOCH, 'id', epoch, 'since', text(since), 'last', text(now))
call('ZREMRANGEBYSCORE', GRAVES, '-inf', '(' .. text(now - ${GRAVE_MS}))

if gone then
  call('ZADD', GRAVES, text(now), node)
else
  call('ZADD', LEASES, text(now), node)
  call('HSET', INFOS, node, epoch .. ' ' .. info)
end

local reply = { gone and 1 or 0, isLost and 1 or 0, epoch, now - since, call('ZRANGE', GRAVES, 0, -1) }
local leases = call('ZRANGE', LEASES, 0, -1, 'WITHSCORES')
for i = 1, #leases, 2 do
  if leases[i] ~= node then
    reply[#reply + 1] = leases[i]
    reply[#reply + 1] = silence(leases[i + 1])
    local seen, peer = string.match(call('HGET', INFOS, leases[i]) or '', '^(%S+) (.*)$')
    reply[#reply + 1] = seen == epoch and 1 or 0
    reply[#reply + 1] = peer or '{}'
  end
end
return reply
`,
);

/** KEYS: nodes. ARGV: node, silentMs. Returns 1 where this ended the lease. */
export const BURY = script(
  NODES,
  `
local beat = call('ZSCORE', LEASES, ARGV[1])
if not beat or silence(beat) < tonumber(ARGV[2]) then return 0 end
call('ZREM', LEASES, ARGV[1])
call('HDEL', INFOS, ARGV[1])
call('ZADD', GRAVES, text(now), ARGV[1])
return 1
`,
);

/** KEYS: nodes. ARGV: node, who locks, ttl. Returns 1 where he has the lock. */
export const LOCK_GRAVE = script(`
local lock = KEYS[1] .. ':lock:' .. ARGV[1]
local holder = redis.call('GET', lock)
if holder and holder ~= ARGV[2] then return 0 end
redis.call('SET', lock, ARGV[2], 'PX', ARGV[3])
return 1
`);

/** KEYS: nodes. ARGV: node. */
export const LEAVE = script(`
redis.call('ZREM', KEYS[1] .. ':leases', ARGV[1])
redis.call('HDEL', KEYS[1] .. ':infos', ARGV[1])
`);

export const SCRIPTS: readonly Script[] = [
  APPLY,
  DROP,
  RELEASE,
  MOMENT,
  SNAPSHOT,
  SHARES,
  SETTLE,
  CACHE_IF_LATER,
  CLAIM,
  BEAT,
  BURY,
  LOCK_GRAVE,
  LEAVE,
];
