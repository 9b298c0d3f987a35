#!/usr/bin/env bash
# The demo: Python counts the words of a text and is killed in the middle, C goes on from the checkpoint,
# and the result is what tr, sort and uniq count.
#
#   examples/wordcount/demo.sh [FILE or FOLDER]      or: make demo TEXT=...
#
# Needs build/lib/libworkflow.so. PYTHON names another Python than python3.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
text=${1:-${TEXT:-/usr/share/common-licenses/GPL-3}}
python=${PYTHON:-python3}
export PYTHONPATH=$root/bindings/python${PYTHONPATH:+:$PYTHONPATH}
program=$root/build/examples/wordcount

work=$(mktemp -d)
python_pid=
trap '[[ -z $python_pid ]] || kill -9 "$python_pid" 2>/dev/null; rm -rf "$work"' EXIT
storage=$work/checkpoints

title() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[[ -t 1 ]] || title() { printf '\n%s\n' "$*"; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }
last_superstep() { "$program" lineage --storage "$storage" | awk 'END { print $1 }'; }
checkpoints() { find "$storage" -name '*.json' 2>/dev/null | wc -l; }

# The files of the text, NUL-terminated: a folder's own links lead elsewhere and are left out.
files() { find -H "$text" -type f -print0; }

# What the shell counts. Each file ends with a line of its own, or two files could share a word.
shell_counts() {
    files | while IFS= read -r -d '' file; do tr -cs 'A-Za-z' '\n' <"$file"; echo; done |
        tr A-Z a-z | { grep . || true; } | sort | uniq -c | awk '{print $1, $2}'
}

[[ -e $text ]] || fail "there is no $text; name a file or a folder: make demo TEXT=..."
make -s -C "$root/examples"

# About seventy chunks and two seconds, whatever the size of the text.
[[ -n $(files | head -c 1) ]] || fail "there is no file in $text"
bytes=$(files | xargs -0 cat | wc -c)
chunk=$((bytes / 70 + 1))
pause=25

title "1. Python begins to count $text: $bytes bytes, about $chunk a chunk"
"$python" "$here/wordcount.py" start "$text" --storage "$storage" --chunk-bytes "$chunk" --pause-ms "$pause" &
python_pid=$!
until (($(checkpoints) > 70 / 3)) || ! kill -0 "$python_pid" 2>/dev/null; do sleep 0.02; done

kill -9 "$python_pid" 2>/dev/null || true
status=0
wait "$python_pid" 2>/dev/null || status=$?
killed=$python_pid
python_pid=
[[ ! -t 1 ]] || echo
case $status in
137) title "2. kill -9 $killed, after superstep $(last_superstep). C goes on from its checkpoint" ;;
0) title "2. Python was done before it could be killed: the text is too short. C shows what it left" ;;
*) fail "Python did not get through; its message stands above" ;;
esac
"$program" resume --storage "$storage" --pause-ms "$pause" --counts "$work/counts" --top 8

title "3. The checkpoints: who wrote them, and from which each goes on"
"$program" lineage --storage "$storage" >"$work/lineage"
# The first and the last few, and those where the language changes.
awk 'NR == FNR { who[NR] = $NF; last = NR; next }
     FNR <= 3 || FNR > last - 2 || who[FNR] != who[FNR - 1] || who[FNR] != who[FNR + 1] { print; dots = 0; next }
     !dots++ { print "      ..." }' "$work/lineage" "$work/lineage"
awk 'NR > 2 && $NF != who { if (who) printf "%d by %s, ", last, who; who = $NF; printf "supersteps %d to ", $1 }
     { last = $1 } END { printf "%d by %s\n", last, who }' "$work/lineage"

title "4. The same words, counted by tr, sort and uniq"
shell_counts >"$work/expected"
diff "$work/expected" "$work/counts" || fail "the counts differ, as shown above (<: the shell, >: libworkflow)"
echo "All $(wc -l <"$work/counts") counts are equal."
