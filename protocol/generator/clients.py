# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clients and tests take from the contract as plain text."""


def params_text(method):
    return ' '.join(p['name'] for p in method['params'])


def completion(contract):
    """Data for the shell completion of handsetctl."""
    methods = sorted(contract.methods, key=lambda m: m['name'])
    lines = ['# SPDX-License-Identifier: LGPL-2.1-or-later', '# Generated from the fragments in protocol/.',
             '_handset_methods=(%s)' % ' '.join(m['name'] for m in methods),
             '_handset_events=(%s)' % ' '.join(sorted(contract.schemas['EventName']['enum'])),
             'declare -A _handset_params=(']
    lines += ['  [%s]="%s"' % (m['name'], params_text(m)) for m in methods]
    return '\n'.join(lines + [')', ''])


def collect_words(value, words):
    if isinstance(value, dict):
        for key, sub in value.items():
            if key == 'properties':
                words.update(sub)
            if key == 'enum':
                words.update(v for v in sub if isinstance(v, str))
            collect_words(sub, words)
    elif isinstance(value, list):
        for sub in value:
            collect_words(sub, words)


def dictionary(contract):
    """Words that a fuzzer would take long to find, in libFuzzer's form."""
    words = {'jsonrpc', '2.0', 'id', 'method', 'params', 'result', 'error', 'code', 'message', 'data'}
    words.update(m['name'] for m in contract.methods)
    words.update(p['name'] for m in contract.methods for p in m['params'])
    words.update(e['name'] for e in contract.events)
    collect_words(contract.schemas, words)
    return '# Generated from the fragments in protocol/.\n' + ''.join('"\\"%s\\""\n' % w for w in sorted(words))
