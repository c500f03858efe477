# SPDX-License-Identifier: LGPL-2.1-or-later
"""How names of the contract are spelled in C."""
import json
import re


def snake(name):
    """call.getById -> call_get_by_id, RTCPriorityType -> rtc_priority_type"""
    name = re.sub(r'([A-Z]+)([A-Z][a-z])', r'\1_\2', name.replace('.', '_').replace(':', '_'))
    return re.sub(r'([a-z0-9])([A-Z])', r'\1_\2', name).lower()


def camel(name):
    """call.getById -> CallGetById"""
    return ''.join(part[:1].upper() + part[1:] for part in re.split(r'[.:]', name))


def string(text):
    """A C string literal; NULL for None."""
    if text is None:
        return 'NULL'
    out = ''
    for char in text:
        if char in '"\\':
            out += '\\' + char
        elif char == '\n':
            out += '\\n'
        else:
            out += char
    # "??=" and its like would be trigraphs.
    return '"%s"' % out.replace('??', '?\\?')


def boolean(value):
    return 'TRUE' if value else 'FALSE'


def long_string(text, width=2000):
    """Adjacent literals, because compilers dislike endless lines."""
    return '\n'.join('  ' + string(text[i:i + width]) for i in range(0, len(text), width))


def compact(value):
    return json.dumps(value, separators=(',', ':'), ensure_ascii=False)


HEAD = "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n/* Generated from the fragments in protocol/. */\n"
