-- A game's record and the receipt of a stop that the same source already finished.
--
--   @game_id     the game
--   @op_source   how the operation entered the fleet
--   @source_ref  the source's own reference; empty finds no receipt
--
-- Always exactly one row:
--   0-9  the record: game_id (null when there is no record), status, current_container_id, current_image_ref,
--        engine_endpoint, created_at, started_at, stopped_at, removed_at, last_op_at
--   10   id of the operation log entry; null when there is none
--   11   its details; null when there is no entry, or an entry that somebody else wrote without a receipt
select r.game_id, r.status, r.current_container_id, r.current_image_ref, r.engine_endpoint,
       r.created_at, r.started_at, r.stopped_at, r.removed_at, r.last_op_at,
       o.id, o.details::text
from (values (1)) as always
left join runtime_records r on r.game_id = @game_id
left join lateral (
    -- At most one branch runs: a generic plan skips the other by its test of the parameter alone.
    (select l.id, l.details
     from operation_log l
     where right(l.op_source, 7) = '_stream' and l.source_ref <> ''
       and right(@op_source, 7) = '_stream'
       and l.game_id = @game_id and l.source_ref = @source_ref and l.op_source = @op_source and l.op_kind = 'stop')
    union all
    (select l.id, l.details
     from operation_log l
     where right(@op_source, 7) <> '_stream' and @source_ref <> ''
       and l.game_id = @game_id and l.source_ref = @source_ref and l.op_source = @op_source and l.op_kind = 'stop'
     order by l.started_at desc, l.id desc
     limit 1)
) o on true;
