"""A JSON Schema of policy files, by which editors complete, explain and check while one types.

It is made of the models that the relay itself reads files with, so it cannot lag behind them. It
knows words, types and bounds; patterns, templates and schedules are checked by `relay policy check`
only.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from relay.policy.rules import RuleFile


def policy_schema() -> dict[str, Any]:
    """Return the schema, of draft 2020-12."""
    made = RuleFile.model_json_schema(mode="validation")
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        **made,
        "title": "Policy file of honest-relay",
    }
