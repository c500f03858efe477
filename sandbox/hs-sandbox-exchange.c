/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-exchange.h"
#include "hs-sandbox-address.h"
#include "hs-sandbox-anonymous.h"
#include "hs-sandbox-json.h"

#include <string.h>

#define MAX_SEGMENTS 16

struct _HsSandboxExchange {
  GObject parent;

  /* the request */
  SoupServerMessage *message;
  char **segments;
  char *user;
  JsonObject *body;
  char *type;
  const char *request_envelope; /* borrowed: a literal */
  const char *envelope;         /* borrowed: a literal */

  /* the reply */
  guint status;
  const char *content_type; /* borrowed: a literal */
  char *reply;
  gint64 settled_at;
};

G_DEFINE_FINAL_TYPE (HsSandboxExchange, hs_sandbox_exchange, G_TYPE_OBJECT)

enum { SETTLED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
hs_sandbox_exchange_finalize (GObject *object)
{
  HsSandboxExchange *self = HS_SANDBOX_EXCHANGE (object);

  g_clear_object (&self->message);
  g_strfreev (self->segments);
  g_free (self->user);
  g_clear_pointer (&self->body, json_object_unref);
  g_free (self->type);
  g_free (self->reply);
  G_OBJECT_CLASS (hs_sandbox_exchange_parent_class)->finalize (object);
}

static void
hs_sandbox_exchange_class_init (HsSandboxExchangeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_sandbox_exchange_finalize;
  signals[SETTLED] = g_signal_new ("settled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_sandbox_exchange_init (HsSandboxExchange *self)
{
}

/* A segment that does not decode to proper text becomes empty and so matches nothing. */
static char **
split_path (const char *path)
{
  g_auto (GStrv) raw = g_strsplit (*path == '/' ? path + 1 : path, "/", MAX_SEGMENTS);

  for (guint i = 0; raw[i]; i++) {
    g_autofree char *text = g_uri_unescape_string (raw[i], NULL);

    g_free (raw[i]);
    raw[i] = g_strdup (text && g_utf8_validate (text, -1, NULL) ? text : "");
  }
  return g_steal_pointer (&raw);
}

HsSandboxExchange *
hs_sandbox_exchange_new (SoupServerMessage *message)
{
  HsSandboxExchange *self = g_object_new (HS_SANDBOX_TYPE_EXCHANGE, NULL);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = NULL;

  self->message = g_object_ref (message);
  self->segments = split_path (g_uri_get_path (soup_server_message_get_uri (message)));
  if (hs_sandbox_exchange_matches (self, "rest/version/*/user/*/**"))
    self->user = hs_sandbox_address_normalise (self->segments[4]);
  else if (hs_sandbox_exchange_matches (self, "rest/version/*/anonymous/*/**"))
    self->user = hs_sandbox_anonymous_new_address (self->segments[4]);
  /* What was too large was not kept. */
  bytes = soup_message_body_get_accumulate (body) ? soup_message_body_flatten (body) : NULL;
  if (bytes && g_bytes_get_size (bytes) > 0)
    self->body = hs_sandbox_json_parse (bytes, NULL);
  return self;
}

SoupServerMessage *
hs_sandbox_exchange_get_message (HsSandboxExchange *self)
{
  return self->message;
}

const char *
hs_sandbox_exchange_get_method (HsSandboxExchange *self)
{
  return soup_server_message_get_method (self->message);
}

const char *
hs_sandbox_exchange_get_path (HsSandboxExchange *self)
{
  return g_uri_get_path (soup_server_message_get_uri (self->message));
}

const char *
hs_sandbox_exchange_get_header (HsSandboxExchange *self, const char *name)
{
  return soup_message_headers_get_one (soup_server_message_get_request_headers (self->message),
                                       name);
}

const char *
hs_sandbox_exchange_get_user (HsSandboxExchange *self)
{
  return self->user;
}

const char *
hs_sandbox_exchange_get_segment (HsSandboxExchange *self, guint index)
{
  return index < g_strv_length (self->segments) ? self->segments[index] : NULL;
}

gboolean
hs_sandbox_exchange_matches (HsSandboxExchange *self, const char *pattern)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1);
  guint i;

  for (i = 0; wanted[i]; i++) {
    if (strcmp (wanted[i], "**") == 0)
      return TRUE;
    if (!self->segments[i] || !*self->segments[i])
      return FALSE;
    if (strcmp (wanted[i], "*") != 0 && strcmp (wanted[i], self->segments[i]) != 0)
      return FALSE;
  }
  return self->segments[i] == NULL;
}

JsonObject *
hs_sandbox_exchange_get_body (HsSandboxExchange *self)
{
  return self->body;
}

void
hs_sandbox_exchange_set_type (HsSandboxExchange *self, const char *type)
{
  g_free (self->type);
  self->type = g_strdup (type);
}

const char *
hs_sandbox_exchange_get_type_name (HsSandboxExchange *self)
{
  return self->type;
}

void
hs_sandbox_exchange_set_envelopes (HsSandboxExchange *self, const char *request, const char *reply)
{
  self->request_envelope = request;
  self->envelope = reply;
}

JsonObject *
hs_sandbox_exchange_get_request (HsSandboxExchange *self)
{
  return self->request_envelope ? hs_sandbox_json_get_object (self->body, self->request_envelope)
                                : self->body;
}

static void
set_reply (HsSandboxExchange *self, guint status, const char *content_type, char *text)
{
  g_return_if_fail (self->status == 0);

  self->status = status;
  self->content_type = content_type;
  self->reply = text;
}

void
hs_sandbox_exchange_reply (HsSandboxExchange *self, guint status, JsonObject *body)
{
  g_autoptr (JsonObject) owned = body;

  set_reply (self, status, "application/json",
             owned ? hs_sandbox_json_to_text (owned) : g_strdup (""));
}

void
hs_sandbox_exchange_reply_response (HsSandboxExchange *self, guint status, JsonObject *response)
{
  JsonObject *body = response;

  if (self->envelope) {
    body = json_object_new ();
    json_object_set_object_member (body, self->envelope, response);
  }
  hs_sandbox_exchange_reply (self, status, body);
}

char *
hs_sandbox_exchange_new_code_text (HsSandboxExchange *self, guint status, gint64 status_code)
{
  g_autoptr (JsonObject) outer = json_object_new ();
  JsonObject *inner = self->envelope ? json_object_new () : outer;

  json_object_set_int_member (inner, "statusCode", status_code);
  if (self->envelope)
    json_object_set_object_member (outer, self->envelope, inner);
  else
    json_object_set_string_member (outer, "reason", soup_status_get_phrase (status));
  return hs_sandbox_json_to_text (outer);
}

void
hs_sandbox_exchange_reply_code (HsSandboxExchange *self, guint status, gint64 status_code)
{
  set_reply (self, status, "application/json",
             hs_sandbox_exchange_new_code_text (self, status, status_code));
}

void
hs_sandbox_exchange_accept (HsSandboxExchange *self)
{
  hs_sandbox_exchange_reply_code (self, SOUP_STATUS_OK, 0);
}

void
hs_sandbox_exchange_reply_html (HsSandboxExchange *self, guint status)
{
  const char *phrase = soup_status_get_phrase (status);

  set_reply (self, status, "text/html",
             g_strdup_printf ("<html><head><title>%s</title></head><body><h1>%u %s</h1></body>"
                              "</html>\n",
                              phrase, status, phrase));
}

gboolean
hs_sandbox_exchange_is_replied (HsSandboxExchange *self)
{
  return self->status != 0;
}

guint
hs_sandbox_exchange_get_status (HsSandboxExchange *self)
{
  return self->status;
}

const char *
hs_sandbox_exchange_get_content_type (HsSandboxExchange *self)
{
  return self->content_type;
}

const char *
hs_sandbox_exchange_get_reply (HsSandboxExchange *self)
{
  return self->reply ? self->reply : "";
}

void
hs_sandbox_exchange_settle (HsSandboxExchange *self)
{
  if (self->settled_at)
    return;
  self->settled_at = g_get_monotonic_time ();
  g_signal_emit (self, signals[SETTLED], 0);
}

gint64
hs_sandbox_exchange_get_settled_at (HsSandboxExchange *self)
{
  return self->settled_at;
}
