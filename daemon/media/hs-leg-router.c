/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-router.h"

#include "hs-leg-chain.h"
#include "sdp/hs-sdp-engine.h"
#include "sdp/hs-sdp-source.h"

typedef struct {
  guint line;
  HsLegVideo *video;
  GArray *sources;  /* of guint32 */
  GArray *payloads; /* of int */
} Route;

struct _HsLegRouter {
  gatomicrefcount references;
  HsLegAudio *audio;

  GMutex lock;
  GPtrArray *routes;
};

static void
free_route (gpointer data)
{
  Route *route = data;

  hs_leg_video_unref (route->video);
  g_array_unref (route->sources);
  g_array_unref (route->payloads);
  g_free (route);
}

HsLegRouter *
hs_leg_router_new (HsLegAudio *audio)
{
  HsLegRouter *self = g_new0 (HsLegRouter, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->audio = hs_leg_audio_ref (audio);
  self->routes = g_ptr_array_new_with_free_func (free_route);
  return self;
}

HsLegRouter *
hs_leg_router_ref (HsLegRouter *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_leg_router_unref (HsLegRouter *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  hs_leg_audio_unref (self->audio);
  g_ptr_array_unref (self->routes);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- what is known --- */

void
hs_leg_router_add_video (HsLegRouter *self, guint line, HsLegVideo *video)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Route *route = g_new0 (Route, 1);

  route->line = line;
  route->video = hs_leg_video_ref (video);
  route->sources = g_array_new (FALSE, FALSE, sizeof (guint32));
  route->payloads = g_array_new (FALSE, FALSE, sizeof (int));
  g_ptr_array_add (self->routes, route);
}

static void
read_section (Route *route, HsSdpSection *section)
{
  const char *const *formats = hs_sdp_section_get_formats (section);

  g_array_unref (route->sources);
  route->sources = hs_sdp_section_dup_ssrcs (section);
  g_array_set_size (route->payloads, 0);
  for (guint i = 0; formats[i] != NULL; i++) {
    int payload = g_ascii_strtoll (formats[i], NULL, 10);

    g_array_append_val (route->payloads, payload);
  }
}

void
hs_leg_router_read (HsLegRouter *self, HsSdp *remote)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < self->routes->len; i++) {
    Route *route = self->routes->pdata[i];
    HsSdpSection *section = hs_sdp_get_section (remote, route->line);

    if (section != NULL)
      read_section (route, section);
  }
}

void
hs_leg_router_close (HsLegRouter *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_ptr_array_set_size (self->routes, 0);
}

/* --- finding --- */

static gboolean
has_source (const Route *route, guint32 source)
{
  for (guint i = 0; i < route->sources->len; i++) {
    if (g_array_index (route->sources, guint32, i) == source)
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_payload (const Route *route, int payload)
{
  for (guint i = 0; i < route->payloads->len; i++) {
    if (g_array_index (route->payloads, int, i) == payload)
      return TRUE;
  }
  return FALSE;
}

/* Returns: (transfer full) (nullable) */
static HsLegVideo *
find_video (HsLegRouter *self, guint32 source, int payload)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < self->routes->len; i++) {
    Route *route = self->routes->pdata[i];

    if (has_source (route, source))
      return hs_leg_video_ref (route->video);
  }
  for (guint i = 0; i < self->routes->len; i++) {
    Route *route = self->routes->pdata[i];

    if (has_payload (route, payload))
      return hs_leg_video_ref (route->video);
  }
  return NULL;
}

void
hs_leg_router_connect (HsLegRouter *self, GstBin *pipeline, GstPad *src_pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (src_pad);
  const GstStructure *packet = caps != NULL ? gst_caps_get_structure (caps, 0) : NULL;
  g_autoptr (HsLegVideo) video = NULL;
  guint source = 0;
  int payload = -1;

  if (packet == NULL || g_strcmp0 (gst_structure_get_string (packet, "media"), "video") != 0) {
    hs_leg_audio_add_receiver (self->audio, pipeline, src_pad);
    return;
  }
  gst_structure_get_uint (packet, "ssrc", &source);
  gst_structure_get_int (packet, "payload", &payload);
  video = find_video (self, source, payload);
  if (video != NULL)
    hs_leg_video_add_receiver (video, pipeline, src_pad);
  else
    hs_leg_chain_swallow (pipeline, src_pad);
}
