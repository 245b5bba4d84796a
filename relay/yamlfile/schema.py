"""Which keys and choices a pydantic model has at a path.

Suggestions are made of them, and the environment is read by them.
"""

import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from relay.yamlfile.document import Where


def fields_of(annotation: Any) -> dict[str, FieldInfo]:
    """Return the keys of a section, nothing for any other annotation."""
    for each in alternatives(annotation):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return {info.alias or name: info for name, info in each.model_fields.items()}
    return {}


def annotation_at(model: Any, where: Where) -> Any:
    """Return the annotation of what is at `where` in `model`, None where there is nothing."""
    annotation = model
    for step in where:
        annotation = _step(annotation, step)
    return annotation


def _step(annotation: Any, step: str | int) -> Any:
    fields = fields_of(annotation)
    if isinstance(step, str) and step in fields:
        return fields[step].annotation
    for each in alternatives(annotation):
        arguments = get_args(each)
        if arguments and get_origin(each) in (tuple, list):
            return arguments[0]
        if arguments and get_origin(each) is dict:
            return arguments[1]
    return None


def alternatives(annotation: Any) -> tuple[Any, ...]:
    """Return the members of a union, or the annotation alone; `Annotated` is looked through."""
    if get_origin(annotation) is Annotated:
        return alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(inner for each in get_args(annotation) for inner in alternatives(each))
    return (annotation,)
