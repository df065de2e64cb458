-- Raises a label's fence to an epoch; a fence never falls. Runs after lock_fence.sql, in the same transaction, so once it
-- has committed no write of an older epoch can commit any more (invariant 4).
--
--   @fence_label, @fence_epoch  the new owner
insert into stream_fences as f (label, epoch, raised_at)
values (@fence_label, @fence_epoch, now())
on conflict (label) do update
set epoch = excluded.epoch, raised_at = excluded.raised_at
where f.epoch < excluded.epoch;
