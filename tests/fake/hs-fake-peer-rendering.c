/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-peer-private.h"

#include "base/hs-error.h"

void
hs_fake_peer_render_track_async (HsPeer *peer,
                                 const char *track_id,
                                 const char *container,
                                 const char *speaker_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (peer, cancellable, callback, user_data);
  g_autofree char *text = g_strdup_printf ("render %s at %s (%s)", track_id, container,
                                           speaker_id != NULL ? speaker_id : "");

  hs_fake_peer_did (HS_FAKE_PEER (peer), text);
  if (g_str_equal (container, "broken"))
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "it is broken");
  else
    g_task_return_boolean (task, TRUE);
}

gboolean
hs_fake_peer_render_track_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
hs_fake_peer_unrender_track (HsPeer *peer, const char *track_id, const char *container)
{
  g_autofree char *text = g_strdup_printf ("take %s from %s", track_id, container);

  hs_fake_peer_did (HS_FAKE_PEER (peer), text);
}

void
hs_fake_peer_lose_container (HsFakePeer *self, const char *track_id, const char *container)
{
  g_autoptr (GError) error =
      g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "the disk is full");

  g_signal_emit_by_name (self, "container-failed", track_id, container, error);
}
