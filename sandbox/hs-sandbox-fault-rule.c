/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-fault-rule.h"
#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"

#include <string.h>

#define MAX_DELAY_MS  (10 * 60 * 1000)
#define HTML_BODY     "<html><body>no</body></html>\n"
#define GARBAGE_BODY  "{\"broken\": [1, 2"
#define GARBAGE_FRAME "this is no notification {"

/* Which members a rule of each kind may have, beside what they all may. */
static const char *const common_members[] = { "user", "type", "times", "skip", NULL };
static const char *const request_members[] = {
  "method",  "path",   "status",  "statusCode",  "body",     "contentType",
  "headers", "answer", "delayMs", "notifyFirst", "carryOut", NULL,
};
static const char *const notification_members[] = {
  "action", "delayMs", "frame", "members", "newEventId", NULL,
};
static const char *const rewrite_members[] = { "pattern", "replacement", NULL };
static const char *const upgrade_members[] = { "action", NULL };

static const char *const *const members_by_kind[] = {
  [HS_SANDBOX_FAULT_REQUEST] = request_members,
  [HS_SANDBOX_FAULT_NOTIFICATION] = notification_members,
  [HS_SANDBOX_FAULT_SDP_REWRITE] = rewrite_members,
  [HS_SANDBOX_FAULT_UPGRADE] = upgrade_members,
};

/* Ready-made spoilt answers. */
static const struct {
  const char *name;
  guint status;
  const char *body;
  const char *content_type;
  HsSandboxAnswer answer;
} answers[] = {
  { "half", 0, NULL, NULL, HS_SANDBOX_ANSWER_HALF },
  { "close", 0, NULL, NULL, HS_SANDBOX_ANSWER_CLOSE },
  { "never", 0, NULL, NULL, HS_SANDBOX_ANSWER_NEVER },
  { "garbage", 200, GARBAGE_BODY, "application/json", HS_SANDBOX_ANSWER_WHOLE },
  { "html", 403, HTML_BODY, "text/html", HS_SANDBOX_ANSWER_WHOLE },
  { "empty", 200, "", "application/json", HS_SANDBOX_ANSWER_WHOLE },
};

static const char *const notification_actions[] = {
  [HS_SANDBOX_NOTIFICATION_DELAY] = "delay",
  [HS_SANDBOX_NOTIFICATION_DUPLICATE] = "duplicate",
  [HS_SANDBOX_NOTIFICATION_REORDER] = "reorder",
  [HS_SANDBOX_NOTIFICATION_DROP] = "drop",
  [HS_SANDBOX_NOTIFICATION_GARBAGE] = "garbage",
  [HS_SANDBOX_NOTIFICATION_STRIP] = "strip",
  [HS_SANDBOX_NOTIFICATION_COMPRESS] = "compress",
};

static gboolean
refuse (GError **error, const char *member, const char *what)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: %s", member, what);
  return FALSE;
}

static void
fault_clear (gpointer data)
{
  HsSandboxFault *fault = data;

  g_free (fault->user);
  g_free (fault->type);
  g_free (fault->method);
  g_free (fault->path);
  g_free (fault->body);
  g_free (fault->content_type);
  g_clear_pointer (&fault->headers, json_object_unref);
  g_free (fault->frame);
  g_strfreev (fault->members);
  g_clear_pointer (&fault->pattern, g_regex_unref);
  g_free (fault->replacement);
}

HsSandboxFault *
hs_sandbox_fault_ref (HsSandboxFault *fault)
{
  return g_rc_box_acquire (fault);
}

void
hs_sandbox_fault_unref (HsSandboxFault *fault)
{
  g_rc_box_release_full (fault, fault_clear);
}

static gboolean
check_members (HsSandboxFaultKind kind, JsonObject *rule, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (rule);

  for (GList *l = names; l; l = l->next) {
    if (!g_strv_contains (common_members, l->data) &&
        !g_strv_contains (members_by_kind[kind], l->data))
      return refuse (error, l->data, "not known here");
  }
  return TRUE;
}

static gboolean
read_string (JsonObject *rule, const char *member, char **value, GError **error)
{
  const char *text = hs_sandbox_json_get_string (rule, member);

  if (!text && json_object_has_member (rule, member))
    return refuse (error, member, "a string is expected");
  if (text) {
    g_free (*value);
    *value = g_strdup (text);
  }
  return TRUE;
}

static gboolean
read_int (JsonObject *rule, const char *member, gint64 max, gint64 *value, GError **error)
{
  gint64 number = hs_sandbox_json_get_int (rule, member, -1);

  if (!json_object_has_member (rule, member))
    return TRUE;
  if (number < 0 || number > max)
    return refuse (error, member, "a number of this range is expected");
  *value = number;
  return TRUE;
}

static gboolean
read_match (HsSandboxFault *fault, JsonObject *rule, GError **error)
{
  g_autofree char *user = NULL;

  if (!read_string (rule, "user", &user, error) ||
      !read_string (rule, "type", &fault->type, error) ||
      !read_string (rule, "method", &fault->method, error) ||
      !read_string (rule, "path", &fault->path, error) ||
      !read_int (rule, "skip", G_MAXINT32, &fault->skip, error))
    return FALSE;
  fault->user = user ? hs_sandbox_address_normalise (user) : NULL;
  if (g_strcmp0 (hs_sandbox_json_get_string (rule, "times"), "always") == 0) {
    fault->times = -1;
    return TRUE;
  }
  fault->times = 1;
  return read_int (rule, "times", G_MAXINT32, &fault->times, error) &&
         (fault->times > 0 || refuse (error, "times", "1 or more, or \"always\", is expected"));
}

static gboolean
read_preset (HsSandboxFault *fault, JsonObject *rule, GError **error)
{
  const char *name = hs_sandbox_json_get_string (rule, "answer");

  if (!json_object_has_member (rule, "answer"))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    if (g_strcmp0 (name, answers[i].name) == 0) {
      fault->answer = answers[i].answer;
      fault->status = answers[i].status;
      fault->body = g_strdup (answers[i].body);
      fault->content_type = g_strdup (answers[i].content_type);
      return TRUE;
    }
  }
  return refuse (error, "answer", "half, close, never, garbage, html or empty is expected");
}

static gboolean
read_body (HsSandboxFault *fault, JsonObject *rule, GError **error)
{
  JsonObject *object = hs_sandbox_json_get_object (rule, "body");

  if (!object)
    return read_string (rule, "body", &fault->body, error);
  g_free (fault->body);
  fault->body = hs_sandbox_json_to_text (object);
  return TRUE;
}

static gboolean
read_headers (HsSandboxFault *fault, JsonObject *rule, GError **error)
{
  JsonObject *headers = hs_sandbox_json_get_object (rule, "headers");
  g_autoptr (GList) names = headers ? json_object_get_members (headers) : NULL;

  if (!headers)
    return !json_object_has_member (rule, "headers") ||
           refuse (error, "headers", "an object is expected");
  for (GList *l = names; l; l = l->next) {
    const char *value = hs_sandbox_json_get_string (headers, l->data);

    if (!value || strpbrk (value, "\r\n") || strpbrk (l->data, "\r\n: "))
      return refuse (error, "headers", "names and values on one line each are expected");
  }
  fault->headers = json_object_ref (headers);
  return TRUE;
}

/* Without an order to the contrary a request that is only late is carried out, and one that gets a
 * false answer is not. */
static gboolean
read_request (HsSandboxFault *fault, JsonObject *rule, GError **error)
{
  gint64 status = 0, delay_ms = 0;

  fault->status_code = -1;
  if (!read_preset (fault, rule, error))
    return FALSE;
  status = fault->status;
  if (!read_int (rule, "status", 599, &status, error) ||
      !read_int (rule, "statusCode", G_MAXINT32, &fault->status_code, error) ||
      !read_int (rule, "delayMs", MAX_DELAY_MS, &delay_ms, error) ||
      !read_string (rule, "contentType", &fault->content_type, error) ||
      !read_body (fault, rule, error) || !read_headers (fault, rule, error))
    return FALSE;
  if (status != 0 && status < 200)
    return refuse (error, "status", "a number from 200 to 599 is expected");
  if (fault->status_code >= 0 && status == 0)
    status = 200;
  if (fault->body && status == 0)
    status = 200;
  fault->status = status;
  fault->delay_ms = delay_ms;
  fault->notify_first = hs_sandbox_json_get_boolean (rule, "notifyFirst");
  fault->carry_out = json_object_has_member (rule, "carryOut")
                         ? hs_sandbox_json_get_boolean (rule, "carryOut")
                         : status == 0 && fault->answer == HS_SANDBOX_ANSWER_WHOLE;
  return TRUE;
}

static gboolean
read_action (HsSandboxFault *fault, JsonObject *rule, GError **error)
{
  const char *name = hs_sandbox_json_get_string (rule, "action");

  for (guint i = 0; i < G_N_ELEMENTS (notification_actions); i++) {
    if (g_strcmp0 (name, notification_actions[i]) == 0) {
      fault->action = i;
      return TRUE;
    }
  }
  return refuse (error, "action",
                 "delay, duplicate, reorder, drop, garbage, strip or compress is expected");
}

static gboolean
read_stripped (HsSandboxFault *fault, JsonObject *rule, GError **error)
{
  JsonArray *members = hs_sandbox_json_get_array (rule, "members");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (!members || !hs_sandbox_json_is_strings (members))
    return refuse (error, "members", "a list of names is expected");
  for (guint i = 0; i < json_array_get_length (members); i++)
    g_strv_builder_add (builder, json_array_get_string_element (members, i));
  fault->members = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_notification (HsSandboxFault *fault, JsonObject *rule, GError **error)
{
  gint64 delay_ms = 500;

  fault->frame = g_strdup (GARBAGE_FRAME);
  fault->new_event_id = hs_sandbox_json_get_boolean (rule, "newEventId");
  if (!read_action (fault, rule, error) || !read_string (rule, "frame", &fault->frame, error) ||
      !read_int (rule, "delayMs", MAX_DELAY_MS, &delay_ms, error))
    return FALSE;
  fault->delay_ms = delay_ms;
  return fault->action != HS_SANDBOX_NOTIFICATION_STRIP || read_stripped (fault, rule, error);
}

static gboolean
read_rewrite (HsSandboxFault *fault, JsonObject *rule, GError **error)
{
  const char *pattern = hs_sandbox_json_get_string (rule, "pattern");

  if (!pattern || !json_object_has_member (rule, "replacement"))
    return refuse (error, "pattern", "both pattern and replacement are expected");
  if (!read_string (rule, "replacement", &fault->replacement, error))
    return FALSE;
  fault->pattern = g_regex_new (pattern, G_REGEX_MULTILINE | G_REGEX_NEWLINE_CRLF, 0, error);
  return fault->pattern && g_regex_check_replacement (fault->replacement, NULL, error);
}

HsSandboxFault *
hs_sandbox_fault_new (HsSandboxFaultKind kind, JsonObject *rule, GError **error)
{
  g_autoptr (HsSandboxFault) fault = g_rc_box_new0 (HsSandboxFault);
  gboolean good = FALSE;

  fault->kind = kind;
  if (!check_members (kind, rule, error) || !read_match (fault, rule, error))
    return NULL;
  switch (kind) {
  case HS_SANDBOX_FAULT_REQUEST:
    good = read_request (fault, rule, error);
    break;
  case HS_SANDBOX_FAULT_NOTIFICATION:
    good = read_notification (fault, rule, error);
    break;
  case HS_SANDBOX_FAULT_SDP_REWRITE:
    good = read_rewrite (fault, rule, error);
    break;
  case HS_SANDBOX_FAULT_UPGRADE:
    good = TRUE;
    break;
  }
  return good ? g_steal_pointer (&fault) : NULL;
}
