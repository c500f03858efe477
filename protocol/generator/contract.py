# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the fragments, checks them and puts the OpenRPC document together."""
import copy
import json
import os
import re

NAMESPACES = ['rpc', 'api', 'services', 'connection', 'call', 'media', 'sdpHandlers']
SCHEMA_FRAGMENTS = NAMESPACES + ['config']
METHOD_KEYS = {'name', 'summary', 'description', 'params', 'result', 'x-context', 'x-read-only', 'x-await'}
PARAM_KEYS = {'name', 'summary', 'required', 'schema'}
CLIENT_METHOD_KEYS = {'name', 'summary', 'description', 'params', 'result'}
EVENT_KEYS = {'name', 'summary', 'description', 'params'}
SCHEMA_KEYS = {
    'type', 'title', 'description', 'enum', 'default', 'minimum', 'maximum', 'minLength', 'items', 'properties',
    'required', 'additionalProperties', 'anyOf', '$ref', 'writeOnly'}
REF = '#/components/schemas/'
PARAM_REF = '#/components/x-params/'


class Wrong(Exception):
    """The fragments contradict themselves."""


def read(folder, name):
    def unique(pairs):
        names = [k for k, _ in pairs]
        for name_ in names:
            if names.count(name_) > 1:
                raise Wrong('%s.json: "%s" twice in one object' % (name, name_))
        return dict(pairs)
    with open(os.path.join(folder, name + '.json'), encoding='utf-8') as file:
        try:
            return json.load(file, object_pairs_hook=unique)
        except ValueError as error:
            raise Wrong('%s.json: %s' % (name, error)) from error


def to_text(document):
    return json.dumps(document, indent=2, ensure_ascii=False) + '\n'


class Contract:
    """The document, and what generators ask about it."""

    def __init__(self, document, groups, errors):
        self.document = document
        self.methods = document['methods']
        self.events = document['x-notifications']
        self.client_methods = document['x-client-methods']
        self.schemas = document['components']['schemas']
        self.groups = groups
        self.errors = errors

    def resolve(self, schema):
        while '$ref' in schema:
            schema = self.schemas[schema['$ref'][len(REF):]]
        return schema

    def kind(self, schema):
        """One of JSON's types, "union" or "any"."""
        schema = self.resolve(schema)
        if 'anyOf' in schema:
            return 'union'
        return schema.get('type', 'any')

    def default(self, schema):
        """The default stated where the schema is used, or by what it refers to."""
        while 'default' not in schema and '$ref' in schema:
            schema = self.schemas[schema['$ref'][len(REF):]]
        return schema.get('default')

    def type_name(self, schema):
        """For people: "string", "MediaOptions", "array of string"."""
        if '$ref' in schema:
            return schema['$ref'][len(REF):]
        if 'anyOf' in schema:
            return ' | '.join(self.type_name(s) for s in schema['anyOf'])
        if schema.get('type') == 'array' and 'items' in schema:
            inner = self.type_name(schema['items'])
            return 'array of ' + ('(%s)' % inner if ' | ' in inner else inner)
        return schema.get('type', 'any')

    def config_defaults(self, schema=None):
        """The tree of all defaults of the configuration."""
        out = {}
        for name, member in self.resolve(schema or self.schemas['Config']).get('properties', {}).items():
            value = self.default(member)
            if value is None and self.kind(member) == 'object':
                value = self.config_defaults(member) or None
            if value is not None:
                out[name] = value
        return out


def check_keys(what, thing, allowed):
    for key in thing:
        if key not in allowed:
            raise Wrong('%s: unknown key "%s"' % (what, key))


def check_schema(what, schema, names):
    """Everything in a schema is known to the checker in C, and refers to what exists."""
    check_keys(what, schema, SCHEMA_KEYS)
    if '$ref' in schema:
        name = schema['$ref'][len(REF):]
        if not schema['$ref'].startswith(REF) or name not in names:
            raise Wrong('%s: nothing is called %s' % (what, schema['$ref']))
    for member in schema.get('required', []):
        if member not in schema.get('properties', {}):
            raise Wrong('%s: requires the unknown member "%s"' % (what, member))
    for name, member in schema.get('properties', {}).items():
        check_schema(what + '.' + name, member, names)
    for sub in schema.get('anyOf', []) + ([schema['items']] if 'items' in schema else []):
        check_schema(what, sub, names)
    if isinstance(schema.get('additionalProperties'), dict):
        check_schema(what, schema['additionalProperties'], names)


def check_cycles(schemas):
    """The checker in C goes as deep as a schema does, so a schema must end."""
    def visit(name, path):
        if name in path:
            raise Wrong('schema %s contains itself' % name)
        for ref in re.findall(r'"\$ref": "%s([^"]*)"' % REF, json.dumps(schemas[name])):
            visit(ref, path + [name])
    for name in schemas:
        visit(name, [])


def assemble_method(method, shared):
    out = {'name': method['name'], 'summary': method['summary']}
    if 'description' in method:
        out['description'] = method['description']
    out['paramStructure'] = 'either'
    out['params'] = []
    for param in method['params']:
        if '$ref' in param:
            param = shared[param['$ref'][len(PARAM_REF):]]
        out['params'].append(copy.deepcopy(param))
    if 'x-await' in method:
        out['params'].append({
            'name': 'await', 'summary': 'Answer only when %s.' % method['x-await'],
            'schema': {'type': 'boolean', 'default': False}})
    out['result'] = copy.deepcopy(method['result'])
    out['x-context'] = method.get('x-context', 'phone')
    out['x-read-only'] = method.get('x-read-only', False)
    out['x-await'] = 'x-await' in method
    return out


def check_method(method, names):
    what = method['name']
    seen_optional = False
    params = set()
    for param in method['params']:
        check_keys('%s: parameter %s' % (what, param.get('name')), param, PARAM_KEYS)
        if param['name'] in params:
            raise Wrong('%s: two parameters "%s"' % (what, param['name']))
        params.add(param['name'])
        if param.get('required') and seen_optional:
            raise Wrong('%s: "%s" is required but follows an optional one' % (what, param['name']))
        seen_optional = not param.get('required', False)
        if not param.get('summary'):
            raise Wrong('%s: parameter "%s" has no summary' % (what, param['name']))
        check_schema('%s: %s' % (what, param['name']), param['schema'], names)
    check_schema('%s: result' % what, method['result']['schema'], names)


def close_objects(contract):
    """Says in the document what the checker does: members that are not listed are refused."""
    done = set()

    def close(schema):
        if '$ref' in schema:
            name = schema['$ref'][len(REF):]
            if name in done:
                return
            done.add(name)
            schema = contract.schemas[name]
        if schema.get('type') == 'object':
            schema.setdefault('additionalProperties', False)
        for sub in list(schema.get('properties', {}).values()) + schema.get('anyOf', []):
            close(sub)
        if 'items' in schema:
            close(schema['items'])
    for method in contract.methods:
        for param in method['params']:
            close(param['schema'])


def unique_names(what, things):
    names = [t['name'] for t in things]
    for name in names:
        if names.count(name) > 1:
            raise Wrong('%s "%s" is declared twice' % (what, name))


def load(folder):
    fragments = {name: read(folder, name) for name in SCHEMA_FRAGMENTS}
    errors = read(folder, 'errors')
    document = read(folder, 'info')
    methods, events, client_methods, schemas = [], [], [], {}
    for name, fragment in fragments.items():
        check_keys(name + '.json', fragment, {'methods', 'notifications', 'client-methods', 'schemas', 'x-params'})
        for method in fragment.get('methods', []):
            check_keys(method.get('name', name), method, METHOD_KEYS)
            if not method['name'].startswith(name + '.'):
                raise Wrong('%s does not belong into %s.json' % (method['name'], name))
            methods.append(assemble_method(method, fragment.get('x-params', {})))
        events += copy.deepcopy(fragment.get('notifications', []))
        client_methods += copy.deepcopy(fragment.get('client-methods', []))
        for schema in fragment.get('schemas', {}):
            if schema in schemas:
                raise Wrong('schema %s is declared twice' % schema)
        schemas.update(copy.deepcopy(fragment.get('schemas', {})))
    schemas['EventName'] = {
        'type': 'string', 'title': 'the name of an event', 'description': 'Names of all events.',
        'enum': [e['name'] for e in events if e['name'] != 'rpc:overflow']}
    unique_names('method', methods)
    unique_names('event', events)
    for method in methods:
        check_method(method, schemas)
    for event in events:
        check_keys(event['name'], event, EVENT_KEYS)
        check_schema(event['name'], event['params'], schemas)
    unique_names('request to a client', client_methods)
    for method in client_methods:
        check_keys(method['name'], method, CLIENT_METHOD_KEYS)
        check_method(method, schemas)
    for name, schema in schemas.items():
        check_schema(name, schema, schemas)
    check_cycles(schemas)
    document.update({
        'methods': methods, 'x-notifications': events, 'x-client-methods': client_methods,
        'x-error-groups': errors['groups'], 'x-errors': errors['errors'],
        'components': {'schemas': dict(sorted(schemas.items()))}})
    contract = Contract(document, errors['groups'], errors['errors'])
    close_objects(contract)
    return contract
