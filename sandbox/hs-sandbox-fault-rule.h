/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-faults.h"

G_BEGIN_DECLS

/* Reads one rule.
 * Returns: (nullable) (transfer full) */
HsSandboxFault *hs_sandbox_fault_new (HsSandboxFaultKind kind,
                                      JsonObject *rule,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

HsSandboxFault *hs_sandbox_fault_ref (HsSandboxFault *fault);

G_END_DECLS
