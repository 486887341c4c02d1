# To be sourced by a benchmark that has a cluster of its own for as long as it runs: `start` brings
# it up with these options of `plasma up`, and it goes with the script.

home=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
offset=${PORT_OFFSET:-400}
namenode=127.0.0.1:$((2727 + offset))
directory=$(mktemp -d "${TMPDIR:-/tmp}/$(basename "$0").XXXXXX")

finish() {
  "$home/plasma" down --dir "$directory/cluster" >/dev/null || true
  rm -rf "$directory"
}
trap finish EXIT

start() {
  "$home/plasma" up --dir "$directory/cluster" --detach --port-offset "$offset" "$@"
}
