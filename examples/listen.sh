#!/bin/sh
# Every alert as it is raised, with websocat: sh examples/listen.sh [ws://127.0.0.1:4000/graphql]
address=${1:-ws://127.0.0.1:4000/graphql}
{
  echo '{"type":"connection_init","payload":{"authorization":"Bearer '"$EXCURSION_TOKEN"'"}}' | if [ -z "$EXCURSION_TOKEN" ]; then sed 's/,"payload":.*/}/'; else cat; fi
  sleep 1
  echo '{"id":"alerts","type":"subscribe","payload":{"query":"subscription { alertRaised(sinceSeq: 0) { seq alert { state message } } }"}}'
  # Stays open for as long as it may run.
  sleep "${SECONDS_OPEN:-86400}"
} | exec websocat --protocol graphql-transport-ws "$address"
