-- An operation log entry that goes with no move, and its health snapshot. An entry of the same source that exists
-- already stays as it is, and so does the snapshot then.
--
--   @op_game_id … @finished_at, @receipt     the operation log entry
--   @health_game_id … @health_observed_at    the snapshot; all null when there is none
--   @fence_label, @fence_epoch               the writer's ownership; both null for a caller that owns no stream
--
-- share_fence_best_effort.sql runs before this, in the same transaction.
--
-- Exactly one row:
--   0  the fence's epoch, 0 when it was never raised. Anything but @fence_epoch: nothing was written
with fence as (
    select coalesce((select f.epoch from stream_fences f where f.label = @fence_label), 0) as seen
),
logged as (
    insert into operation_log (game_id, op_kind, op_source, source_ref, image_ref, container_id, outcome, error_code,
                               error_message, details, started_at, finished_at)
    select @op_game_id, @op_kind, @op_source, @source_ref, @image_ref, @container_id, @outcome, @error_code,
           @error_message, @receipt::jsonb, @started_at, @finished_at
    from fence
    where @fence_label is null or fence.seen = @fence_epoch
    on conflict (game_id, source_ref, op_source, op_kind)
        where right(op_source, 7) = '_stream' and source_ref <> ''
        do nothing
    returning id
),
observed as (
    insert into health_snapshots as h (game_id, container_id, status, source, details, observed_at)
    select @health_game_id, @health_container_id, @health_event_type, 'stop', @health_details::jsonb, @health_observed_at
    from logged
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
select fence.seen from fence;
