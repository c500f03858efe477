/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Names of the structured fields that every room may add to its entries. */
#define HS_LOG_FIELD_CALL_ID "HANDSETD_CALL_ID"
#define HS_LOG_FIELD_METHOD  "HANDSETD_METHOD"

/* Order of spec session 6.1; an entry is written when its level is at least the chosen one. */
typedef enum {
  HS_LOG_LEVEL_TRACE,
  HS_LOG_LEVEL_DEBUG,
  HS_LOG_LEVEL_INFO,
  HS_LOG_LEVEL_WARN,
  HS_LOG_LEVEL_ERROR,
  HS_LOG_LEVEL_SILENT,
} HsLogLevel;

/* Accepts the SDK's names in any case.
 * Returns: FALSE when @name is none of them; *@level is then untouched. */
gboolean hs_log_level_from_name (const char *name, HsLogLevel *level);

/* Makes this room the process's log writer: to the journal when the process runs under it, else to
 * standard error, redacted, from @level on. Called once, before any thread is started. */
void hs_log_start (HsLogLevel level);

/* Can be called from the control thread at any time. */
void hs_log_set_level (HsLogLevel level);

/* Returns: (transfer full): @text with everything secret that this project knows to write replaced
 * by "…": Authorization, x-token and x-session values, token= and access_token= in URLs,
 * passwords and credentials in JSON, a=ice-pwd and a=crypto lines (spec session 6.3). */
char *hs_redact (const char *text);

G_END_DECLS
