/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HsSandboxExchange: one request and its reply
 *
 * Emits `settled` once, when the reply is on its way (or never will be): what the request causes at
 * the same client has to wait for that.
 */
#define HS_SANDBOX_TYPE_EXCHANGE (hs_sandbox_exchange_get_type ())
G_DECLARE_FINAL_TYPE (HsSandboxExchange, hs_sandbox_exchange, HS_SANDBOX, EXCHANGE, GObject)

HsSandboxExchange *hs_sandbox_exchange_new (SoupServerMessage *message);

SoupServerMessage *hs_sandbox_exchange_get_message (HsSandboxExchange *self);
const char *hs_sandbox_exchange_get_method (HsSandboxExchange *self);
const char *hs_sandbox_exchange_get_path (HsSandboxExchange *self);
const char *hs_sandbox_exchange_get_header (HsSandboxExchange *self, const char *name);

/* Returns: (nullable): whose resource the path names, normalised */
const char *hs_sandbox_exchange_get_user (HsSandboxExchange *self);

/* Returns: (nullable): the decoded segment of the path, counted from 0 */
const char *hs_sandbox_exchange_get_segment (HsSandboxExchange *self, guint index);

/* @pattern: segments with `*` for one of any text */
gboolean hs_sandbox_exchange_matches (HsSandboxExchange *self, const char *pattern);

/* Returns: (nullable) (transfer none): the body, when it is a JSON object */
JsonObject *hs_sandbox_exchange_get_body (HsSandboxExchange *self);

/* What kind of request it is: `callStart`, `subscribe`, `reject` … */
void hs_sandbox_exchange_set_type (HsSandboxExchange *self, const char *type);
const char *hs_sandbox_exchange_get_type_name (HsSandboxExchange *self);

/* The members that hold what is asked and what is replied, also the code of an error; NULL for
 * none. Both have to be literals. */
void
hs_sandbox_exchange_set_envelopes (HsSandboxExchange *self, const char *request, const char *reply);

/* Returns: (nullable) (transfer none): what is asked: the body without its envelope */
JsonObject *hs_sandbox_exchange_get_request (HsSandboxExchange *self);

/* Returns: (transfer full): a body that says @status_code, in the envelope when there is one */
char *hs_sandbox_exchange_new_code_text (HsSandboxExchange *self, guint status, gint64 status_code);

/* @body: (transfer full) (nullable) */
void hs_sandbox_exchange_reply (HsSandboxExchange *self, guint status, JsonObject *body);

/* As reply(), in the envelope. */
void
hs_sandbox_exchange_reply_response (HsSandboxExchange *self, guint status, JsonObject *response);
void hs_sandbox_exchange_reply_code (HsSandboxExchange *self, guint status, gint64 status_code);

/* 200, and the code for what went well. */
void hs_sandbox_exchange_accept (HsSandboxExchange *self);
void hs_sandbox_exchange_reply_html (HsSandboxExchange *self, guint status);

gboolean hs_sandbox_exchange_is_replied (HsSandboxExchange *self);
guint hs_sandbox_exchange_get_status (HsSandboxExchange *self);
const char *hs_sandbox_exchange_get_content_type (HsSandboxExchange *self);

/* Returns: (transfer none): the text of the reply, maybe empty */
const char *hs_sandbox_exchange_get_reply (HsSandboxExchange *self);

void hs_sandbox_exchange_settle (HsSandboxExchange *self);

/* Returns: when it settled on the monotonic clock, in microseconds; 0 while it has not */
gint64 hs_sandbox_exchange_get_settled_at (HsSandboxExchange *self);

G_END_DECLS
