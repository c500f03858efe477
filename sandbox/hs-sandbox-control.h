/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-calls.h"

G_BEGIN_DECLS

/* The levers and gauges under /sandbox: faults, state, notifications from nowhere. README.md
 * describes them. */
typedef struct _HsSandboxControl HsSandboxControl;

/* What is given has to outlive the control. */
HsSandboxControl *
hs_sandbox_control_new (HsSandboxUsers *users, HsSandboxCalls *calls, HsSandboxFaults *faults);
void hs_sandbox_control_free (HsSandboxControl *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxControl, hs_sandbox_control_free)

/* Counts one request. @type: (nullable) */
void hs_sandbox_control_count (HsSandboxControl *control, const char *type);

/* Replies. */
void hs_sandbox_control_serve (HsSandboxControl *control, HsSandboxExchange *exchange);

G_END_DECLS
