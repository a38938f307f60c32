"""Writes expected.json: what graphql-core (3.2.8) answers to query.graphql on schema.graphql, with sorted keys."""

import json
import pathlib

from graphql import build_schema, graphql_sync

folder = pathlib.Path(__file__).parent
result = graphql_sync(build_schema((folder / "schema.graphql").read_text()), (folder / "query.graphql").read_text())
assert not result.errors, result.errors
(folder / "expected.json").write_text(json.dumps(result.data, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
