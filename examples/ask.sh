#!/bin/sh
# One question with curl: sh examples/ask.sh '{ brokers { name state } }' [http://127.0.0.1:4000/graphql]
# A token, where one is needed, comes from EXCURSION_TOKEN.
query=${1:-'{ trades(first: 5) { nodes { id status } } }'}
address=${2:-http://127.0.0.1:4000/graphql}
set --
if [ -n "$EXCURSION_TOKEN" ]; then set -- --header "authorization: Bearer $EXCURSION_TOKEN"; fi
exec curl --silent --show-error --fail-with-body --header 'accept: application/json' --get "$@" --data-urlencode "query=$query" "$address"
