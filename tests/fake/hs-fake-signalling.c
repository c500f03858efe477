/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-signalling.h"

#include "base/hs-json.h"

#include <string.h>

struct _HsFakeSignalling {
  GObject parent;

  char *user_name;
  HsFakeSteps *steps;
  HsRemoteState remote_state;
  guint last_leg;
};

static const char *const kind_names[] = {
  [HS_REQUEST_START] = "START",
  [HS_REQUEST_RINGING] = "RINGING",
  [HS_REQUEST_ANSWER] = "ANSWER",
  [HS_REQUEST_REJECT] = "REJECT",
  [HS_REQUEST_FORWARD] = "FORWARD",
  [HS_REQUEST_END] = "END",
  [HS_REQUEST_UPDATE] = "UPDATE",
  [HS_REQUEST_RESPOND_UPDATE] = "RESPOND_UPDATE",
  [HS_REQUEST_REFUSE_UPDATE] = "REFUSE_UPDATE",
  [HS_REQUEST_CUSTOM_PARAMETERS] = "CUSTOM_PARAMETERS",
  [HS_REQUEST_TRANSFER] = "TRANSFER",
  [HS_REQUEST_CONSULTATIVE] = "CONSULTATIVE",
  [HS_REQUEST_JOIN] = "JOIN",
  [HS_REQUEST_AUDIT] = "AUDIT",
  [HS_REQUEST_QUERY] = "QUERY",
};

static void
append (GString *text, const char *name, const char *value)
{
  if (value != NULL)
    g_string_append_printf (text, " %s=%s", name, value);
}

static char *
dup_sdp_name (const char *sdp)
{
  const char *name = sdp != NULL ? strstr (sdp, "\ns=") : NULL;

  return name != NULL ? g_strndup (name + 3, strcspn (name + 3, "\r\n")) : g_strdup (sdp);
}

static char *
dup_request_text (const HsSignallingRequest *request)
{
  GString *text = g_string_new (kind_names[request->kind]);
  g_autofree char *sdp_name = dup_sdp_name (request->sdp);

  if (request->session != NULL)
    g_string_append_printf (text, " %s", request->session);
  append (text, "other", request->other_session);
  append (text, "to", request->address);
  append (text, "from", request->from);
  append (text, "sdp", sdp_name);
  if (request->early_media)
    g_string_append (text, " early");
  if (request->custom_parameters != NULL) {
    g_autoptr (JsonNode) node =
        hs_json_node_take_array (json_array_ref (request->custom_parameters));
    g_autofree char *parameters = hs_json_to_text (node);

    g_string_append_printf (text, " %s", parameters);
  }
  return g_string_free (text, FALSE);
}

static const char *
fake_get_user_name (HsSignalling *signalling)
{
  return HS_FAKE_SIGNALLING (signalling)->user_name;
}

static void
succeed (GTask *task)
{
  HsFakeSignalling *self = g_task_get_source_object (task);
  HsRequestKind kind = GPOINTER_TO_UINT (g_task_get_task_data (task));
  HsSignallingReply *reply = g_new0 (HsSignallingReply, 1);

  if (kind == HS_REQUEST_START || kind == HS_REQUEST_JOIN)
    reply->session = g_strdup_printf ("leg-%u", ++self->last_leg);
  if (kind == HS_REQUEST_QUERY)
    reply->remote_state = self->remote_state;
  g_task_return_pointer (task, reply, (GDestroyNotify) hs_signalling_reply_free);
}

static void
fake_send_async (HsSignalling *signalling,
                 const HsSignallingRequest *request,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  HsFakeSignalling *self = HS_FAKE_SIGNALLING (signalling);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *text = dup_request_text (request);

  g_task_set_task_data (task, GUINT_TO_POINTER (request->kind), NULL);
  g_signal_emit_by_name (self, "sent", text);
  hs_fake_steps_begin (self->steps, request->kind, task, succeed);
}

static HsSignallingReply *
fake_send_finish (HsSignalling *signalling, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hs_fake_signalling_init_interface (HsSignallingInterface *iface)
{
  iface->get_user_name = fake_get_user_name;
  iface->send_async = fake_send_async;
  iface->send_finish = fake_send_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsFakeSignalling,
                               hs_fake_signalling,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_SIGNALLING,
                                                      hs_fake_signalling_init_interface))

static void
hs_fake_signalling_finalize (GObject *object)
{
  HsFakeSignalling *self = HS_FAKE_SIGNALLING (object);

  hs_fake_steps_free (self->steps);
  g_free (self->user_name);
  G_OBJECT_CLASS (hs_fake_signalling_parent_class)->finalize (object);
}

static void
hs_fake_signalling_class_init (HsFakeSignallingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_fake_signalling_finalize;
  g_signal_new ("sent", HS_TYPE_FAKE_SIGNALLING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
hs_fake_signalling_init (HsFakeSignalling *self)
{
  self->steps = hs_fake_steps_new ();
}

HsFakeSignalling *
hs_fake_signalling_new (const char *user_name)
{
  HsFakeSignalling *self = g_object_new (HS_TYPE_FAKE_SIGNALLING, NULL);

  self->user_name = g_strdup (user_name);
  return self;
}

HsFakeSteps *
hs_fake_signalling_get_steps (HsFakeSignalling *self)
{
  return self->steps;
}

void
hs_fake_signalling_set_remote_state (HsFakeSignalling *self, HsRemoteState state)
{
  self->remote_state = state;
}

void
hs_fake_signalling_receive (HsFakeSignalling *self, const HsSignallingMessage *message)
{
  g_signal_emit_by_name (self, "received", message);
}

void
hs_fake_signalling_connect (HsFakeSignalling *self)
{
  g_signal_emit_by_name (self, "connected");
}
