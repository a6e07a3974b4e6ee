#!/usr/bin/env bash
# Starts a server of its own, attacks its API with what Schemathesis generates for so many seconds, and stops it.
# usage: run.sh QCOS SCHEMATHESIS SECONDS
set -euo pipefail
qcos=$(realpath "$1"); st=$(realpath -s "$2"); seconds=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
"$qcos" serve --listen 127.0.0.1:0 --data-dir "$work/data" --account-rate 0 --address-rate 0 >"$work/out" 2>"$work/log" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do grep -q listening "$work/out" && break; sleep 0.1; done
url=$(sed 's/listening on //' "$work/out")
admin() { "$qcos" admin "$@" --data-dir "$work/data" --format json; }
key=$(admin user create st@example.com --tier enterprise --key st | sed 's/.*"key":"\(qcos-[^"]*\)".*/\1/')
post() { curl -sf -X POST "$url/execute" -H "X-API-Key: $key" -H 'Content-Type: application/json' -d "$1" >/dev/null; }
bell='OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;'
post "{\"qasm\":\"$bell\",\"job_id\":\"seeded\",\"memory\":true,\"tags\":[\"a\"]}"
post "{\"qasm\":\"$bell\",\"job_id\":\"purged\"}"
curl -sf "$url/results/purged?wait=20" -H "X-API-Key: $key" >/dev/null
curl -sf -X DELETE "$url/jobs/purged?purge=true" -H "X-API-Key: $key" >/dev/null
# Not every string is a circuit, and members that are not known are ignored: these two checks ask for the opposite.
cd "$work" # where Schemathesis leaves what it remembers
SCHEMATHESIS_HOOKS="hooks" PYTHONPATH="$here" "$st" --config-file "$here/schemathesis.toml" run "$url/openapi.json" --url "$url" -H "X-API-Key: $key" --warnings off --suppress-health-check all \
	--exclude-checks positive_data_acceptance,negative_data_rejection --max-time "$seconds" --continue-on-failure
kill -0 "$server"
curl -sf "$url/ready" >/dev/null
if grep -E '"status":5[0-9][0-9]|"panic"' "$work/log"; then echo "the server failed at requests: see above"; exit 1; fi
echo "$(grep -c '"msg":"request"' "$work/log") requests, none answered with 5xx"
