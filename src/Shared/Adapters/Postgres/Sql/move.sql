-- Compare-and-set of one record, with its operation log entry and health snapshot: all of it or nothing.
--
--   @game_id, @expected_container_id, @to_status, @at   the move; @to_status is 'stopped' or 'removed'
--   @op_game_id … @finished_at, @receipt                 the operation log entry
--   @health_game_id … @health_observed_at                the snapshot; all null when there is none
--   @fence_label, @fence_epoch                           the writer's ownership; both null for a caller that owns no stream
--
-- A fenced caller runs share_fence.sql before this, in the same transaction.
--
-- Exactly one row:
--   0  the fence's epoch, 0 when it was never raised. Anything but @fence_epoch: nothing was written
--   1  whether the record moved
--   2  whether there is such a record
-- Raises 23505 on operation_log_stream_source when the source's entry exists already; nothing was written then.
with fence as (
    select coalesce((select f.epoch from stream_fences f where f.label = @fence_label), 0) as seen
),
-- Locked before it is judged: a row that another actor deletes while we wait for it is gone, and only a lock sees that.
current as (
    select r.game_id from runtime_records r where r.game_id = @game_id for no key update
),
moved as (
    update runtime_records r
    set status = @to_status,
        current_container_id = case when @to_status = 'removed' then '' else r.current_container_id end,
        stopped_at = case when @to_status = 'stopped' then @at else r.stopped_at end,
        removed_at = case when @to_status = 'removed' then @at else r.removed_at end,
        last_op_at = @at
    from fence, current
    where r.game_id = current.game_id and r.status = 'running' and r.current_container_id = @expected_container_id
      and (@fence_label is null or fence.seen = @fence_epoch)
    returning r.game_id
),
logged as (
    insert into operation_log (game_id, op_kind, op_source, source_ref, image_ref, container_id, outcome, error_code,
                               error_message, details, started_at, finished_at)
    select @op_game_id, @op_kind, @op_source, @source_ref, @image_ref, @container_id, @outcome, @error_code,
           @error_message, @receipt::jsonb, @started_at, @finished_at
    from moved
),
observed as (
    insert into health_snapshots as h (game_id, container_id, status, source, details, observed_at)
    select @health_game_id, @health_container_id, @health_event_type, 'stop', @health_details::jsonb, @health_observed_at
    from moved
    where @health_game_id is not null
    on conflict (game_id) do update
    set container_id = excluded.container_id,
        status = excluded.status,
        source = excluded.source,
        details = excluded.details,
        observed_at = excluded.observed_at
    -- A late writer must not turn the clock back.
    where h.observed_at <= excluded.observed_at
)
select fence.seen,
       exists (select from moved),
       exists (select from current)
from fence;
