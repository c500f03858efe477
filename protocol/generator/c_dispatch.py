# SPDX-License-Identifier: LGPL-2.1-or-later
"""A method table with handlers: links only when every method has one."""
from .c_header import needs_flag
from .c_names import HEAD, boolean, camel, snake, string


def fallback(contract, param):
    """The default as a C expression, where the getter takes one."""
    kind = contract.kind(param['schema'])
    value = contract.default(param['schema'])
    if kind == 'string':
        return ', ' + string(value)
    if kind == 'boolean':
        return ', ' + boolean(value)
    if kind in ('integer', 'number'):
        return ', ' + str(value if value is not None else 0)
    return ''


def getter(kind):
    return 'node' if kind in ('union', 'any') else kind


def caller(contract, method):
    name = snake(method['name'])
    lines = ['static void', 'call_%s (gpointer context, HsRequest *request, JsonNode *const *values)' % name, '{']
    if not method['params']:
        return lines + ['  hs_handle_%s (context, request);' % name, '}', '']
    lines.append('  const Hs%sParams params = {' % camel(method['name']))
    for i, param in enumerate(method['params']):
        member = snake(param['name'])
        if needs_flag(contract, param):
            lines.append('    .has_%s = hs_param_is_there (values[%d]),' % (member, i))
        lines.append('    .%s = hs_param_%s (values[%d]%s),' % (
            member, getter(contract.kind(param['schema'])), i, fallback(contract, param)))
    return lines + ['  };', '', '  hs_handle_%s (context, request, &params);' % name, '}', '']


def emit(contract, context):
    methods = [m for m in contract.methods if m['x-context'] == context]
    index = {m['name']: i for i, m in enumerate(sorted(contract.methods, key=lambda m: m['name']))}
    lines = [HEAD + '#include "protocol/hs-params.h"', '#include "protocol/hs-protocol.h"', '']
    for method in methods:
        lines += caller(contract, method)
    lines.append('const HsMethodRow hs_protocol_%s_rows[] = {' % context)
    for method in methods:
        lines.append('  { &hs_protocol_methods[%d], call_%s },' % (index[method['name']], snake(method['name'])))
    lines += ['};', 'const guint hs_protocol_n_%s_rows = G_N_ELEMENTS (hs_protocol_%s_rows);' % (context, context), '']
    return '\n'.join(lines)
