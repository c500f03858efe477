/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-ctl-contract.h"

#include <stdio.h>

G_BEGIN_DECLS

/* What --help says beside the options. */
extern const char hs_ctl_help_summary[];

void hs_ctl_help_print_methods (HsCtlContract *contract, FILE *stream);

/* "help": all methods; "help METHOD": one, with its parameters; "help events": the notifications.
 * Returns: FALSE when there is no such method. */
gboolean hs_ctl_help_run (HsCtlContract *contract, char **words);

G_END_DECLS
