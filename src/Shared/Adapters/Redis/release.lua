-- Gives the ownership of a stream back.
-- KEYS[1] owner   ARGV[1] instance   ARGV[2] epoch
-- Returns 1, or 0 when the owner is another by now (nothing written).

local owner = redis.call('HMGET', KEYS[1], 'instance', 'epoch')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])
