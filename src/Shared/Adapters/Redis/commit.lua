-- Commits finished entries: appends what they publish, records them as done, moves the offset. Checks everything
-- before it writes anything, since a script that fails half-way is not rolled back.
--
-- KEYS[1]  owner    hash: instance, epoch
-- KEYS[2]  offset   string
-- KEYS[3]  done     set
-- KEYS[4]  state    hash: committed
-- KEYS[5…] streams that are appended to
--
-- ARGV[1]  instance      ARGV[2]  epoch
-- ARGV[3]  offset known to be committed
-- ARGV[4]  number of done entries known to be committed
-- ARGV[5]  low-water mark
-- ARGV[6]  number of passed ids P, then P ids that leave the done set
-- then the number of entries, and per entry:
--   id, number of appends, and per append:
--     index into KEYS, max length (0: none), number of fields, then name, value, …
--
-- Returns {answer, offset, done entries, committed entries}; answer is
--   FENCED   the owner is another: nothing written
--   ALREADY  every entry was committed before (an answer was lost): nothing written
--   REWOUND  offset or done set are behind what is known to be committed: nothing written
--   OK       written; entries of the batch that were committed before were left out

local function after(a, b) -- whether id a comes after id b; the parts exceed what a Lua number holds
  local ams, aseq = string.match(a, '^(%d+)-(%d+)$')
  local bms, bseq = string.match(b, '^(%d+)-(%d+)$')
  if #ams ~= #bms then return #ams > #bms end
  if ams ~= bms then return ams > bms end
  if #aseq ~= #bseq then return #aseq > #bseq end
  return aseq > bseq
end

local function is(key, kind)
  local actual = redis.call('TYPE', key)['ok']
  return actual == kind or actual == 'none'
end

-- Check.

local owner = redis.call('HMGET', KEYS[1], 'instance', 'epoch')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return {'FENCED', '0-0', 0, 0} end

local stored = redis.call('GET', KEYS[2])
local offset = stored or '0-0'
if not string.find(offset, '-', 1, true) then offset = offset .. '-0' end
local done = redis.call('SCARD', KEYS[3])
local committed = redis.call('HGET', KEYS[4], 'committed')
if not committed and not stored then committed = '0' end

local at = 6
local function take()
  local value = ARGV[at]
  at = at + 1
  return value
end

local passed = {}
for i = 1, tonumber(take()) do passed[i] = take() end

local entries, pending = tonumber(take()), {}
for _ = 1, entries do
  local entry = {id = take(), appends = {}}
  for a = 1, tonumber(take()) do
    local append = {key = KEYS[tonumber(take())], max = take(), fields = {}}
    for f = 1, 2 * tonumber(take()) do append.fields[f] = take() end
    entry.appends[a] = append
  end
  if after(entry.id, offset) and redis.call('SISMEMBER', KEYS[3], entry.id) == 0 then
    pending[#pending + 1] = entry
  end
end

if entries > 0 and #pending == 0 then return {'ALREADY', offset, done, tonumber(committed or -1)} end

if after(ARGV[3], offset) or (ARGV[3] == offset and done < tonumber(ARGV[4])) then
  return {'REWOUND', offset, done, tonumber(committed or -1)}
end

for i = 5, #KEYS do
  if not is(KEYS[i], 'stream') then return redis.error_reply('WRONGTYPE ' .. KEYS[i] .. ' is not a stream') end
end

-- Write.

local low = offset
if after(ARGV[5], offset) then low = ARGV[5] end

for _, entry in ipairs(pending) do
  for _, append in ipairs(entry.appends) do
    if append.max == '0' then
      redis.call('XADD', append.key, '*', unpack(append.fields))
    else
      redis.call('XADD', append.key, 'MAXLEN', '~', append.max, '*', unpack(append.fields))
    end
  end
  if after(entry.id, low) then redis.call('SADD', KEYS[3], entry.id) end
end

if low ~= offset or not stored then redis.call('SET', KEYS[2], low) end
for _, id in ipairs(passed) do redis.call('SREM', KEYS[3], id) end
if committed then committed = redis.call('HINCRBY', KEYS[4], 'committed', #pending) end

return {'OK', low, redis.call('SCARD', KEYS[3]), tonumber(committed or -1)}
