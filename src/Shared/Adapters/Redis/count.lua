-- Adds to the count of committed entries without committing any.
-- KEYS[1] owner   KEYS[2] state   ARGV[1] instance   ARGV[2] epoch   ARGV[3] how many, may be negative
-- Returns the count, or nil when the owner is another (nothing written).

local owner = redis.call('HMGET', KEYS[1], 'instance', 'epoch')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return nil end
return redis.call('HINCRBY', KEYS[2], 'committed', ARGV[3])
