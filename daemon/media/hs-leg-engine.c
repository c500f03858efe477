/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-private.h"

#include "base/hs-error.h"

/* Every operation is a chain of questions to webrtcbin. It answers on a thread of its own; each
 * answer is posted to the control thread and goes to the function that self->reply names. */

/* --- one operation --- */

gboolean
hs_leg_begin (HsLeg *self,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data,
              gpointer tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  if (self->pipeline == NULL || self->task != NULL) {
    g_task_return_new_error (task, G_IO_ERROR,
                             self->pipeline == NULL ? G_IO_ERROR_CLOSED : G_IO_ERROR_PENDING,
                             "the transport cannot be negotiated now");
    return FALSE;
  }
  self->task = g_steal_pointer (&task);
  return TRUE;
}

GTask *
hs_leg_end (HsLeg *self)
{
  self->reply = NULL;
  return g_steal_pointer (&self->task);
}

void
hs_leg_fail (HsLeg *self, const char *what, const GError *reason)
{
  g_autoptr (GTask) task = hs_leg_end (self);

  g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "%s: %s", what,
                           reason != NULL ? reason->message : "the media engine gave no reason");
}

void
hs_leg_succeed (HsLeg *self, HsSdp *description)
{
  g_autoptr (GTask) task = hs_leg_end (self);

  g_task_return_pointer (task, description, (GDestroyNotify) hs_sdp_free);
}

/* --- questions and replies --- */

static void
on_reply (gpointer owner, gpointer data)
{
  HsLeg *self = owner;
  GstPromise *promise = data;
  const GstStructure *reply = NULL;
  HsLegReply handler = self->reply;
  g_autoptr (GError) error = NULL;

  if (self->task == NULL || handler == NULL)
    return;
  self->reply = NULL;
  if (gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED)
    reply = gst_promise_get_reply (promise);
  /* A reply may well say that it failed. */
  if (reply != NULL && gst_structure_has_field (reply, "error"))
    gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);
  if (error != NULL)
    hs_leg_fail (self, "the media engine refused the description", error);
  else
    handler (self, self->task, reply);
}

static void
on_promise_changed (GstPromise *promise, gpointer user_data)
{
  hs_leg_post_send (user_data, on_reply, gst_promise_ref (promise),
                    (GDestroyNotify) gst_promise_unref);
}

static void
unref_post (gpointer data)
{
  hs_leg_post_unref (data);
}

static GstPromise *
expect_reply (HsLeg *self, HsLegReply handler)
{
  self->reply = handler;
  g_clear_pointer (&self->question, gst_promise_unref);
  self->question = gst_promise_new_with_change_func (on_promise_changed,
                                                     hs_leg_post_ref (self->post), unref_post);
  return gst_promise_ref (self->question);
}

void
hs_leg_apply (
    HsLeg *self, const char *signal, GstWebRTCSDPType type, HsSdp *sdp, HsLegReply handler)
{
  g_autofree char *text = hs_sdp_to_text (sdp);
  GstWebRTCSessionDescription *description;
  GstSDPMessage *message = NULL;
  GstPromise *promise;

  if (gst_sdp_message_new_from_text (text, &message) != GST_SDP_OK) {
    hs_leg_fail (self, "the media engine cannot read the description", NULL);
    return;
  }
  description = gst_webrtc_session_description_new (type, message);
  promise = expect_reply (self, handler);
  g_signal_emit_by_name (self->webrtc, signal, description, promise);
  gst_promise_unref (promise);
  gst_webrtc_session_description_free (description);
}

void
hs_leg_ask_for (HsLeg *self, const char *signal, HsLegReply handler)
{
  GstPromise *promise = expect_reply (self, handler);

  g_signal_emit_by_name (self->webrtc, signal, NULL, promise);
  gst_promise_unref (promise);
}

HsSdp *
hs_leg_read_description (GstWebRTCSessionDescription *description, GError **error)
{
  g_autofree char *text = NULL;

  if (description == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "there is no description");
    return NULL;
  }
  text = gst_sdp_message_as_text (description->sdp);
  return hs_sdp_parse (text, error);
}

HsSdp *
hs_leg_read_reply (const GstStructure *reply, const char *field, GError **error)
{
  GstWebRTCSessionDescription *description = NULL;
  HsSdp *sdp;

  if (reply != NULL)
    gst_structure_get (reply, field, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL);
  sdp = hs_leg_read_description (description, error);
  g_clear_pointer (&description, gst_webrtc_session_description_free);
  return sdp;
}
