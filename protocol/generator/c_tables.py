# SPDX-License-Identifier: LGPL-2.1-or-later
"""hs-protocol-tables.c: schemas, methods, events, errors and texts as constants."""
import json

from .c_names import HEAD, boolean, compact, long_string, snake, string
from .contract import REF

ARTICLES = {
    'boolean': 'true or false', 'integer': 'a whole number', 'number': 'a number', 'string': 'a string',
    'array': 'an array', 'object': 'an object', 'null': 'null'}


def quoted_list(values):
    quoted = [json.dumps(v, ensure_ascii=False) for v in values]
    return quoted[0] if len(quoted) == 1 else 'one of ' + ', '.join(quoted)


def range_text(schema):
    if 'minimum' in schema and 'maximum' in schema:
        return ' from %s to %s' % (schema['minimum'], schema['maximum'])
    if 'minimum' in schema:
        return ' of at least %s' % schema['minimum']
    return ' of at most %s' % schema['maximum'] if 'maximum' in schema else ''


def expected(contract, schema):
    """What people are told that a value should have been."""
    schema = contract.resolve(schema)
    if 'title' in schema:
        return schema['title']
    if 'enum' in schema:
        return quoted_list(schema['enum'])
    if 'anyOf' in schema:
        return ' or '.join(expected(contract, s) for s in schema['anyOf'])
    text = ARTICLES.get(schema.get('type'), 'anything') + range_text(schema)
    return text + ' that is not empty' if schema.get('minLength') else text


class Schemas:
    """Emits each distinct schema once, what it is made of first."""

    def __init__(self, contract):
        self.contract = contract
        self.lines = []
        self.known = {}
        self.names = {}

    def reference(self, schema):
        """The C expression for a pointer to @schema."""
        if schema is None:
            return 'NULL'
        if '$ref' in schema:
            return '&' + self.component(schema['$ref'][len(REF):])
        key = json.dumps({k: v for k, v in schema.items() if k not in ('description', 'default')}, sort_keys=True)
        if key not in self.known:
            body = self.body(schema)
            self.known[key] = 'schema_%d' % (len(self.known) + 1)
            self.lines.append('static const HsSchema %s = {\n%s};\n' % (self.known[key], body))
        return '&' + self.known[key]

    def component(self, name):
        if name not in self.names:
            body = self.body(self.contract.schemas[name])
            self.names[name] = 'hs_schema_' + snake(name)
            self.lines.append('const HsSchema %s = {\n%s};\n' % (self.names[name], body))
        return self.names[name]

    def body(self, schema):
        """The initialiser of @schema, after what it refers to."""
        kind = self.contract.kind(schema)
        out = ['.kind = HS_SCHEMA_%s' % kind.upper(), '.expected = ' + string(expected(self.contract, schema))]
        if schema.get('writeOnly'):
            out.append('.secret = TRUE')
        out.append('.minimum = %s' % schema.get('minimum', '-G_MAXDOUBLE'))
        out.append('.maximum = %s' % schema.get('maximum', 'G_MAXDOUBLE'))
        out.append('.min_length = %d' % schema.get('minLength', 0))
        if 'enum' in schema:
            out.append('.values = (const char *const[]){ %s, NULL }' % ', '.join(string(v) for v in schema['enum']))
        if 'items' in schema:
            out.append('.items = ' + self.reference(schema['items']))
        if schema.get('properties'):
            out.append('.members = (const HsSchemaMember[]){\n%s  }' % self.members(schema))
            out.append('.n_members = %d' % len(schema['properties']))
        if schema.get('additionalProperties'):
            out.append('.open = TRUE')
        if 'anyOf' in schema:
            out.append('.alternatives = (const HsSchema *const[]){ %s, NULL }' % ', '.join(
                self.reference(s) for s in schema['anyOf']))
        return ''.join('  %s,\n' % line for line in out)

    def members(self, schema):
        required = schema.get('required', [])
        return ''.join('    { %s, %s, %s, %s },\n' % (
            string(name), self.reference(member), boolean(name in required), string(member.get('description')))
            for name, member in schema['properties'].items())


def params(contract, schemas, method):
    rows = ''
    for p in method['params']:
        rows += '    { %s, %s, %s, %s, %s },\n' % (
            string(p['name']), schemas.reference(p['schema']), boolean(p.get('required', False)),
            string(contract.type_name(p['schema'])), string(p['summary']))
    return 'NULL' if not rows else '(const HsParam[]){\n%s  }' % rows


def method_rows(contract, schemas):
    out = []
    for m in sorted(contract.methods, key=lambda m: m['name']):
        out.append('  { %s, %s, %s, %d, %s, %s, %s, %s },' % (
            string(m['name']), string(m['summary']), params(contract, schemas, m), len(m['params']),
            string(contract.type_name(m['result']['schema'])), schemas.reference(m['result']['schema']),
            boolean(m['x-read-only']), boolean(m['x-await'])))
    return out


def table(kind, name, rows):
    return ['const %s hs_protocol_%s[] = {' % (kind, name)] + rows + [
        '};', 'const guint hs_protocol_n_%s = G_N_ELEMENTS (hs_protocol_%s);' % (name, name), '']


def emit(contract):
    schemas = Schemas(contract)
    for name in contract.schemas:
        schemas.component(name)
    methods = method_rows(contract, schemas)
    events = ['  { %s, %s, %s },' % (string(e['name']), string(e['summary']), schemas.reference(e['params']))
              for e in sorted(contract.events, key=lambda e: e['name'])]
    groups = ['  { %s, %d, %s },' % (string(g['name']), g['rpcCode'], string(g['summary'])) for g in contract.groups]
    errors = ['  { %s, %d, %s, %s, %s },' % (
        string(e['group']), e['number'], string(e['name']), string(e['kind']), string(e['summary'])) for e in contract.errors]
    lines = [HEAD + '#include "protocol/hs-protocol.h"', ''] + schemas.lines
    lines += table('HsMethod', 'methods', methods) + table('HsEvent', 'events', events)
    lines += table('HsErrorGroup', 'error_groups', groups) + table('HsErrorCode', 'errors', errors)
    text = compact(contract.document)
    lines += ['const char hs_protocol_openrpc[] =', long_string(text) + ';',
              'const gsize hs_protocol_openrpc_length = sizeof hs_protocol_openrpc - 1;', '',
              'const char hs_protocol_config_defaults[] =', long_string(compact(contract.config_defaults())) + ';', '']
    return '\n'.join(lines)
