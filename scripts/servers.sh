#!/usr/bin/env bash
# Private servers for the demo, the tests and the benchmarks: own ports, own folders,
# stopped again by process id. Nothing here touches a server that was already running.
#
#   scripts/servers.sh install                 install what is missing (Debian packages)
#   scripts/servers.sh start   DIR [NAME…]     start the named servers below DIR (default: all)
#   scripts/servers.sh stop    DIR [NAME…]     stop them gracefully; without names also every container
#   scripts/servers.sh restart DIR [NAME…]     stop, then start on the same ports and data
#   scripts/servers.sh kill    DIR [NAME…]     SIGKILL, as a crash would
#   scripts/servers.sh remove  DIR             stop everything in DIR and below it, delete it all
#   scripts/servers.sh env     DIR             print how to reach them, as shell exports
#
# NAME is redis, postgres or docker. Ports and data survive a stop, so that a later start
# finds the server where it was. SERVERS_REDIS_ARGS adds to Redis' command line, e.g.
# "--appendfsync always".
#
# What may be signalled: a pid file can be stale and its number given to a stranger, so a
# process counts as ours only when its name is a server's and its folder or command line is
# ours. The same rule finds what a killed parent left behind.
set -euo pipefail

names=(redis postgres docker)

say() { printf 'servers: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; }

# The newest PostgreSQL that Debian installed; empty when there is none.
pg_bin() { find /usr/lib/postgresql -path '*/bin/postgres' -printf '%h\n' 2>/dev/null | sort -V | tail -n 1; }

# --- install -----------------------------------------------------------------------------

install() {
  local missing=()
  command -v redis-server >/dev/null || missing+=(redis-server)
  [ -n "$(pg_bin)" ] || missing+=(postgresql)
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v iptables >/dev/null || missing+=(iptables)
  [ -x /bin/busybox ] || missing+=(busybox-static)
  command -v umount >/dev/null || missing+=(mount)
  # The tests signal workers with procps' kill.
  [ -x /bin/kill ] || missing+=(procps)
  [ ${#missing[@]} -gt 0 ] || return 0

  [ "$(id -u)" = 0 ] || die "missing: ${missing[*]}. Run this once as root, or: apt-get install ${missing[*]}"
  command -v apt-get >/dev/null || die "missing: ${missing[*]}; this script can install them on Debian only"
  say "installing ${missing[*]}"
  # Debian starts what it installs, and PostgreSQL makes a cluster of its own; neither is wanted here.
  policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.d/none.conf
  mkdir -p "${cluster%/*}"
  [ -e "$cluster" ] || echo 'create_main_cluster = false' >"$cluster"
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  local log
  log=$(mktemp)
  apt "$log" update
  apt "$log" install -y --no-install-recommends "${missing[@]}"
  rm -f "$log"
}

apt() { # LOG ARGUMENT…
  local log=$1; shift
  DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >>"$log" 2>&1 </dev/null && return 0
  tail -n 20 "$log" >&2
  die "apt-get $1 failed (log: $log)"
}

# --- processes ---------------------------------------------------------------------------

# What a server's processes are called, and what tells ours from others: the folder they work
# in or, for the engine's, which work anywhere, a path on their command line.
declare -A command mark
describe() {
  command=([redis]=redis-server [postgres]=postgres [docker]='dockerd containerd' [shim]=containerd-shim)
  mark=([redis]="$dir/redis" [postgres]="$side/pg" [docker]="$side/exec" [shim]="$side/exec")
}

# NAME PID: whether the process is one of that server's. A zombie has neither folder nor command line.
is_ours() {
  local comm arguments
  # The kernel keeps 15 characters of a name: containerd-shim-runc-v2 is containerd-shim.
  { read -r comm <"/proc/$2/comm"; } 2>/dev/null || return 1
  [[ " ${command[$1]} " == *" $comm "* ]] || return 1
  { mapfile -d '' -t arguments <"/proc/$2/cmdline"; } 2>/dev/null || return 1
  [[ "$(readlink "/proc/$2/cwd")/" == "${mark[$1]}"[/\ ]* || "${arguments[*]}/" == *" ${mark[$1]}"[/\ ]* ]]
}

# NAME: the server's processes, its children and what a killed parent left behind.
processes() {
  local path
  for path in /proc/[0-9]*; do
    if is_ours "$1" "${path#/proc/}"; then echo "${path#/proc/}"; fi
  done
}

# NAME: whether the process of its pid file is there and ours.
running() { [ -s "$dir/$1.pid" ] && is_ours "$1" "$(head -n 1 "$dir/$1.pid")"; }

# NAME SECONDS: waits until nothing of it is left, and ends with SIGKILL what stays.
await_gone() {
  local left end=$((SECONDS + $2))
  while left=$(processes "$1"); [ -n "$left" ]; do
    # shellcheck disable=SC2086 # a list of numbers
    [ $SECONDS -lt $end ] || kill -KILL $left 2>/dev/null || true
    # shellcheck disable=SC2086
    [ $SECONDS -lt $((end + 30)) ] || die "$1 survives SIGKILL: process" $left
    sleep 0.05
  done
  rm -f "$dir/$1.pid"
}

# NAME SECONDS LOG: waits until the server answers; a server that died is not waited for.
await_answer() {
  local end=$((SECONDS + $2)) started=
  until "answers_$1" >/dev/null 2>&1; do
    if running "$1"; then started=1; elif [ -n "$started" ]; then failed "$1 ended while starting" "$3"; fi
    [ $SECONDS -lt $end ] || failed "$1 did not answer within ${2}s" "$3"
    sleep 0.05
  done
}
failed() { tail -n 20 "$2" >&2 || true; die "$1 (log: $2)"; }

# --- ports -------------------------------------------------------------------------------

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# NAME: its port, kept for good unless a stranger took it while the server was down. Ports
# lie below the ephemeral range, so that no outgoing connection can take one.
choose_port() {
  local port
  if [ -s "$dir/$1.port" ]; then
    listening "$(cat "$dir/$1.port")" || return 0
    say "port $(cat "$dir/$1.port") of $1 was taken meanwhile, choosing another"
  fi
  while port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000)); listening "$port"; do :; done
  echo "$port" >"$dir/$1.port"
}
port() { cat "$dir/$1.port"; }

# --- redis -------------------------------------------------------------------------------

launch_redis() {
  local extra
  read -ra extra <<<"${SERVERS_REDIS_ARGS:-}"
  mkdir -p "$dir/redis"
  # --dir takes no white space in Redis' own parser, a path sometimes has some: cd instead.
  (cd "$dir/redis" && exec setsid redis-server --port "$(port redis)" --bind 127.0.0.1 --dir . --appendonly yes --save '' \
    --enable-debug-command local --loglevel notice "${extra[@]}" >>redis.log 2>&1 </dev/null 9>&-) &
  echo $! >"$dir/redis.pid"
}
answers_redis() { [ "$(redis-cli -p "$(port redis)" ping)" = PONG ]; }
start_redis() {
  running redis || { kill_redis; choose_port redis; launch_redis; }
  await_answer redis 60 "$dir/redis/redis.log"
}
stop_redis() { signal redis TERM; await_gone redis 20; }
kill_redis() { await_gone redis 0; }

# --- postgres ----------------------------------------------------------------------------

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

launch_postgres() {
  local bin data=$side/pg
  bin=$(pg_bin)
  [ -n "$bin" ] || die "PostgreSQL is not installed; run: scripts/servers.sh install"
  mkdir -p "$data"
  chmod 700 "$data"
  [ "$(id -u)" != 0 ] || chown postgres "$data"
  # Its account may be unable to enter the folder we are called from.
  cd /
  if [ ! -s "$data/PG_VERSION" ]; then
    find "$data" -mindepth 1 -delete # what an interrupted initdb left
    as_postgres "$bin/initdb" -D "$data" -A trust -U postgres -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 ||
      { rm -f "$data/PG_VERSION"; failed "initdb failed" "$dir/initdb.log"; }
  fi
  # Left by a crash. The numbers in them may meanwhile be some other process of the same account,
  # and PostgreSQL would take that for a running server. Ours are all gone: start_postgres saw to it.
  rm -f "$data/postmaster.pid" "$data"/.s.PGSQL.*
  as_postgres "$bin/pg_ctl" -D "$data" -l "$data/server.log" -w -t 120 \
    -o "-p $(port postgres) -k '$data' -c listen_addresses=127.0.0.1 -c max_connections=300" start \
    >"$dir/postgres.log" 2>&1 </dev/null 9>&- || failed "postgres did not start" "$data/server.log"
  head -n 1 "$data/postmaster.pid" >"$dir/postgres.pid"
}
answers_postgres() { "$(pg_bin)/pg_isready" -q -h 127.0.0.1 -p "$(port postgres)"; }
start_postgres() {
  running postgres || { kill_postgres; choose_port postgres; launch_postgres; }
  await_answer postgres 60 "$side/pg/server.log"
}
# SIGINT is PostgreSQL's fast shutdown: sessions are ended, nothing is lost.
stop_postgres() { signal postgres INT; await_gone postgres 30; }
kill_postgres() { await_gone postgres 0; }

# --- docker ------------------------------------------------------------------------------

engine() { docker -H "unix://$side/docker.sock" "$@"; }

launch_docker() {
  [ "$(id -u)" = 0 ] || die "the Docker engine needs root (membership of the docker group opens an existing engine, and this one is private)"
  command -v dockerd >/dev/null || die "Docker is not installed; run: scripts/servers.sh install"
  mkdir -p "$side/docker"
  # Left by a crash: the engine believes a containerd.pid whose number has been given to a stranger.
  rm -f "$dir/docker.pid" "$side/docker.sock" "$side"/exec/containerd/containerd.{pid,sock,sock.ttrpc}
  # The socket belongs to the caller's own group: Debian's docker group need not exist.
  (cd "$side/docker" && exec setsid dockerd --data-root "$side/docker" --exec-root "$side/exec" --pidfile "$dir/docker.pid" \
    -H "unix://$side/docker.sock" --group "$(id -g)" --storage-driver=vfs --iptables=false --ip6tables=false --bridge=none \
    --exec-opt native.cgroupdriver=cgroupfs >>"$dir/docker.log" 2>&1 </dev/null 9>&-) &
}
answers_docker() { engine version; }
start_docker() {
  running docker || { kill_docker; launch_docker; }
  await_answer docker 60 "$dir/docker.log"
  engine image inspect busybox:local >/dev/null 2>&1 || import_busybox
}
stop_docker() { signal docker TERM; await_gone docker 40; }
# The engine's containerd goes with it: an orphan of it would keep the next engine from starting.
# The containers live on, as after a crash, until the next engine or a full stop ends them.
kill_docker() { await_gone docker 0; }

# An image without a registry.
import_busybox() {
  local root applet
  root=$(mktemp -d)
  mkdir -p "$root/bin"
  cp /bin/busybox "$root/bin/busybox"
  for applet in sh sleep echo cat true false kill test env date wget; do ln -s busybox "$root/bin/$applet"; done
  tar -C "$root" -c . | engine import - busybox:local >/dev/null
  rm -rf "$root"
}

# Containers first, or the engine would wait for each of them.
remove_containers() {
  local ids
  if running docker && ids=$(engine ps -aq) && [ -n "$ids" ]; then
    # shellcheck disable=SC2086 # a list of ids
    engine rm -f $ids >/dev/null || say "the engine could not remove all its containers"
  fi
}

# A shim and its container outlive their engine by design; nothing of ours may outlive a full stop.
end_containers() {
  local pid path
  for pid in $(processes shim); do
    # shellcheck disable=SC2046 # a list of numbers
    kill -KILL $(cat "/proc/$pid"/task/*/children 2>/dev/null) 2>/dev/null || true
  done
  await_gone shim 0
  while read -r _ path _; do
    if [[ $path == "$side"/* ]]; then umount -l "$path" || say "could not unmount $path"; fi
  done </proc/self/mounts
}

# --- verbs -------------------------------------------------------------------------------

signal() { if running "$1"; then kill "-$2" "$(head -n 1 "$dir/$1.pid")" 2>/dev/null || true; fi; }

# VERB: for all wanted servers at once; fails when one does.
each() {
  local name pids=() pid ok=0
  for name in "${wanted[@]}"; do "$1_$name" & pids+=($!); done
  for pid in "${pids[@]}"; do wait "$pid" || ok=1; done
  return $ok
}

stop() {
  [ -z "$everything" ] || remove_containers
  each stop
  [ -z "$everything" ] || end_containers
}

remove() {
  local nested
  while read -r nested; do
    [ "$nested" = "$dir" ] || "$script" remove "$nested"
  done < <(find "$dir" -name servers.lock -printf '%h\n')
  stop
  rm -rf "$side" "$dir"
}

print_env() {
  [ ! -s "$dir/redis.port" ] || echo "export WORKERS_REDIS=127.0.0.1:$(port redis)"
  [ ! -s "$dir/postgres.port" ] || echo "export WORKERS_POSTGRES='Host=127.0.0.1;Port=$(port postgres);Username=postgres;Database=postgres'"
  [ ! -d "$side/docker" ] || echo "export WORKERS_DOCKER=unix://$side/docker.sock"
}

verb=${1:-}
case $verb in
  install) install; exit ;;
  start | stop | restart | kill | remove | env) ;;
  *) usage ;;
esac
[ -n "${2:-}" ] || die "which folder?"
if [ "$verb" = start ] || [ "$verb" = restart ]; then
  mkdir -p "$2"
elif [ ! -e "$2/servers.lock" ]; then
  [ "$verb" != remove ] || [ ! -d "$2" ] || die "$2 is not a folder of ours"
  exit 0 # never started, or removed: nothing to stop
fi
script=$(realpath "$0")
dir=$(cd "$2" && pwd)
shift 2
wanted=("$@") everything=
[ $# -gt 0 ] || { wanted=("${names[@]}"); everything=1; }
for name in "${wanted[@]}"; do
  [[ " ${names[*]} " == *" $name "* ]] || die "no server is called '$name' (${names[*]})"
done

# Unix sockets have short names, and PostgreSQL's account may be unable to enter DIR (a
# mode-700 temporary folder): what needs either lives here.
side=/tmp/workers-$(printf %s "$dir" | cksum | cut -d' ' -f1)
if [ "$verb" != env ]; then
  mkdir -p "$side"
  [ -O "$side" ] || die "$side belongs to someone else"
  chmod 755 "$side"
  # One at a time for a DIR; servers are started without this descriptor.
  exec 9>"$dir/servers.lock"
  flock -w 180 9 || die "another servers.sh is busy in $dir"
fi
describe

case $verb in
  start) each start ;;
  stop) stop ;;
  restart) stop; each start ;;
  kill) each kill ;;
  remove) remove ;;
  env) print_env ;;
esac
