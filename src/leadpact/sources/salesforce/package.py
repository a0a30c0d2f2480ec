"""The metadata package for Salesforce: Leadpact's own fields, and who may see and fill them.

People deploy it once, with the Salesforce CLI or Workbench; see “Metadata API Developer Guide”.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from leadpact.sources.crm.connector import OwnProperty
from leadpact.sources.salesforce.client import VERSION

PERMISSIONS = "Leadpact"
#: Custom fields of tasks and events are those of this object.
_ACTIVITY = "Activity"
_SPACE = "http://soap.sforce.com/2006/04/metadata"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
#: The same in every package of the same content.
_STAMP = (2020, 1, 1, 0, 0, 0)
#: The end of the name of the one property that may take more than a line.
_LONG = "reasons"
_LONG_TEXT = "<type>LongTextArea</type><length>32768</length><visibleLines>4</visibleLines>"
_TYPES = {
    "text": "<type>Text</type><length>255</length>",
    "number": "<type>Number</type><precision>18</precision><scale>3</scale>",
    "moment": "<type>DateTime</type>",
}


def package(properties: Mapping[str, Sequence[OwnProperty]], key: str) -> bytes:
    """A zip with the fields of each object, `key` on tasks and events, and a permission set."""
    files = {"package.xml": _manifest([*properties, _ACTIVITY])}
    for of, own in properties.items():
        files[f"objects/{of}.object"] = _object([_field(each) for each in own])
    files[f"objects/{_ACTIVITY}.object"] = _object([_key(key)])
    named = [f"{of}.{each.name}__c" for of, own in properties.items() for each in own]
    files[f"permissionsets/{PERMISSIONS}.permissionset"] = _permissions([*named, f"Task.{key}__c"])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in files.items():
            zipped.writestr(zipfile.ZipInfo(name, _STAMP), text)
    return made.getvalue()


def _manifest(objects: Sequence[str]) -> str:
    members = "".join(f"<members>{of}</members>" for of in objects)
    return (
        f'{_HEAD}<Package xmlns="{_SPACE}">'
        f"<types>{members}<name>CustomObject</name></types>"
        f"<types><members>{PERMISSIONS}</members><name>PermissionSet</name></types>"
        f"<version>{VERSION}</version></Package>\n"
    )


def _object(fields: Sequence[str]) -> str:
    return f'{_HEAD}<CustomObject xmlns="{_SPACE}">{"".join(fields)}</CustomObject>\n'


def _field(own: OwnProperty) -> str:
    return (
        f"<fields><fullName>{own.name}__c</fullName><label>{escape(own.label)}</label>"
        f"<description>{escape(own.about)}</description>"
        f"<inlineHelpText>{escape(own.about)}</inlineHelpText>"
        f"<required>false</required>{_type(own)}</fields>"
    )


def _type(own: OwnProperty) -> str:
    if own.choices:
        return _choices(own)
    return _LONG_TEXT if own.name.endswith(_LONG) else _TYPES[own.type]


def _choices(own: OwnProperty) -> str:
    values = "".join(
        f"<value><fullName>{escape(each)}</fullName><default>false</default>"
        f"<label>{escape(each)}</label></value>"
        for each in own.choices
    )
    return (
        "<type>Picklist</type><valueSet><valueSetDefinition><sorted>false</sorted>"
        f"{values}</valueSetDefinition></valueSet>"
    )


def _key(name: str) -> str:
    """The field by which a task that was made once is not made again."""
    return (
        f"<fields><fullName>{name}__c</fullName><label>Leadpact key</label>"
        "<description>Leadpact’s own mark of a task, so that it is made once.</description>"
        "<type>Text</type><length>255</length><externalId>true</externalId><unique>true</unique>"
        "<caseSensitive>true</caseSensitive><required>false</required></fields>"
    )


def _permissions(fields: Sequence[str]) -> str:
    granted = "".join(
        f"<fieldPermissions><editable>true</editable><field>{name}</field>"
        "<readable>true</readable></fieldPermissions>"
        for name in fields
    )
    return (
        f'{_HEAD}<PermissionSet xmlns="{_SPACE}">{granted}'
        f"<hasActivationRequired>false</hasActivationRequired><label>{PERMISSIONS}</label>"
        "</PermissionSet>\n"
    )
