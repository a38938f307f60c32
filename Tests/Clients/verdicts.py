"""The verdicts of graphql-core on documents that come on standard input, one a line: the number of a schema, a space, the document in base64.

The schemas are the files that the arguments name. The answer has one line for each document: `A` accepted, `P` with a message when it does not parse, `V` with the
rules that it breaks and the first message when it is not valid. `--version` alone prints the library's version.
"""
import base64
import gc
import sys

import graphql
from graphql import GraphQLError, build_schema, parse, validate
from graphql.validation import ASTValidationRule, MaxIntrospectionDepthRule, specified_rules

if sys.argv[1:] == ["--version"]:
    print(graphql.version)
    sys.exit(0)

# What the library checks beyond the September 2025 edition: a limit of its own on introspection, and directives of incremental delivery.
beyond = {
    "MaxIntrospectionDepthRule", "DeferStreamDirectiveOnRootField", "DeferStreamDirectiveOnValidOperationsRule", "DeferStreamDirectiveLabel", "StreamDirectiveOnListField",
}
rules = [rule for rule in specified_rules if rule.__name__ not in beyond]


def report_error(self, error):
    """Notes on each error the rule that found it."""
    error.found_by = type(self).__name__.removesuffix("Rule")
    self.context.report_error(error)


ASTValidationRule.report_error = report_error


def verdict(schema, data):
    try:
        # The edition's grammar: a selection set has at least one selection.
        document = parse(data.decode(), no_location=True, allow_empty_selection_sets=False)
    except (GraphQLError, UnicodeDecodeError) as error:
        return "P " + str(getattr(error, "message", error))
    errors = validate(schema, document, rules, allow_empty_selection_sets=False)
    if not errors:
        return "A"
    found = sorted({getattr(error, "found_by", "?") for error in errors})
    return "V " + ",".join(found) + " " + errors[0].message


schemas = []
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        schemas.append(build_schema(file.read()))
# Nothing here forms cycles that would have to be found while it runs.
gc.disable()
answers = []
for count, line in enumerate(sys.stdin):
    number, text = line.split(" ", 1)
    answers.append(verdict(schemas[int(number)], base64.b64decode(text)).replace("\n", " ").replace("\r", " "))
    if count % 2000 == 1999:
        gc.collect()
sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
print("\n".join(answers))
