/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"

#include "base/hs-error.h"
#include "media/hs-ice-servers.h"
#include "media/hs-leg-private.h"
#include "media/hs-leg-stats.h"
#include "sdp/hs-sdp-edit.h"
#include "sdp/hs-sdp-transport.h"

#include <gst/rtp/rtp.h>
#include <math.h>
#include <string.h>

#define RATE     48000
#define BLOCK    960
#define MEASURED (RATE / 10)

static const HsMediaKind audio_only[] = { HS_MEDIA_AUDIO };

/* --- certificates --- */

static GBytes *
dup_digest (HsCertificate *certificate, const char *hash)
{
  g_autofree char *text =
      g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
                       "a=fingerprint:%s %s\r\n",
                       hash, hs_certificate_get_fingerprint (certificate));
  g_autoptr (HsSdp) sdp = hs_sdp_parse (text, NULL);
  g_autoptr (GPtrArray) list = hs_sdp_section_dup_fingerprints (hs_sdp_get_section (sdp, 0));

  g_assert_cmpuint (list->len, ==, 1);
  return g_bytes_ref (((HsSdpFingerprint *) list->pdata[0])->digest);
}

static void
test_certificate (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsCertificate) one = hs_certificate_new (&error);
  g_autoptr (HsCertificate) other = hs_certificate_new (&error);
  g_autoptr (GBytes) digest = dup_digest (one, "sha-256");

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (hs_certificate_get_pem (one), "-----BEGIN CERTIFICATE-----"));
  g_assert_nonnull (strstr (hs_certificate_get_pem (one), "-----BEGIN PRIVATE KEY-----"));
  g_assert_cmpstr (hs_certificate_get_fingerprint (one), !=,
                   hs_certificate_get_fingerprint (other));
  g_assert_true (hs_certificate_verify (hs_certificate_get_pem (one), "sha-256", digest, &error));
  g_assert_no_error (error);
  g_assert_false (
      hs_certificate_verify (hs_certificate_get_pem (other), "sha-256", digest, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
}

/* Far ends may hash with more bits than we do. */
static void
test_certificate_other_hashes (void)
{
  g_autoptr (HsCertificate) certificate = hs_certificate_new (NULL);
  const char *pem = hs_certificate_get_pem (certificate);
  const char *begin = strstr (pem, "-----\n") + strlen ("-----\n");
  g_autofree char *base64 = g_strndup (begin, strstr (begin, "-----END") - begin);
  gsize length;
  g_autofree guchar *der = g_base64_decode (base64, &length);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GChecksum) sum = g_checksum_new (i == 0 ? G_CHECKSUM_SHA384 : G_CHECKSUM_SHA512);
    g_autoptr (GBytes) digest = NULL;
    guint8 buffer[64];
    gsize n_bytes = sizeof buffer;

    g_checksum_update (sum, der, length);
    g_checksum_get_digest (sum, buffer, &n_bytes);
    digest = g_bytes_new (buffer, n_bytes);
    g_assert_true (hs_certificate_verify (pem, i == 0 ? "sha-384" : "sha-512", digest, &error));
    g_assert_no_error (error);
  }
}

static void
test_certificate_refuses (void)
{
  g_autoptr (HsCertificate) certificate = hs_certificate_new (NULL);
  g_autoptr (GBytes) digest = dup_digest (certificate, "sha-256");
  g_autoptr (GBytes) part = g_bytes_new_from_bytes (digest, 0, 16);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  const char *pem = hs_certificate_get_pem (certificate);

  g_assert_false (hs_certificate_verify (pem, "sha-256", part, NULL));
  g_assert_false (hs_certificate_verify (pem, "sha-256", nothing, NULL));
  g_assert_false (hs_certificate_verify (pem, "sha-512", digest, NULL));
  g_assert_false (hs_certificate_verify (pem, "md5", digest, NULL));
  g_assert_false (hs_certificate_verify ("no certificate", "sha-256", digest, NULL));
  g_assert_false (hs_certificate_verify ("", "sha-256", digest, NULL));
}

/* --- the queue --- */

static void
count_turn (gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_queue (void)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (HsLegQueue) queue = hs_leg_queue_new (HS_CLOCK (clock), 2, 3000);
  guint turns[4] = { 0 };
  guint tickets[4];

  for (guint i = 0; i < 4; i++)
    tickets[i] = hs_leg_queue_enter (queue, count_turn, &turns[i]);
  g_assert_cmpuint (turns[0] + turns[1], ==, 2);
  g_assert_cmpuint (turns[2] + turns[3], ==, 0);
  hs_leg_queue_leave (queue, &tickets[0]);
  g_assert_cmpuint (tickets[0], ==, 0);
  g_assert_cmpuint (turns[2], ==, 1);
  hs_leg_queue_leave (queue, &tickets[3]);
  g_assert_cmpuint (hs_leg_queue_count_waiting (queue), ==, 0);
  hs_leg_queue_leave (queue, &tickets[1]);
  hs_leg_queue_leave (queue, &tickets[2]);
  hs_leg_queue_leave (queue, &tickets[2]);
  g_assert_cmpuint (turns[3], ==, 0);
  g_assert_cmpuint (hs_leg_queue_count_inside (queue), ==, 0);
  g_assert_cmpuint (hs_fake_clock_count_timers (clock), ==, 0);
}

static void
test_queue_tickets_expire (void)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (HsLegQueue) queue = hs_leg_queue_new (HS_CLOCK (clock), 1, 3000);
  guint turns[2] = { 0 };
  guint first = hs_leg_queue_enter (queue, count_turn, &turns[0]);
  guint second = hs_leg_queue_enter (queue, count_turn, &turns[1]);

  hs_fake_clock_advance (clock, 2999);
  g_assert_cmpuint (turns[1], ==, 0);
  hs_fake_clock_advance (clock, 1);
  g_assert_cmpuint (turns[1], ==, 1);
  hs_leg_queue_leave (queue, &first);
  g_assert_cmpuint (hs_leg_queue_count_inside (queue), ==, 1);
  hs_leg_queue_leave (queue, &second);
}

/* --- legs --- */

typedef struct {
  HsLeg *leg;
  HsPeerState state;
  guint arrived;
  GMutex lock;
  GArray *heard;
  double phase;
} End;

typedef struct {
  HsFakeClock *clock;
  HsLegQueue *queue;
  End ends[2];
} LegFixture;

static void
hear (const gint16 *samples, gsize n_samples, gpointer user_data)
{
  End *end = user_data;

  g_mutex_lock (&end->lock);
  g_array_append_vals (end->heard, samples, n_samples);
  g_mutex_unlock (&end->lock);
}

static void
on_state (HsLeg *leg, HsPeerState state, const GError *reason, End *end)
{
  end->state = state;
}

static void
on_arrived (HsLeg *leg, guint line, End *end)
{
  end->arrived++;
}

static void
make_end (LegFixture *f, End *end, GPtrArray *servers)
{
  HsLegOptions options = { .clock = HS_CLOCK (f->clock),
                           .queue = f->queue,
                           .ice_servers = servers,
                           .local_address = "127.0.0.1",
                           .jitter_ms = 40,
                           .ice_delay_ms = 1000,
                           .ice_limit_ms = 3000,
                           .audio_received = hear,
                           .audio_data = end };
  g_autoptr (GError) error = NULL;

  end->leg = hs_leg_new (&options, &error);
  g_assert_no_error (error);
  end->heard = g_array_new (FALSE, FALSE, sizeof (gint16));
  end->state = HS_PEER_NEW;
  end->arrived = 0;
  g_signal_connect (end->leg, "state-changed", G_CALLBACK (on_state), end);
  g_signal_connect (end->leg, "media-arrived", G_CALLBACK (on_arrived), end);
}

static void
drop_end (End *end)
{
  if (end->leg == NULL)
    return;
  hs_leg_close (end->leg);
  g_assert_finalize_object (end->leg);
  end->leg = NULL;
  /* Nothing is handed to hear() any more, though GStreamer's threads take a little longer. */
  g_clear_pointer (&end->heard, g_array_unref);
}

static void
leg_set_up (LegFixture *f, gconstpointer data)
{
  f->clock = hs_fake_clock_new ();
  f->queue = hs_leg_queue_new (HS_CLOCK (f->clock), 4, 3000);
  g_mutex_init (&f->ends[0].lock);
  g_mutex_init (&f->ends[1].lock);
}

static gboolean
has_settled (gpointer user_data)
{
  return hs_leg_queue_count_leaving (user_data) == 0;
}

static void
leg_tear_down (LegFixture *f, gconstpointer data)
{
  drop_end (&f->ends[0]);
  drop_end (&f->ends[1]);
  g_mutex_clear (&f->ends[0].lock);
  g_mutex_clear (&f->ends[1].lock);
  hs_test_wait (has_settled, f->queue);
  g_assert_finalize_object (f->queue);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
  g_assert_finalize_object (f->clock);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
is_set (gpointer user_data)
{
  return *(gpointer *) user_data != NULL;
}

static HsSdp *
make_offer (End *end)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  HsSdp *sdp;

  hs_leg_create_offer_async (end->leg, audio_only, 1, NULL, NULL, keep_result, &result);
  hs_test_wait (is_set, &result);
  sdp = hs_leg_create_offer_finish (end->leg, result, &error);
  g_assert_no_error (error);
  return sdp;
}

static HsSdp *
make_answer (End *end, HsSdp *offer)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  HsSdp *sdp;

  hs_leg_create_answer_async (end->leg, offer, NULL, keep_result, &result);
  hs_test_wait (is_set, &result);
  sdp = hs_leg_create_answer_finish (end->leg, result, &error);
  g_assert_no_error (error);
  return sdp;
}

static HsSdp *
set_local (End *end, HsDescriptionType type, HsSdp *sdp)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = g_strdup_printf (
      "sha-256 %s", hs_certificate_get_fingerprint (hs_leg_get_certificate (end->leg)));
  HsSdp *complete;

  hs_leg_set_local_async (end->leg, type, sdp, NULL, keep_result, &result);
  hs_test_wait (is_set, &result);
  complete = hs_leg_set_local_finish (end->leg, result, &error);
  g_assert_no_error (error);
  hs_sdp_section_set_attribute (hs_sdp_get_section (complete, 0), "fingerprint", fingerprint);
  return complete;
}

static void
set_answer (End *end, HsSdp *answer)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  hs_leg_set_answer_async (end->leg, answer, NULL, keep_result, &result);
  hs_test_wait (is_set, &result);
  g_assert_true (hs_leg_set_answer_finish (end->leg, result, &error));
  g_assert_no_error (error);
}

static void
connect_ends (LegFixture *f)
{
  g_autoptr (HsSdp) offer = NULL;
  g_autoptr (HsSdp) complete_offer = NULL;
  g_autoptr (HsSdp) answer = NULL;
  g_autoptr (HsSdp) complete_answer = NULL;

  make_end (f, &f->ends[0], NULL);
  make_end (f, &f->ends[1], NULL);
  offer = make_offer (&f->ends[0]);
  complete_offer = set_local (&f->ends[0], HS_DESCRIPTION_OFFER, offer);
  answer = make_answer (&f->ends[1], complete_offer);
  complete_answer = set_local (&f->ends[1], HS_DESCRIPTION_ANSWER, answer);
  set_answer (&f->ends[0], complete_answer);
}

static gboolean
are_connected (gpointer user_data)
{
  LegFixture *f = user_data;

  return f->ends[0].state == HS_PEER_CONNECTED && f->ends[1].state == HS_PEER_CONNECTED;
}

static void
speak (End *end, double hz)
{
  gint16 block[BLOCK];

  for (guint i = 0; i < BLOCK; i++) {
    block[i] = 8000 * sin (end->phase);
    end->phase += 2 * G_PI * hz / RATE;
  }
  hs_leg_audio_push (hs_leg_get_audio (end->leg), block, BLOCK);
}

static double
measure (End *end, double hz)
{
  double amplitude = 0;

  g_mutex_lock (&end->lock);
  if (end->heard->len >= MEASURED)
    amplitude = hs_test_measure_tone (
        (gint16 *) (gpointer) end->heard->data + end->heard->len - MEASURED, MEASURED, RATE, hz);
  g_mutex_unlock (&end->lock);
  return amplitude;
}

static guint
count_heard (End *end)
{
  guint n_samples;

  g_mutex_lock (&end->lock);
  n_samples = end->heard->len;
  g_mutex_unlock (&end->lock);
  return n_samples;
}

static void
forget_heard (End *end)
{
  g_mutex_lock (&end->lock);
  g_array_set_size (end->heard, 0);
  g_mutex_unlock (&end->lock);
}

static gboolean
tick (gpointer user_data)
{
  LegFixture *f = user_data;

  speak (&f->ends[0], 440);
  speak (&f->ends[1], 800);
  return G_SOURCE_CONTINUE;
}

static gboolean
hear_each_other (gpointer user_data)
{
  LegFixture *f = user_data;

  return measure (&f->ends[0], 800) > 2000 && measure (&f->ends[1], 440) > 2000;
}

static gboolean
hears_first (gpointer user_data)
{
  return measure (&((LegFixture *) user_data)->ends[1], 440) > 2000;
}

static gboolean
has_arrived_again (gpointer user_data)
{
  return ((LegFixture *) user_data)->ends[0].arrived == 2;
}

static void
talk_to (LegFixture *f, HsCondition condition)
{
  guint ticker = g_timeout_add (20, tick, f);

  hs_test_wait (condition, f);
  g_source_remove (ticker);
}

static void
talk (LegFixture *f)
{
  talk_to (f, hear_each_other);
}

static void
open_directions (LegFixture *f)
{
  hs_leg_set_directions (f->ends[0].leg, 0, TRUE, TRUE);
  hs_leg_set_directions (f->ends[1].leg, 0, TRUE, TRUE);
}

static void
test_talk (LegFixture *f, gconstpointer data)
{
  connect_ends (f);
  open_directions (f);
  hs_test_wait (are_connected, f);
  talk (f);
  g_assert_cmpuint (f->ends[0].arrived, ==, 1);
  g_assert_cmpuint (hs_leg_queue_count_inside (f->queue), ==, 0);
}

static void
test_directions (LegFixture *f, gconstpointer data)
{
  guint heard;

  connect_ends (f);
  open_directions (f);
  hs_test_wait (are_connected, f);
  talk (f);
  hs_leg_set_directions (f->ends[0].leg, 0, TRUE, FALSE);
  heard = count_heard (&f->ends[0]);
  forget_heard (&f->ends[1]);
  talk_to (f, hears_first);
  g_assert_cmpuint (count_heard (&f->ends[0]), ==, heard);
  hs_leg_set_directions (f->ends[0].leg, 0, TRUE, TRUE);
  talk_to (f, has_arrived_again);
}

/* A far end that sends digits: every fourth packet becomes an event. */
static GstPadProbeReturn
make_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint *n_events = user_data;
  GstRTPBuffer packet = GST_RTP_BUFFER_INIT;
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  g_assert_true (gst_rtp_buffer_map (buffer, GST_MAP_READWRITE, &packet));
  if (gst_rtp_buffer_get_seq (&packet) % 4 == 0) {
    gst_rtp_buffer_set_payload_type (&packet, 110);
    g_atomic_int_inc (n_events);
  }
  gst_rtp_buffer_unmap (&packet);
  return GST_PAD_PROBE_OK;
}

static gboolean
have_come (gpointer user_data)
{
  return g_atomic_int_get ((guint *) user_data) > 10;
}

static void
test_events_do_no_harm (LegFixture *f, gconstpointer data)
{
  guint n_events = 0;
  guint ticker;
  g_autoptr (GstPad) payloader = NULL;
  gulong probe;

  connect_ends (f);
  open_directions (f);
  hs_test_wait (are_connected, f);
  payloader = gst_pad_get_peer (f->ends[0].leg->audio_pad);
  probe = gst_pad_add_probe (payloader, GST_PAD_PROBE_TYPE_BUFFER, make_event, &n_events, NULL);
  ticker = g_timeout_add (20, tick, f);
  hs_test_wait (have_come, &n_events);
  g_source_remove (ticker);
  gst_pad_remove_probe (payloader, probe);
  talk (f);
  g_assert_cmpint (f->ends[1].state, ==, HS_PEER_CONNECTED);
}

static void
test_engine_error (LegFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "broken");

  connect_ends (f);
  hs_test_wait (are_connected, f);
  gst_element_post_message (
      f->ends[0].leg->webrtc,
      gst_message_new_error (GST_OBJECT (f->ends[0].leg->webrtc), error, "here"));
  while (f->ends[0].state != HS_PEER_FAILED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (hs_leg_get_reason (f->ends[0].leg), HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
  g_assert_nonnull (strstr (hs_leg_get_reason (f->ends[0].leg)->message, "broken"));
}

static void
test_bad_description (LegFixture *f, gconstpointer data)
{
  g_autoptr (HsSdp) nonsense =
      hs_sdp_parse ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
                    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n",
                    NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  make_end (f, &f->ends[0], NULL);
  hs_leg_create_answer_async (f->ends[0].leg, nonsense, NULL, keep_result, &result);
  hs_test_wait (is_set, &result);
  g_assert_null (hs_leg_create_answer_finish (f->ends[0].leg, result, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
}

static void
test_close_ends_operation (LegFixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  make_end (f, &f->ends[0], NULL);
  hs_leg_create_offer_async (f->ends[0].leg, audio_only, 1, NULL, NULL, keep_result, &result);
  hs_leg_close (f->ends[0].leg);
  hs_test_wait (is_set, &result);
  g_assert_null (hs_leg_create_offer_finish (f->ends[0].leg, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A STUN server that never answers: the description is ready when the rules say so. */
static void
test_silent_server (LegFixture *f, gconstpointer data)
{
  g_autoptr (GSocket) silent =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GPtrArray) servers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) hs_ice_server_free);
  g_autofree char *url = NULL;
  g_autoptr (HsSdp) offer = NULL;
  g_autoptr (HsSdp) complete = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_true (g_socket_bind (silent, any, FALSE, NULL));
  bound = g_socket_get_local_address (silent, NULL);
  url = g_strdup_printf ("stun:127.0.0.1:%u",
                         g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_ptr_array_add (servers, hs_ice_server_parse (url, NULL, NULL, NULL));
  make_end (f, &f->ends[0], servers);
  offer = make_offer (&f->ends[0]);
  hs_leg_set_local_async (f->ends[0].leg, HS_DESCRIPTION_OFFER, offer, NULL, keep_result, &result);
  while (f->ends[0].leg->wait == NULL || f->ends[0].leg->candidates->len == 0)
    g_main_context_iteration (NULL, TRUE);
  hs_fake_clock_advance (f->clock, 3025);
  hs_test_wait (is_set, &result);
  complete = hs_leg_set_local_finish (f->ends[0].leg, result, NULL);
  g_assert_true (hs_sdp_has_candidate (complete, "host"));
}

/* --- the encoder --- */

static GstElement *
dup_encoder (End *end)
{
  GstIterator *encoders =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (end->leg->pipeline), "opusenc");
  GValue item = G_VALUE_INIT;
  GstElement *encoder;

  g_assert_cmpint (gst_iterator_next (encoders, &item), ==, GST_ITERATOR_OK);
  encoder = g_value_dup_object (&item);
  g_value_unset (&item);
  gst_iterator_free (encoders);
  return encoder;
}

static int
get_spared_loss (GstElement *encoder)
{
  int percent = -1;

  g_object_get (encoder, "packet-loss-percentage", &percent, NULL);
  return percent;
}

/* Redundancy costs bits and work: it is for those who lose packets. */
static void
test_spares_for_loss (LegFixture *f, gconstpointer data)
{
  g_autoptr (GstElement) encoder = NULL;

  connect_ends (f);
  hs_test_wait (are_connected, f);
  encoder = dup_encoder (&f->ends[0]);
  g_assert_cmpint (get_spared_loss (encoder), ==, 0);
  g_assert_cmpfloat (hs_leg_get_remote_loss (f->ends[0].leg), ==, 0);
  hs_leg_audio_set_loss (hs_leg_get_audio (f->ends[0].leg), 0.123);
  g_assert_cmpint (get_spared_loss (encoder), ==, 12);
  hs_fake_clock_advance (f->clock, 30000);
  g_assert_cmpint (get_spared_loss (encoder), ==, 0);
}

/* --- what is left behind --- */

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

/* Far less than one leg in each round would leave behind, more than GLib keeps for later. */
static gboolean
are_gone (gpointer user_data)
{
  return count_entries ("/proc/self/fd") < 40 && count_entries ("/proc/self/task") < 16;
}

static void
test_nothing_is_left (LegFixture *f, gconstpointer data)
{
  guint rounds = g_test_slow () ? 200 : 10;

  for (guint i = 0; i < rounds; i++) {
    connect_ends (f);
    open_directions (f);
    hs_test_wait (are_connected, f);
    drop_end (&f->ends[0]);
    drop_end (&f->ends[1]);
  }
  hs_test_wait (are_gone, NULL);
}

static void
add (const char *path, void (*test) (LegFixture *, gconstpointer))
{
  g_test_add (path, LegFixture, NULL, leg_set_up, test, leg_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/leg/certificate/new", test_certificate);
  g_test_add_func ("/leg/certificate/other-hashes", test_certificate_other_hashes);
  g_test_add_func ("/leg/certificate/refuses", test_certificate_refuses);
  g_test_add_func ("/leg/queue/turns", test_queue);
  g_test_add_func ("/leg/queue/tickets-expire", test_queue_tickets_expire);
  add ("/leg/talk", test_talk);
  add ("/leg/directions", test_directions);
  add ("/leg/events-do-no-harm", test_events_do_no_harm);
  add ("/leg/engine-error", test_engine_error);
  add ("/leg/bad-description", test_bad_description);
  add ("/leg/close-ends-operation", test_close_ends_operation);
  add ("/leg/silent-server", test_silent_server);
  add ("/leg/spares-for-loss", test_spares_for_loss);
  add ("/leg/nothing-is-left", test_nothing_is_left);
  return g_test_run ();
}
