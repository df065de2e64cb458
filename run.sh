#!/usr/bin/env bash
# The fleet on this machine: real servers of its own below .servers, the worker, a demo that checks itself.
#
#   ./run.sh           install what is missing, start everything, play the demo, stop everything
#   ./run.sh --keep    the same, but leave the fleet up and say how to send a stop by hand
#   ./run.sh --stop    end a fleet that was kept
#
# Exits 0 when every check of the demo holds, else 1. While a kept fleet is up, it is the one that is used.
set -euo pipefail
cd "$(dirname "$0")"

state=$PWD/.servers
worker=$PWD/src/StopJobs.Worker/bin/Release/net10.0/StopJobs.Worker.dll
log=$state/stopjobs-worker.log
pidfile=$state/stopjobs-worker.pid

say() { printf 'run: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }
usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; }
servers() { scripts/servers.sh "$@" 8>&-; }

# --- worker ------------------------------------------------------------------------------

# The pid file holds the process and the address of its probes.
worker_pid() { cut -d' ' -f1 "$pidfile" 2>/dev/null; }
worker_probes() { cut -d' ' -f2 "$pidfile"; }

# A number that was given to some other process meanwhile is not our worker.
worker_runs() {
  local pid
  pid=$(worker_pid) && grep -aqF "$worker" "/proc/$pid/cmdline" 2>/dev/null
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

start_worker() {
  local probes
  probes=http://127.0.0.1:$(free_port)
  # A session of its own: Ctrl-C is for this script, which then stops the worker in order.
  # The grace period is short, or the container that ignores SIGTERM would hold up the show.
  ConnectionStrings__Redis=$WORKERS_REDIS ConnectionStrings__Postgres=$WORKERS_POSTGRES Docker__Endpoint=$WORKERS_DOCKER \
    Probes__Url=$probes StopJobs__StopTimeout=00:00:03 \
    setsid dotnet "$worker" >"$log" 2>&1 </dev/null 8>&- &
  echo "$! $probes" >"$pidfile"
}

stop_worker() {
  local pid end=$((SECONDS + 30))
  if worker_runs; then
    pid=$(worker_pid)
    kill -TERM "$pid"
    while worker_runs && [ $SECONDS -lt $end ]; do sleep 0.05; done
    worker_runs && { say "the worker did not end on SIGTERM"; kill -KILL "$pid"; }
  fi
  rm -f "$pidfile"
}

# --- fleet -------------------------------------------------------------------------------

# Not under a running worker: its files are mapped into memory.
build() {
  say "building"
  mkdir -p "$state"
  dotnet build demo/Demo.csproj -c Release -v q --nologo >"$state/build.log" 2>&1 8>&- ||
    { cat "$state/build.log"; die "the build failed"; }
}

# Whatever of it is up stays as it is.
start_fleet() {
  say "starting Redis, PostgreSQL and Docker"
  servers install
  servers start "$state"
  eval "$(servers env "$state")"
  worker_runs && return
  say "starting the worker (log: ${log#"$PWD"/})"
  start_worker
}

stop_fleet() {
  stop_worker
  servers stop "$state"
}

# On every way out, Ctrl-C included; a second Ctrl-C must not leave half of it running.
leave() {
  local status=$?
  trap '' INT TERM HUP
  if [ -n "$keep" ] && worker_runs; then
    print_by_hand
  else
    stop_fleet
  fi
  exit $status
}

print_by_hand() {
  local redis="redis-cli -p ${WORKERS_REDIS#*:}" docker="docker -H $WORKERS_DOCKER" port=${WORKERS_POSTGRES#*Port=}
  cat <<END

The fleet stays up. To stop a container of your own by message, paste:

  id=\$($docker run -d --network none busybox:local sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done')
  psql -h 127.0.0.1 -p ${port%%;*} -U postgres -c "insert into runtime_records (game_id, status, current_container_id)
    values ('by-hand', 'running', '\$id') on conflict (game_id) do update
    set status = 'running', current_container_id = excluded.current_container_id"
  $redis XADD runtime:stop_jobs '*' game_id by-hand reason admin_request

and see what became of it:

  $redis XREVRANGE runtime:job_results + - COUNT 1
  $docker ps -a --filter "id=\$id"

Probes: $(worker_probes)/healthz/ready, metrics: $(worker_probes)/metrics, log: ${log#"$PWD"/}
./run.sh --stop ends the fleet.
END
}

# --- demo --------------------------------------------------------------------------------

play() {
  local status=0
  say "playing the demo"
  DEMO_PROBES=$(worker_probes) DEMO_WORKER=$(worker_pid) dotnet demo/bin/Release/net10.0/Demo.dll 8>&- || status=1
  [ $status = 0 ] || { say "the end of ${log#"$PWD"/}:"; tail -n 30 "$log"; }
  return $status
}

keep='' verb=play
for argument in "$@"; do
  case $argument in
    --keep) keep=1 ;;
    --stop) verb=stop ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
done
command -v dotnet >/dev/null || die "the .NET SDK is missing; global.json says which one"

# One at a time; nothing that outlives this script may hold the lock, hence the many 8>&-.
mkdir -p "$state"
exec 8>"$state/run.lock"
flock -n 8 || die "another ./run.sh is at work here"

if [ $verb = stop ]; then
  say "stopping the fleet"
  stop_fleet
  exit
fi

trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
if worker_runs; then
  say "using the fleet that is up"
  keep=1
else
  build
fi
start_fleet
export WORKERS_REDIS WORKERS_POSTGRES WORKERS_DOCKER
play
