-- Takes a game's lease.
--
-- KEYS[1]  lease
-- ARGV[1]  token   ARGV[2]  ttl in ms   ARGV[3] label   ARGV[4] epoch   ARGV[5] instance (all three empty without a fence)
--
-- Returns 1 when the lease is ours: it was free, or ours already, or left by a dead predecessor, which is an older epoch
-- of the same label, or this owner itself (a release was lost). Returns 0 when it is anyone else's.

local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then
  local label, epoch, instance = string.match(held, '^([^/]+)/(%d+)/([^/]+)/[^/]+$')
  if not label or label ~= ARGV[3] then return 0 end
  local older = #epoch < #ARGV[4] or (#epoch == #ARGV[4] and epoch < ARGV[4])
  if not older and not (epoch == ARGV[4] and instance == ARGV[5]) then return 0 end
end

redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
