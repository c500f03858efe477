#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The committed copies are what the fragments say, and fragments that contradict themselves are
refused. TAP.

usage: test-contract.py SOURCE-FOLDER
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(sys.argv[1])
NUMBER = 0


def say(good, name, *notes):
    global NUMBER
    NUMBER += 1
    print('%s %d /contract/%s' % ('ok' if good else 'not ok', NUMBER, name))
    for note in notes:
        print('# ' + note)
    return good


def generate(protocol, what, output):
    return subprocess.run([sys.executable, '-B', os.path.join(protocol, 'generate.py'), what, output],
                          capture_output=True, text=True, check=False)


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def compare(work):
    """Returns the committed files that are not what would be generated."""
    protocol = os.path.join(SOURCE, 'protocol')
    committed = {os.path.join(protocol, 'openrpc.json'): os.path.join(work, 'openrpc.json')}
    fresh = os.path.join(work, 'reference')
    generate(protocol, 'openrpc', os.path.join(work, 'openrpc.json'))
    generate(protocol, 'reference', fresh)
    pages = os.path.join(SOURCE, 'docs', 'reference')
    for name in set(os.listdir(fresh)) | set(os.listdir(pages)):
        committed[os.path.join(pages, name)] = os.path.join(fresh, name)
    return sorted(os.path.relpath(old, SOURCE) for old, new in committed.items()
                  if not os.path.exists(old) or not os.path.exists(new) or read(old) != read(new))


def refused(work, fragment, change, words):
    """A copy of the contract, changed, is refused with @words."""
    protocol = os.path.join(work, 'protocol')
    shutil.rmtree(protocol, ignore_errors=True)
    shutil.copytree(os.path.join(SOURCE, 'protocol'), protocol, ignore=shutil.ignore_patterns('__pycache__'))
    path = os.path.join(protocol, fragment + '.json')
    content = json.loads(read(path))
    change(content)
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(content, file)
    result = generate(protocol, 'openrpc', os.path.join(work, 'out.json'))
    return result.returncode == 1 and words in result.stderr


def method(content, name):
    return next(m for m in content['methods'] if m['name'] == name)


CHANGES = [
    ('unknown-reference', 'call', lambda c: c['schemas']['AudioOptions']['properties'].update(x={'$ref': '#/components/schemas/No'}),
     'nothing is called'),
    ('unknown-schema-key', 'call', lambda c: c['schemas']['AudioOptions'].update(patern='x'), 'unknown key "patern"'),
    ('schema-that-contains-itself', 'call',
     lambda c: c['schemas']['AudioOptions']['properties'].update(x={'$ref': '#/components/schemas/AudioOptions'}), 'contains itself'),
    ('required-after-optional', 'call', lambda c: method(c, 'call.make')['params'][2].update(required=True), 'follows an optional one'),
    ('two-methods-of-one-name', 'call', lambda c: c['methods'].append(c['methods'][0]), 'declared twice'),
    ('method-in-the-wrong-fragment', 'call', lambda c: c['methods'][0].update(name='api.make'), 'does not belong'),
    ('parameter-without-summary', 'call', lambda c: method(c, 'call.make')['params'][1].pop('summary'), 'has no summary'),
]


def main():
    print('1..%d' % (1 + len(CHANGES)))
    with tempfile.TemporaryDirectory() as work:
        stale = compare(work)
        notes = ['out of date: ' + ', '.join(stale), 'run: protocol/generate.py openrpc protocol/openrpc.json',
                 'and: protocol/generate.py reference docs/reference'] if stale else []
        good = say(not stale, 'committed-copies-are-current', *notes)
        for name, fragment, change, words in CHANGES:
            good = say(refused(work, fragment, change, words), 'refuses/' + name) and good
    return 0 if good else 1


sys.exit(main())
