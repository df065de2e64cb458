#!/usr/bin/env bash
# Every test, on real servers of its own. The last line is "N passed, N failed, N skipped".
#
#   ./test.sh                  build, start Redis, PostgreSQL and Docker in a temporary folder, test, stop everything
#   ./test.sh --long           full loop counts instead of the short form (WORKERS_LONG=1)
#   ./test.sh --filter EXPR    only these tests, e.g. "FullyQualifiedName~Watermark"
#
# Exits non-zero when a test fails, none ran, the build failed or a test host crashed.
set -euo pipefail
cd "$(dirname "$0")"

passed=0 failed=0 skipped=0
state=''

say() { printf 'test: %s\n' "$*"; }
usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; }
fail() { failed=$((failed + 1)); say "$*"; }

# On every way out: nothing that was started here survives, and the sum comes last.
leave() {
  local status=$?
  trap '' INT TERM HUP
  if [ -n "$state" ]; then
    end_leftovers
    if [ -e "$state/servers.lock" ]; then scripts/servers.sh remove "$state" || fail "some servers could not be stopped"; fi
    rm -rf "$state"
  fi
  [ $status -eq 0 ] || [ $failed -gt 0 ] || failed=1
  echo "$passed passed, $failed failed, $skipped skipped"
  [ $failed -eq 0 ] && [ $((passed + skipped)) -gt 0 ] || exit 1
  exit 0
}

# An interrupted test host, and workers that a crashed one left running: they carry our folder in
# their environment.
end_leftovers() {
  local file
  grep -lzxF "WORKERS_STATE=$state" /proc/[0-9]*/environ 2>/dev/null | while IFS=/ read -r _ _ file _; do
    kill -KILL "$file" 2>/dev/null || true
  done || true
}

build() {
  say "building"
  # No build process of ours stays behind; lock files pin what gets restored.
  dotnet build Workers.sln -c Release -v q --nologo -nodeReuse:false >"$state/build.log" 2>&1 && return 0
  grep -E ': (error|warning) ' "$state/build.log" | sort -u || cat "$state/build.log"
  fail "the build failed"
  return 1
}

start_servers() {
  scripts/servers.sh install && say "starting Redis, PostgreSQL and Docker" && scripts/servers.sh start "$state" && return 0
  fail "the servers did not start"
  return 1
}

counter() { # FILE NAME: from the one line of totals in a TRX report
  sed -n "s/.*<Counters .*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

run_tests() { # PROJECT NAME
  local report=$state/results/$2.trx status=0 total=0 good=0 bad=0
  say "$2"
  # Not exported: only this, and what it starts, is to carry the name of our folder. In the background,
  # since bash runs no trap while it waits for a command in the foreground; what it starts there ignores
  # SIGINT unless told otherwise, and some tests send it.
  env --default-signal=INT,QUIT "${environment[@]}" dotnet test "$1/bin/Release/net10.0/$2.dll" --nologo --results-directory "$state/results" \
    --logger "trx;LogFileName=$2.trx" --logger "console;verbosity=minimal" \
    --blame-hang-timeout "$hang" --blame-hang-dump-type none "${arguments[@]}" 2>&1 | sed -u "$noise" &
  wait $! || status=$?
  if [ -s "$report" ]; then
    total=$(counter "$report" total) good=$(counter "$report" passed) bad=$(counter "$report" failed)
  fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + total - good - bad))
  if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then fail "$2 did not run to its end (exit code $status)"; fi
  # A project whose tests are not found must not look like one whose tests pass.
  if [ $status -eq 0 ] && [ "$total" -eq 0 ] && [ ${#arguments[@]} -eq 0 ]; then fail "$2 has no tests"; fi
}

# What the runner says whatever happens.
noise='/^Starting test execution/d; /^A total of /d; /^Results File: /d; /^No test matches /d;
  /All tests finished running, Sequence file/d; /^$/d'
# A test that is stuck for this long ends the run of its project, by name.
hang=10m
arguments=() long=0
while [ $# -gt 0 ]; do
  case $1 in
    --long) long=1 hang=60m ;;
    --filter) [ $# -gt 1 ] || { usage >&2; exit 2; }; arguments+=(--filter "$2"); shift ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
state=$(mktemp -d)
build || exit 1
start_servers || exit 1

eval "$(scripts/servers.sh env "$state")"
# Workers are started by their own executable, which looks for the runtime here.
DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(realpath "$(command -v dotnet)")")}
environment=(
  "WORKERS_REDIS=$WORKERS_REDIS" "WORKERS_POSTGRES=$WORKERS_POSTGRES" "WORKERS_DOCKER=$WORKERS_DOCKER"
  "WORKERS_SERVERS=$PWD/scripts/servers.sh" "WORKERS_STATE=$state" "WORKERS_LONG=$long" "DOTNET_ROOT=$DOTNET_ROOT"
)
for project in tests/*.Tests; do run_tests "$project" "${project#tests/}"; done
