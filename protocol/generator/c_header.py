# SPDX-License-Identifier: LGPL-2.1-or-later
"""hs-protocol.h: tables, one struct of checked parameters and one handler per method."""
from .c_names import HEAD, camel, snake

TYPES = {
    'string': 'const char *', 'boolean': 'gboolean ', 'integer': 'gint64 ', 'number': 'double ',
    'object': 'JsonObject *', 'array': 'JsonArray *', 'union': 'JsonNode *', 'any': 'JsonNode *'}
CONTEXTS = {'phone': ('HsPhone', 'phone'), 'connection': ('HsConnection', 'connection')}

TOP = HEAD + '''#pragma once

#include "protocol/hs-method.h"

G_BEGIN_DECLS

typedef struct _HsPhone HsPhone;
typedef struct _HsConnection HsConnection;

/* Sorted by name. */
extern const HsMethod hs_protocol_methods[];
extern const guint hs_protocol_n_methods;
extern const HsEvent hs_protocol_events[];
extern const guint hs_protocol_n_events;
extern const HsErrorGroup hs_protocol_error_groups[];
extern const guint hs_protocol_n_error_groups;
extern const HsErrorCode hs_protocol_errors[];
extern const guint hs_protocol_n_errors;

/* The OpenRPC document, as JSON on one line. */
extern const char hs_protocol_openrpc[];
extern const gsize hs_protocol_openrpc_length;

/* Every default of the configuration, as JSON. */
extern const char hs_protocol_config_defaults[];

/* The methods with their handlers. Those of the phone are compiled into its room (they need its
 * handlers), those about the connection itself into the rpc room. */
extern const HsMethodRow hs_protocol_phone_rows[];
extern const guint hs_protocol_n_phone_rows;
extern const HsMethodRow hs_protocol_connection_rows[];
extern const guint hs_protocol_n_connection_rows;
'''


def needs_flag(contract, param):
    """An absent string, object, array or union is NULL; numbers and booleans need to say so."""
    return (not param.get('required') and contract.default(param['schema']) is None
            and contract.kind(param['schema']) in ('boolean', 'integer', 'number'))


def struct(contract, method):
    lines = ['typedef struct {']
    for param in method['params']:
        name = snake(param['name'])
        kind = TYPES[contract.kind(param['schema'])]
        note = ''
        if not param.get('required') and kind.endswith('*'):
            note = ' /* nullable */' if contract.default(param['schema']) is None else ''
        if needs_flag(contract, param):
            lines.append('  gboolean has_%s;' % name)
        lines.append('  %s%s;%s' % (kind, name, note))
    return lines + ['} Hs%sParams;' % camel(method['name'])]


def prototype(method):
    type_name, name = CONTEXTS[method['x-context']]
    out = 'void hs_handle_%s (%s *%s, HsRequest *request' % (snake(method['name']), type_name, name)
    if method['params']:
        out += ', const Hs%sParams *params' % camel(method['name'])
    return out + ');'


def emit(contract):
    lines = [TOP]
    for name in contract.schemas:
        lines.append('extern const HsSchema hs_schema_%s;' % snake(name))
    lines.append('')
    lines.append('/* Handlers own @request (transfer full) and borrow @params for the time of the call. */')
    for method in contract.methods:
        lines.append('')
        lines.append('/* %s: %s */' % (method['name'], method['summary']))
        if method['params']:
            lines += struct(contract, method)
        lines.append(prototype(method))
    return '\n'.join(lines) + '\n\nG_END_DECLS\n'


