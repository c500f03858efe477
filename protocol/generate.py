#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turns the contract's fragments into what is generated from them.

usage: generate.py WHAT OUTPUT

WHAT is one of: openrpc (the assembled document), header, tables, dispatch-phone,
dispatch-connection (C), completion (bash), dictionary (for fuzzing), reference (a folder of pages).
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from generator import c_dispatch, c_header, c_tables, clients, contract, reference  # noqa: E402


def write(path, text):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def write_pages(folder, pages):
    os.makedirs(folder, exist_ok=True)
    for name, text in pages.items():
        write(os.path.join(folder, name), text)


TARGETS = {
    'openrpc': lambda c, out: write(out, contract.to_text(c.document)),
    'header': lambda c, out: write(out, c_header.emit(c)),
    'tables': lambda c, out: write(out, c_tables.emit(c)),
    'dispatch-phone': lambda c, out: write(out, c_dispatch.emit(c, 'phone')),
    'dispatch-connection': lambda c, out: write(out, c_dispatch.emit(c, 'connection')),
    'completion': lambda c, out: write(out, clients.completion(c)),
    'dictionary': lambda c, out: write(out, clients.dictionary(c)),
    'reference': lambda c, out: write_pages(out, reference.pages(c)),
}


def main(argv):
    if len(argv) != 3 or argv[1] not in TARGETS:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        TARGETS[argv[1]](contract.load(os.path.dirname(os.path.realpath(__file__))), argv[2])
    except contract.Wrong as wrong:
        print('%s: %s' % (argv[0], wrong), file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv))
