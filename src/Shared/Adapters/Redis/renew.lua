-- Extends the ownership of a stream, and compares what the owner knows to be committed with what is stored.
--
-- KEYS[1] owner   KEYS[2] offset   KEYS[3] done
-- ARGV[1] instance   ARGV[2] epoch   ARGV[3] lease in ms   ARGV[4] known offset   ARGV[5] known number of done entries
--
-- Returns FENCED (the owner is another, nothing written), REWOUND (extended, but the store is behind) or OK.

local function after(a, b)
  local ams, aseq = string.match(a, '^(%d+)-(%d+)$')
  local bms, bseq = string.match(b, '^(%d+)-(%d+)$')
  if #ams ~= #bms then return #ams > #bms end
  if ams ~= bms then return ams > bms end
  if #aseq ~= #bseq then return #aseq > #bseq end
  return aseq > bseq
end

local owner = redis.call('HMGET', KEYS[1], 'instance', 'epoch')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return 'FENCED' end

redis.call('PEXPIRE', KEYS[1], ARGV[3])

local offset = redis.call('GET', KEYS[2]) or '0-0'
if not string.find(offset, '-', 1, true) then offset = offset .. '-0' end
if after(ARGV[4], offset) or (ARGV[4] == offset and redis.call('SCARD', KEYS[3]) < tonumber(ARGV[5])) then return 'REWOUND' end

return 'OK'
