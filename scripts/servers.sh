#!/usr/bin/env bash
# Private servers for the demo, the tests and the benchmarks: own ports, own folders,
# stopped again by process id. Nothing here touches a server that was already running.
#
#   scripts/servers.sh install                 install what is missing (Debian packages)
#   scripts/servers.sh start   DIR [NAME…]     start the named servers below DIR (default: all)
#   scripts/servers.sh stop    DIR [NAME…]     stop them, gracefully, by process id
#   scripts/servers.sh kill    DIR NAME…       SIGKILL, as a crash would
#   scripts/servers.sh env     DIR             print how to reach them, as shell exports
#
# NAME is redis, postgres or docker. Ports and data survive a stop, so that a later start
# finds the server where it was.
set -euo pipefail

names=(redis postgres docker)
pg_bin=/usr/lib/postgresql/15/bin

say() { printf 'servers: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# --- install -----------------------------------------------------------------------------

install() {
  local missing=()
  command -v redis-server >/dev/null || missing+=(redis-server)
  [ -x $pg_bin/postgres ] || missing+=(postgresql-15)
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v iptables >/dev/null || missing+=(iptables)
  [ -x /bin/busybox ] || missing+=(busybox-static)
  command -v ps >/dev/null || missing+=(procps)
  [ ${#missing[@]} -eq 0 ] && return 0

  [ "$(id -u)" = 0 ] || die "missing: ${missing[*]}; run as root once, or install them with apt-get"
  say "installing ${missing[*]}"
  # Debian starts what it installs, and PostgreSQL makes a cluster of its own; neither is wanted here.
  mkdir -p /etc/postgresql-common/createcluster.d
  [ -e /etc/postgresql-common/createcluster.d/none.conf ] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/none.conf
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; made=1; fi
  local log; log=$(mktemp)
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null
  then
    [ -z "$made" ] || rm -f $policy
    tail -n 20 "$log" >&2
    die "could not install ${missing[*]} (log: $log)"
  fi
  [ -z "$made" ] || rm -f $policy
  rm -f "$log"
}

# --- common ------------------------------------------------------------------------------

# A port below the ephemeral range that nobody listens on.
free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

port_of() { # DIR NAME: the port, chosen once
  [ -s "$1/$2.port" ] || free_port >"$1/$2.port"
  cat "$1/$2.port"
}

alive() { [ -s "$1" ] && kill -0 "$(head -n1 "$1")" 2>/dev/null; }

await() { # SECONDS WHAT LOG COMMAND…
  local seconds=$1 what=$2 log=$3; shift 3
  local end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then tail -n 20 "$log" >&2 || true; die "$what did not answer within ${seconds}s (log: $log)"; fi
    sleep 0.1
  done
}

await_gone() { # PIDFILE SECONDS
  local pid end=$((SECONDS + $2)); pid=$(head -n1 "$1")
  while kill -0 "$pid" 2>/dev/null; do
    [ "$(ps -o stat= -p "$pid" 2>/dev/null | cut -c1)" = Z ] && break
    if [ $SECONDS -ge $end ]; then kill -9 "$pid" 2>/dev/null || true; break; fi
    sleep 0.05
  done
}

# Unix sockets have short names, and PostgreSQL's account may be unable to enter DIR (a
# mode-700 temporary folder): what needs either lives here.
side_dir() { echo "/tmp/workers-$(printf %s "$1" | cksum | cut -d' ' -f1)"; }

# --- redis -------------------------------------------------------------------------------

start_redis() {
  local dir=$1 port; port=$(port_of "$1" redis)
  alive "$dir/redis.pid" && return 0
  mkdir -p "$dir/redis"
  # A path holds white space sometimes, and Redis' own parser does not like that: cd instead.
  (cd "$dir/redis" && setsid redis-server --port "$port" --bind 127.0.0.1 --dir . --appendonly yes --save '' \
    --enable-debug-command local --loglevel notice >redis.log 2>&1 </dev/null & echo $! >"$dir/redis.pid")
  await 30 redis "$dir/redis/redis.log" redis_answers "$port"
}
redis_answers() { [ "$(redis-cli -p "$1" ping 2>/dev/null)" = PONG ]; }
stop_redis() { kill -TERM "$(cat "$1/redis.pid")" 2>/dev/null || true; await_gone "$1/redis.pid" 20; rm -f "$1/redis.pid"; }

# --- postgres ----------------------------------------------------------------------------

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_postgres() {
  local dir=$1 side data port; side=$(side_dir "$1"); data=$side/pg; port=$(port_of "$1" postgres)
  alive "$dir/postgres.pid" && return 0
  mkdir -p "$data"
  [ "$(id -u)" = 0 ] && { chmod 755 "$side"; chown postgres "$data"; }
  chmod 700 "$data"
  cd /
  if [ ! -s "$data/PG_VERSION" ]; then
    as_postgres $pg_bin/initdb -D "$data" -A trust -U postgres -E UTF8 --locale=C >"$dir/initdb.log" 2>&1 ||
      { tail -n 20 "$dir/initdb.log" >&2; die "initdb failed"; }
  fi
  rm -f "$data/postmaster.pid.stale"
  as_postgres $pg_bin/pg_ctl -D "$data" -l "$data/server.log" -w -t 60 \
    -o "-p $port -k '$data' -c listen_addresses=127.0.0.1 -c max_connections=300" start >"$dir/postgres.log" 2>&1 ||
    { tail -n 20 "$dir/postgres.log" "$data/server.log" >&2; die "postgres did not start"; }
  head -n1 "$data/postmaster.pid" >"$dir/postgres.pid"
}
stop_postgres() {
  # SIGINT is PostgreSQL's fast shutdown: sessions are ended, nothing is lost.
  kill -INT "$(cat "$1/postgres.pid")" 2>/dev/null || true; await_gone "$1/postgres.pid" 30; rm -f "$1/postgres.pid"
}

# --- docker ------------------------------------------------------------------------------

docker_socket() { echo "$(side_dir "$1")/docker.sock"; }

start_docker() {
  local dir=$1 side; side=$(side_dir "$1")
  alive "$dir/docker.pid" && return 0
  mkdir -p "$side" "$dir/docker"
  [ "$(id -u)" = 0 ] || die "the Docker engine needs root"
  # A crash leaves these behind, and the next engine would take them for a running one.
  rm -f "$dir/docker.pid" "$side/docker.sock"
  (setsid dockerd --data-root "$side/docker" --exec-root "$side/exec" --pidfile "$dir/docker.pid" \
    -H "unix://$side/docker.sock" --storage-driver=vfs --iptables=false --ip6tables=false --bridge=none \
    --exec-opt native.cgroupdriver=cgroupfs >>"$dir/docker/docker.log" 2>&1 </dev/null &)
  await 60 docker "$dir/docker/docker.log" docker -H "unix://$side/docker.sock" version
  docker -H "unix://$side/docker.sock" image inspect busybox:local >/dev/null 2>&1 || import_busybox "$side/docker.sock"
}

import_busybox() { # SOCKET: an image without a registry
  local root; root=$(mktemp -d)
  mkdir -p "$root/bin"
  cp /bin/busybox "$root/bin/busybox"
  local applet
  for applet in sh sleep echo cat true false kill test env date wget; do ln -s busybox "$root/bin/$applet"; done
  tar -C "$root" -c . | docker -H "unix://$1" import - busybox:local >/dev/null
  rm -rf "$root"
}

stop_docker() {
  local sock; sock=$(docker_socket "$1")
  # Containers first, or the engine waits for each of them in turn.
  if [ "${2:-}" = all ] && alive "$1/docker.pid"; then
    local ids; ids=$(docker -H "unix://$sock" ps -aq 2>/dev/null || true)
    [ -z "$ids" ] || docker -H "unix://$sock" rm -f $ids >/dev/null 2>&1 || true
  fi
  local pidfile=$1/docker.pid.stopping
  cp "$1/docker.pid" "$pidfile"
  kill -TERM "$(cat "$pidfile")" 2>/dev/null || true; await_gone "$pidfile" 40; rm -f "$1/docker.pid" "$pidfile"
}

# --- verbs -------------------------------------------------------------------------------

verb=${1:-}; shift || true
case $verb in
  install) install; exit ;;
  start|stop|kill|env) ;;
  *) sed -n '2,12p' "$0"; exit 2 ;;
esac

dir=${1:-}; shift || true
[ -n "$dir" ] || die "which folder?"
[ "$verb" != start ] || mkdir -p "$dir"
[ -d "$dir" ] || exit 0
dir=$(cd "$dir" && pwd)
wanted=("$@"); [ ${#wanted[@]} -gt 0 ] || wanted=("${names[@]}")

for name in "${wanted[@]}"; do
  case " ${names[*]} " in *" $name "*) ;; *) die "no server is called '$name' (${names[*]})" ;; esac
  case $verb in
    start) "start_$name" "$dir" ;;
    stop) if [ -s "$dir/$name.pid" ]; then if [ $# -eq 0 ]; then "stop_$name" "$dir" all; else "stop_$name" "$dir"; fi; fi ;;
    kill)
      if [ -s "$dir/$name.pid" ]; then
        cp "$dir/$name.pid" "$dir/$name.pid.stopping"
        kill -9 "$(head -n1 "$dir/$name.pid.stopping")" 2>/dev/null || true
        await_gone "$dir/$name.pid.stopping" 10; rm -f "$dir/$name.pid" "$dir/$name.pid.stopping"
      fi ;;
  esac
done

if [ "$verb" = stop ] && [ $# -eq 0 ]; then
  # A container's shim outlives its engine by design; nothing of ours may outlive this.
  side=$(side_dir "$dir")
  pkill -TERM -f "containerd.*$side/exec" 2>/dev/null || true
  pkill -KILL -f "containerd-shim.*$side/exec" 2>/dev/null || true
fi

if [ "$verb" = env ]; then
  [ ! -s "$dir/redis.port" ] || echo "export WORKERS_REDIS=127.0.0.1:$(cat "$dir/redis.port")"
  [ ! -s "$dir/postgres.port" ] || echo "export WORKERS_POSTGRES='Host=127.0.0.1;Port=$(cat "$dir/postgres.port");Username=postgres;Database=postgres'"
  [ ! -e "$(docker_socket "$dir")" ] || echo "export WORKERS_DOCKER=unix://$(docker_socket "$dir")"
fi
