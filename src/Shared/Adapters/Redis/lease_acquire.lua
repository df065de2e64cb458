-- Takes a game's lease.
--
-- KEYS[1]  lease
-- KEYS[2]  owner of the stream, a hash: instance, epoch (with a fence only)
-- ARGV[1]  token   ARGV[2]  ttl in ms   ARGV[3] label   ARGV[4] epoch   ARGV[5] instance (all three empty without a fence)
--
-- Returns 1 when the lease is ours: it was free, or ours already, or left by a dead predecessor, which is an older epoch
-- of the same label, or this owner itself (a release was lost). Returns 0 when it is anyone else's,
-- and -1 when the stream has another owner by now: a late call must leave nothing behind that outlives its caller.

if ARGV[3] ~= '' then
  local owner = redis.call('HMGET', KEYS[2], 'instance', 'epoch')
  if owner[1] and (owner[1] ~= ARGV[5] or owner[2] ~= ARGV[4]) then return -1 end
end

local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then
  local label, epoch, instance = string.match(held, '^([^/]+)/(%d+)/([^/]+)/[^/]+$')
  if not label or label ~= ARGV[3] then return 0 end
  local older = #epoch < #ARGV[4] or (#epoch == #ARGV[4] and epoch < ARGV[4])
  if not older and not (epoch == ARGV[4] and instance == ARGV[5]) then return 0 end
end

redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
