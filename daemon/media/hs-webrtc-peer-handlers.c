/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "sdp/hs-sdp-edit.h"

/* One run over one description. */
typedef struct {
  HsWebrtcPeer *peer;
  GTask *task; /* the operation it is part of */
  GPtrArray *handlers;
  guint index; /* whose turn it is */
  HsDescriptionType type;
  HsSdpStep step;
  gboolean local;
  char *original;
  HsWebrtcPeerHandled next;
} Run;

static void
free_run (Run *run)
{
  g_object_unref (run->peer);
  g_object_unref (run->task);
  g_ptr_array_unref (run->handlers);
  g_free (run->original);
  g_free (run);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, free_run)

static int
error_code (const Run *run)
{
  return run->local && run->type == HS_DESCRIPTION_OFFER ? HS_CALL_ERROR_INVALID_OFFER
                                                         : HS_CALL_ERROR_GENERIC;
}

static guint
read_limit (JsonObject *bandwidth, const char *name)
{
  gint64 kbps = hs_json_get_int (bandwidth, name, 0);

  return CLAMP (kbps, 0, 10 * 1000 * 1000);
}

static void
run_built_in (const Run *run, HsSdp *sdp)
{
  HsWebrtcPeer *self = run->peer;

  if (self->remove_h264) {
    hs_sdp_remove_h264 (sdp);
    hs_sdp_reject_empty (sdp);
  }
  hs_sdp_remove_sdes (sdp);
  if (run->local && self->bandwidth != NULL)
    hs_sdp_write_bandwidth (sdp, read_limit (self->bandwidth, "call"),
                            read_limit (self->bandwidth, "audio"),
                            read_limit (self->bandwidth, "video"));
}

static void
finish (Run *run, const char *text)
{
  g_autoptr (GError) error = NULL;
  HsSdp *sdp = hs_sdp_parse (text, &error);

  if (sdp == NULL) {
    hs_webrtc_peer_fail (run->peer, error_code (run), "the description cannot be read", error);
    return;
  }
  run_built_in (run, sdp);
  run->next (run->peer, sdp);
}

static void run_next (Run *run, const char *text);

static void
on_handled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Run) run = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = hs_sdp_handler_handle_finish (HS_SDP_HANDLER (source), result, &error);

  if (hs_webrtc_peer_is_over (run->peer, run->task))
    return;
  if (text == NULL)
    hs_webrtc_peer_fail (run->peer, error_code (run), "an SDP handler failed", error);
  else
    run_next (g_steal_pointer (&run), text);
}

static void
run_next (Run *run, const char *text)
{
  g_autoptr (Run) owned = run;
  HsSdpHandlerInfo info = { .call_id = run->peer->call_id,
                            .type = run->type,
                            .step = run->step,
                            .local = run->local,
                            .original = run->original,
                            .bandwidth = run->local ? run->peer->bandwidth : NULL };
  HsSdpHandler *handler;

  if (run->index == run->handlers->len) {
    finish (run, text);
    return;
  }
  handler = run->handlers->pdata[run->index++];
  hs_sdp_handler_handle_async (handler, text, &info, run->peer->cancellable, on_handled,
                               g_steal_pointer (&owned));
}

void
hs_webrtc_peer_handle (HsWebrtcPeer *self,
                       const char *text,
                       HsDescriptionType type,
                       HsSdpStep step,
                       gboolean local,
                       HsWebrtcPeerHandled next)
{
  Run *run = g_new0 (Run, 1);

  run->peer = g_object_ref (self);
  run->task = g_object_ref (self->negotiating);
  run->handlers = hs_media_dup_sdp_handlers (self->media);
  run->type = type;
  run->step = step;
  run->local = local;
  run->original = g_strdup (text);
  run->next = next;
  run_next (run, text);
}
