"""Builds a client's schema from an introspection result on standard input, finds it valid, and checks a document against it.

Prints the number of types. Any fault ends it with a message and status 1: what a client generator of another language would meet.
"""
import json
import sys

from graphql import build_client_schema, get_introspection_query, parse, validate, validate_schema

if sys.argv[1:] == ["query"]:
    print(get_introspection_query(descriptions=True, specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True))
    sys.exit(0)

response = json.load(sys.stdin)
if response.get("errors"):
    sys.exit(f"the introspection query failed: {response['errors']}")
schema = build_client_schema(response["data"])
faults = validate_schema(schema)
if faults:
    sys.exit("\n".join(fault.message for fault in faults))
document = parse(sys.argv[1])
problems = validate(schema, document)
if problems:
    sys.exit("\n".join(problem.message for problem in problems))
print(len(schema.type_map))
