-- Claims the ownership of a stream.
--
-- KEYS[1]  owner  hash with an expiry: instance, epoch, engine_id
-- KEYS[2]  state  hash without: epoch, instance and engine_id of the last owner
--
-- ARGV[1]  instance   ARGV[2]  engine id, or empty   ARGV[3]  lease in ms
-- ARGV[4], ARGV[5]    instance and epoch of an owner known to be dead, or empty
--
-- Returns {answer, instance, epoch, engine id, ms until the lease lapses}; answer is
--   GRANTED  the stream is ours; the rest describes us
--   HELD     it is someone's; the rest describes them
--   ENGINE   the owner, or the last one, drives another engine; the rest describes them
--
-- Epochs follow the server's clock where that is ahead of the last one, so that even a counter that was lost with the
-- rest of the data does not repeat.

local held = redis.call('HMGET', KEYS[1], 'instance', 'epoch', 'engine_id')
local last = redis.call('HMGET', KEYS[2], 'instance', 'epoch', 'engine_id')

if last[3] and last[3] ~= '' and ARGV[2] ~= '' and last[3] ~= ARGV[2] then
  return {'ENGINE', last[1] or '', last[2] or '0', last[3], 0}
end

if held[1] and not (held[1] == ARGV[4] and held[2] == ARGV[5]) then
  return {'HELD', held[1], held[2] or '0', held[3] or '', redis.call('PTTL', KEYS[1])}
end

local time = redis.call('TIME')
local epoch = math.max(tonumber(last[2] or '0') + 1, time[1] * 1000 + math.floor(time[2] / 1000))
local text = string.format('%.0f', epoch)

redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'instance', ARGV[1], 'epoch', text, 'engine_id', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[2], 'instance', ARGV[1], 'epoch', text, 'engine_id', ARGV[2])

return {'GRANTED', ARGV[1], text, ARGV[2], tonumber(ARGV[3])}
