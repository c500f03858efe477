/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "sdp/hs-sdp-codec.h"
#include "sdp/hs-sdp-engine.h"

/* Which line of a description a track is on, and what is done with each. One audio line carries a
 * call's sound; of video a few are enough for a camera and a screen of either end. */

#define MAX_VIDEO_LINES 4

/* Whether it is a kind of media that we may know how to carry; plugins decide when it is tried. */
static gboolean
is_usable (HsSdpSection *section)
{
  static const char *const video_codecs[] = { "VP8", "H264", "VP9", NULL };
  HsSdpKind kind = hs_sdp_section_get_kind (section);
  const char *const *names = kind == HS_SDP_AUDIO ? hs_leg_audio_get_codec_names () : video_codecs;
  g_autoptr (HsSdpCodec) codec = NULL;

  if (!hs_sdp_section_is_usable (section))
    return FALSE;
  /* An unknown audio codec is an error to be told of, not a line to be refused in silence. */
  codec = hs_sdp_section_find_codec (section, names);
  return codec != NULL || kind == HS_SDP_AUDIO;
}

static guint
count_before (HsSdp *sdp, guint line, HsSdpKind kind)
{
  guint n = 0;

  for (guint i = 0; i < line; i++) {
    HsSdpSection *section = hs_sdp_get_section (sdp, i);

    n += hs_sdp_section_get_kind (section) == kind && is_usable (section);
  }
  return n;
}

gboolean
hs_webrtc_peer_can_use_line (HsSdp *sdp, guint line)
{
  HsSdpSection *section = hs_sdp_get_section (sdp, line);
  HsSdpKind kind = section != NULL ? hs_sdp_section_get_kind (section) : HS_SDP_OTHER;

  if (section == NULL || !is_usable (section))
    return FALSE;
  return count_before (sdp, line, kind) < (kind == HS_SDP_AUDIO ? 1 : MAX_VIDEO_LINES);
}

HsMediaKind
hs_webrtc_peer_get_line_kind (HsSdp *sdp, guint line)
{
  HsSdpSection *section = hs_sdp_get_section (sdp, line);

  return hs_sdp_section_get_kind (section) == HS_SDP_VIDEO ? HS_MEDIA_VIDEO : HS_MEDIA_AUDIO;
}

HsLocalTrack *
hs_webrtc_peer_get_local_on (HsWebrtcPeer *self, guint line)
{
  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    if (local->line == (int) line && !local->leaving)
      return local;
  }
  return NULL;
}

/* --- placing tracks --- */

/* As the SDK attaches them: screens before microphones before cameras; after those that have had a
 * line before. */
static int
rank (const HsLocalTrack *local)
{
  if (local->agreed_line >= 0)
    return local->agreed_line - G_MAXINT16;
  if (local->track->kind == HS_MEDIA_AUDIO)
    return 1;
  return local->track->screen ? 0 : 2;
}

static int
compare_ranks (gconstpointer a, gconstpointer b)
{
  return rank (*(const HsLocalTrack *const *) a) - rank (*(const HsLocalTrack *const *) b);
}

/* Returns: (transfer container): those that are not on a line yet, in order. */
static GPtrArray *
collect_unplaced (HsWebrtcPeer *self)
{
  GPtrArray *unplaced = g_ptr_array_new ();

  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    if (local->line < 0 && !local->leaving)
      g_ptr_array_add (unplaced, local);
  }
  g_ptr_array_sort (unplaced, compare_ranks);
  return unplaced;
}

static void
take_off_lines (HsWebrtcPeer *self)
{
  for (guint i = 0; i < self->local_tracks->len; i++)
    ((HsLocalTrack *) self->local_tracks->pdata[i])->line = -1;
}

static HsMediaKind
get_kind (GArray *kinds, guint line)
{
  return g_array_index (kinds, HsMediaKind, line);
}

static void
place_on_new_line (HsLocalTrack *local, GArray *kinds)
{
  local->line = kinds->len;
  g_array_append_val (kinds, local->track->kind);
}

/* There is never a second audio line, and there are never too many for video. */
static gboolean
has_room (GArray *kinds, HsMediaKind kind)
{
  guint n = 0;

  for (guint i = 0; i < kinds->len; i++)
    n += get_kind (kinds, i) == kind;
  return n < (kind == HS_MEDIA_AUDIO ? 1 : MAX_VIDEO_LINES);
}

static void
place_for_offer (HsWebrtcPeer *self, HsLocalTrack *local, GArray *kinds)
{
  for (guint i = 0; i < kinds->len; i++) {
    if (get_kind (kinds, i) == local->track->kind &&
        hs_webrtc_peer_get_local_on (self, i) == NULL) {
      local->line = i;
      return;
    }
  }
  if (has_room (kinds, local->track->kind))
    place_on_new_line (local, kinds);
}

/* Whether the far end wants nothing of this line, and we have nothing new for it. */
static gboolean
is_refused (HsWebrtcPeer *self, guint line)
{
  HsSdp *remote = self->agreed.remote;
  HsSdpSection *section = remote != NULL ? hs_sdp_get_section (remote, line) : NULL;

  return section != NULL && hs_sdp_section_is_rejected (section);
}

/* The lines of a new transport: what was agreed on, without what is of no use. */
static void
plan_anew (HsWebrtcPeer *self, GArray *kinds)
{
  HsSdp *agreed = self->agreed.local;

  take_off_lines (self);
  for (guint i = 0; agreed != NULL && i < hs_sdp_get_n_sections (agreed); i++) {
    HsMediaKind kind = hs_webrtc_peer_get_line_kind (agreed, i);

    if (hs_webrtc_peer_can_use_line (agreed, i) && !is_refused (self, i))
      g_array_append_val (kinds, kind);
  }
}

GArray *
hs_webrtc_peer_plan_offer (HsWebrtcPeer *self, HsPeerTransport *existing)
{
  GArray *kinds = g_array_new (FALSE, FALSE, sizeof (HsMediaKind));
  HsSdp *engine = existing != NULL ? existing->engine : NULL;
  g_autoptr (GPtrArray) unplaced = NULL;

  for (guint i = 0; engine != NULL && i < hs_sdp_get_n_sections (engine); i++) {
    HsMediaKind kind = hs_webrtc_peer_get_line_kind (engine, i);

    g_array_append_val (kinds, kind);
  }
  if (engine == NULL)
    plan_anew (self, kinds);
  unplaced = collect_unplaced (self);
  for (guint i = 0; i < unplaced->len; i++)
    place_for_offer (self, unplaced->pdata[i], kinds);
  /* One who only listens offers that. */
  if (kinds->len == 0)
    g_array_append_val (kinds, (HsMediaKind){ HS_MEDIA_AUDIO });
  return kinds;
}

gboolean
hs_webrtc_peer_needs_engine (HsWebrtcPeer *self, HsPeerTransport *existing, GArray *kinds)
{
  if (existing == NULL || kinds->len != hs_sdp_get_n_sections (existing->engine))
    return TRUE;
  for (guint i = 0; i < kinds->len; i++) {
    HsLocalTrack *local = hs_webrtc_peer_get_local_on (self, i);

    if (local != NULL && local->fresh &&
        (is_refused (self, i) || i >= hs_sdp_get_n_sections (self->agreed.local)))
      return TRUE;
  }
  return FALSE;
}

void
hs_webrtc_peer_place_in_answer (HsWebrtcPeer *self, HsSdp *offer, gboolean fresh)
{
  g_autoptr (GPtrArray) unplaced = NULL;

  if (fresh)
    take_off_lines (self);
  unplaced = collect_unplaced (self);
  for (guint i = 0; i < unplaced->len; i++) {
    HsLocalTrack *local = unplaced->pdata[i];

    for (guint line = 0; local->line < 0 && line < hs_sdp_get_n_sections (offer); line++) {
      if (hs_webrtc_peer_can_use_line (offer, line) &&
          hs_webrtc_peer_get_line_kind (offer, line) == local->track->kind &&
          hs_webrtc_peer_get_local_on (self, line) == NULL)
        local->line = line;
    }
  }
}

guint
hs_webrtc_peer_count_lines (HsWebrtcPeer *self, HsSdp *engine)
{
  guint n_lines = hs_sdp_get_n_sections (engine);
  guint n_needed =
      self->agreed.local != NULL ? hs_sdp_get_n_sections (self->agreed.local) : n_lines;

  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    n_needed = MAX (n_needed, (guint) (local->line + 1));
  }
  return MIN (n_needed, n_lines);
}

/* --- what is done with lines --- */

static HsSdpWireLine
make_line (HsWebrtcPeer *self, guint index)
{
  HsLocalTrack *local = hs_webrtc_peer_get_local_on (self, index);
  HsSdpWireLine line = { .direction = hs_sdp_direction_wanted (local != NULL, self->held) };

  if (local != NULL) {
    line.stream_id = local->stream_in_sdp;
    line.track_id = local->track_in_sdp;
  }
  return line;
}

static gboolean
is_offered (HsWebrtcPeer *self, HsPeerTransport *transport, guint line)
{
  HsLocalTrack *local = hs_webrtc_peer_get_local_on (self, line);

  return transport != self->agreed.transport || (local != NULL && local->fresh) ||
         !is_refused (self, line);
}

GArray *
hs_webrtc_peer_make_lines (HsWebrtcPeer *self,
                           HsPeerTransport *transport,
                           HsSdp *engine,
                           HsSdp *offer)
{
  HsSdp *model = offer != NULL ? offer : engine;
  GArray *lines = g_array_new (FALSE, TRUE, sizeof (HsSdpWireLine));

  for (guint i = 0; i < hs_sdp_get_n_sections (model); i++) {
    HsSdpWireLine line = { .rejected = TRUE };

    if (hs_webrtc_peer_can_use_line (model, i) &&
        (offer != NULL || is_offered (self, transport, i)))
      line = make_line (self, i);
    g_array_append_val (lines, line);
  }
  return lines;
}
