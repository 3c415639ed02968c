#!/usr/bin/env python3
"""Prints the last trades with their excursions, page by page. Needs nothing but Python 3.9:
python3 examples/last_trades.py [http://127.0.0.1:4000/graphql]
A token, where one is needed, comes from EXCURSION_TOKEN."""
import json
import os
import sys
import urllib.request

QUERY = """
query LastTrades($after: String) {
  trades(orderBy: { field: OPENED_AT, direction: DESC }, first: 50, after: $after) {
    nodes { id openedAt netPnl instrument { symbol currency } mfe { pct } mae { pct } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def ask(address, query, variables):
    headers = {"content-type": "application/json"}
    if os.environ.get("EXCURSION_TOKEN"):
        headers["authorization"] = "Bearer " + os.environ["EXCURSION_TOKEN"]
    body = json.dumps({"query": query, "variables": variables}).encode()
    with urllib.request.urlopen(urllib.request.Request(address, body, headers)) as answer:
        result = json.load(answer)
    if result.get("errors"):
        raise SystemExit("; ".join(f"{e['extensions']['code']}: {e['message']}" for e in result["errors"]))
    return result["data"]


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4000/graphql"
    after = None
    while True:
        page = ask(address, QUERY, {"after": after})["trades"]
        for trade in page["nodes"]:
            instrument = trade["instrument"]
            print(trade["openedAt"], instrument["symbol"], trade["netPnl"], instrument["currency"],
                  "MFE", trade["mfe"]["pct"], "MAE", trade["mae"]["pct"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]


if __name__ == "__main__":
    main()
