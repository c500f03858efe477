/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-signalling.h"

G_DEFINE_INTERFACE (HsSignalling, hs_signalling, G_TYPE_OBJECT)

static void
hs_signalling_default_init (HsSignallingInterface *iface)
{
  g_signal_new ("received", HS_TYPE_SIGNALLING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                1, G_TYPE_POINTER);
  g_signal_new ("connected", HS_TYPE_SIGNALLING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

void
hs_signalling_reply_free (HsSignallingReply *reply)
{
  if (reply == NULL)
    return;

  g_free (reply->session);
  g_free (reply);
}

HsSignallingMessage *
hs_signalling_message_copy (const HsSignallingMessage *message)
{
  HsSignallingMessage *copy = g_new (HsSignallingMessage, 1);

  *copy = *message;
  copy->session = g_strdup (message->session);
  copy->sdp = g_strdup (message->sdp);
  copy->caller_name = g_strdup (message->caller_name);
  copy->caller_number = g_strdup (message->caller_number);
  copy->callee_number = g_strdup (message->callee_number);
  copy->remote_name = g_strdup (message->remote_name);
  copy->remote_number = g_strdup (message->remote_number);
  copy->reason_text = g_strdup (message->reason_text);
  if (message->custom_parameters != NULL)
    copy->custom_parameters = json_array_ref (message->custom_parameters);
  return copy;
}

void
hs_signalling_message_free (HsSignallingMessage *message)
{
  if (message == NULL)
    return;

  g_free (message->session);
  g_free (message->sdp);
  g_free (message->caller_name);
  g_free (message->caller_number);
  g_free (message->callee_number);
  g_free (message->remote_name);
  g_free (message->remote_number);
  g_free (message->reason_text);
  g_clear_pointer (&message->custom_parameters, json_array_unref);
  g_free (message);
}

const char *
hs_signalling_get_user_name (HsSignalling *self)
{
  g_return_val_if_fail (HS_IS_SIGNALLING (self), NULL);

  return HS_SIGNALLING_GET_IFACE (self)->get_user_name (self);
}

void
hs_signalling_send_async (HsSignalling *self,
                          const HsSignallingRequest *request,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (HS_IS_SIGNALLING (self));
  g_return_if_fail (request != NULL);

  HS_SIGNALLING_GET_IFACE (self)->send_async (self, request, cancellable, callback, user_data);
}

HsSignallingReply *
hs_signalling_send_finish (HsSignalling *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (HS_IS_SIGNALLING (self), NULL);

  return HS_SIGNALLING_GET_IFACE (self)->send_finish (self, result, error);
}
