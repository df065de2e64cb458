#!/usr/bin/env bash
# Benchmarks of the fleet, on private servers that are started for the run and stopped after it.
#
#   ./bench.sh stop [--quick] [--json FILE] [--strict] [--only LIST]
#
#   --quick       fewer rounds, and 100,000 entries instead of 1,000,000 for the memory peak
#   --json FILE   also write the results as JSON
#   --strict      exit 1 when a limit is missed; without it a miss is only printed
#   --only LIST   some measurements alone, comma separated: latency, parallel, replay, start, memory
#
# What each row means, and how far to trust it: bench/README.md.
# Exit codes: 0 measured, 1 a measurement broke (or --strict and a miss), 2 usage.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() { sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

case ${1:-} in
  -h|--help) usage; exit 0 ;;
  '') usage >&2; exit 2 ;;
esac

dotnet build "$root/bench/Bench.csproj" -c Release -p:RunAnalyzers=false -v q --nologo >&2
exec "$root/bench/bin/Release/net10.0/Bench" "$@"
