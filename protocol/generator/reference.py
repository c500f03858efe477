# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pages of docs/reference."""
import json

from .contract import NAMESPACES

NOTE = '<!-- Generated from the fragments in protocol/; do not edit. -->\n'
TITLES = {
    'rpc': 'About the connection', 'api': 'The instance', 'services': 'Subscriptions to services',
    'connection': 'The websocket', 'call': 'Calls', 'media': 'Devices and tracks', 'sdpHandlers': 'Editors of session descriptions'}


def cell(text):
    return str(text or '').replace('|', '\\|').replace('\n', ' ')


def code(text):
    return '`%s`' % cell(text)


def literal(value):

    return code(json.dumps(value, ensure_ascii=False)) if value is not None else ''


def limits(contract, schema):
    """Allowed values, as far as the type does not say them."""
    schema = contract.resolve(schema)
    if 'enum' in schema and len(schema['enum']) <= 12:
        return ', '.join(code(v) for v in schema['enum'])
    if 'minimum' in schema and 'maximum' in schema:
        return '%s … %s' % (schema['minimum'], schema['maximum'])
    if 'minimum' in schema:
        return '≥ %s' % schema['minimum']
    return 'not empty' if schema.get('minLength') else ''


def link_type(contract, schema, page):
    """Type text with a link where it is one type of ours."""
    name = contract.type_name(schema)
    if '$ref' in schema:
        return '[%s](%s#%s)' % (name, '' if page == 'types' else 'types.md', name.lower())
    return cell(name)


def member_table(contract, schema, page):
    rows = ['| Member | Type | Allowed | Meaning |', '|---|---|---|---|']
    required = schema.get('required', [])

    def add(prefix, members, needed):
        for name, member in members.items():
            rows.append('| `%s%s`%s | %s | %s | %s |' % (
                prefix, name, '' if name in needed else '?', link_type(contract, member, page),
                limits(contract, member), cell(member.get('description') or contract.resolve(member).get('description'))))
            if member.get('type') == 'object':
                add(prefix + name + '.', member.get('properties', {}), member.get('required', []))
    add('', schema.get('properties', {}), required)
    return rows if len(rows) > 2 else ['No members are fixed.'] if page == 'types' else ['It has no members.']


def method_lines(contract, method):
    lines = ['### `%s`' % method['name'], '', method['summary']]
    if 'description' in method:
        lines += ['', method['description']]
    lines.append('')
    if method['params']:
        lines += ['| Parameter | Type | Allowed | Default | Meaning |', '|---|---|---|---|---|']
        for p in method['params']:
            lines.append('| `%s`%s | %s | %s | %s | %s |' % (
                p['name'], '' if p.get('required') else '?', link_type(contract, p['schema'], ''),
                limits(contract, p['schema']), literal(contract.default(p['schema'])), cell(p['summary'])))
    else:
        lines.append('No parameters.')
    result = method['result']
    lines += ['', '%s %s.%s' % (
        'Answers' if 'x-context' in method else 'To be answered with',
        link_type(contract, result['schema'], ''), ' ' + result['summary'] if 'summary' in result else '')]
    if method.get('x-read-only'):
        lines += ['', 'Changes nothing: allowed to a connection that is restricted to reading.']
    return lines + ['']


def event_lines(contract, event):
    lines = ['### `%s`' % event['name'], '', event['summary']]
    if 'description' in event:
        lines += ['', event['description']]
    return lines + [''] + member_table(contract, contract.resolve(event['params']), '') + ['']


def namespace_page(contract, name, fragment_events):
    lines = [NOTE, '# %s: `%s`' % (TITLES[name], name), '', '## Methods', '']
    for method in contract.methods:
        if method['name'].startswith(name + '.'):
            lines += method_lines(contract, method)
    asked = [m for m in contract.client_methods if m['name'].startswith(name + '.')]
    if asked:
        lines += ['## Requests to clients', '',
                  'Sent by the daemon to the connection that has asked to be asked; ids begin with "handset-".', '']
        for method in asked:
            lines += method_lines(contract, method)
    if fragment_events:
        lines += ['## Events', '']
        for event in fragment_events:
            lines += event_lines(contract, event)
    return '\n'.join(lines).rstrip() + '\n'


EVENT_HOMES = {
    'rpc': ['rpc'], 'api': ['auth'], 'services': ['subscription', 'notifications'], 'connection': ['ws'],
    'call': ['call'], 'media': ['media', 'devices'], 'sdpHandlers': []}


def types_page(contract):
    lines = [NOTE, '# Types', '', 'A question mark marks what may be absent.', '']
    for name, schema in contract.schemas.items():
        if name == 'Config':
            continue
        lines += ['## %s' % name, '']
        if 'description' in schema:
            lines += [schema['description'], '']
        if schema.get('type') == 'object':
            lines += member_table(contract, schema, 'types') + ['']
        elif 'enum' in schema:
            lines += ['One of: %s.' % ', '.join(code(v) for v in schema['enum']), '']
        else:
            lines += ['Type: %s.' % cell(contract.type_name(schema)), '']
    return '\n'.join(lines).rstrip() + '\n'


def config_page(contract):
    lines = [NOTE, '# Configuration', '', contract.schemas['Config']['description'], '',
             '| Key | Type | Default | Allowed | Meaning |', '|---|---|---|---|---|']

    def add(prefix, schema):
        for name, member in contract.resolve(schema).get('properties', {}).items():
            if member.get('type') == 'object':
                add(prefix + name + '.', member)
                continue
            lines.append('| `%s%s` | %s | %s | %s | %s |' % (
                prefix, name, link_type(contract, member, ''), literal(contract.default(member)),
                limits(contract, member), cell(member.get('description'))))
            for sub in member.get('anyOf', []):
                add(prefix + name + '.', sub)
    add('', contract.schemas['Config'])
    return '\n'.join(lines) + '\n'


PROTOCOL_ERRORS = [
    (-32700, 'What came is not JSON.'), (-32600, 'It is JSON, but not a request.'), (-32601, 'There is no such method.'),
    (-32602, 'A parameter is wrong: `data` is `{kind: "param", param, expected, got}`.'),
    (-32603, 'Something went wrong inside: `data` is `{kind: "internal"}`, and the log has the rest.')]


def errors_page(contract):
    lines = [NOTE, '# Errors', '', '| `code` | Meaning |', '|---|---|']
    lines += ['| %d | %s |' % row for row in PROTOCOL_ERRORS]
    lines += ['| %d | %s `data` is `{kind, code, message}`. |' % (g['rpcCode'], g['summary']) for g in contract.groups]
    lines += ['', 'Codes in `data`, and in the errors that events carry:', '', '| Code | Name | `kind` | Meaning |', '|---|---|---|---|']
    lines += ['| `%s:%d` | %s | `%s` | %s |' % (e['group'], e['number'], e['name'], e['kind'], cell(e['summary'])) for e in contract.errors]
    lines += ['| a number | | `gateway` | %s |' % contract.groups[-1]['summary'], '| `NO_CODE` | | | In events only: an error of no known kind. |']
    return '\n'.join(lines) + '\n'


def index_page(contract):
    lines = [NOTE, '# Reference', '', contract.document['info']['description'], '']
    for name in NAMESPACES:
        lines.append('- [%s: `%s`](%s.md)' % (TITLES[name], name, name))
    lines += ['- [Types](types.md)', '- [Configuration](configuration.md)', '- [Errors](errors.md)', '',
              '| Method | | ', '|---|---|']
    lines += ['| [`%s`](%s.md#%s) | %s |' % (
        m['name'], m['name'].split('.')[0], m['name'].replace('.', '').lower(), cell(m['summary'])) for m in contract.methods]
    lines += ['', '| Event | |', '|---|---|']
    homes = {space: page for page, spaces in EVENT_HOMES.items() for space in spaces}
    lines += ['| [`%s`](%s.md#%s) | %s |' % (
        e['name'], homes[e['name'].split(':')[0]], e['name'].replace(':', '').lower(), cell(e['summary'])) for e in contract.events]
    return '\n'.join(lines) + '\n'


def pages(contract):
    out = {'README.md': index_page(contract), 'types.md': types_page(contract),
           'configuration.md': config_page(contract), 'errors.md': errors_page(contract)}
    for name in NAMESPACES:
        events = [e for e in contract.events if e['name'].split(':')[0] in EVENT_HOMES[name]]
        out[name + '.md'] = namespace_page(contract, name, events)
    return out
