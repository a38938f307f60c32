"""Writes expected.json: what graphql-core (3.2.8) answers to query.graphql on schema.graphql, with sorted keys."""

import json
import pathlib

from graphql import build_schema, graphql_sync

folder = pathlib.Path(__file__).parent
result = graphql_sync(build_schema((folder / "schema.graphql").read_text()), (folder / "query.graphql").read_text())
assert not result.errors, result.errors

SPECIFIED = {"Int", "Float", "String", "Boolean", "ID", "skip", "include", "deprecated", "specifiedBy"}


def without_descriptions(value):
    if isinstance(value, dict):
        return {key: without_descriptions(item) for key, item in value.items() if key != "description"}
    return [without_descriptions(item) for item in value] if isinstance(value, list) else value


# What is specified everyone words for themselves: the test compares it without its descriptions, and introspection's own types not at all.
schema = result.data["__schema"]
for key in ("types", "directives"):
    schema[key] = [without_descriptions(item) if item["name"] in SPECIFIED else item for item in schema[key] if not item["name"].startswith("__")]
(folder / "expected.json").write_text(json.dumps(result.data, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
