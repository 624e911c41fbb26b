#!/bin/sh
# The command line of the packaged app: the engine's own program on the Node that is shipped.
here=$(dirname "$(readlink -f "$0")")
GLEANER_RESOURCES="$here/../resources/resources" \
  exec "$here/../resources/runtime/node" --max-semi-space-size=8 "$here/../resources/app/out/main/cli.js" "$@"
