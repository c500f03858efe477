/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What each fuzz-NAME.c defines; the name is libFuzzer's. Always returns 0, and ends the program
 * when something is wrong. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
