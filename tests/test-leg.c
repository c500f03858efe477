/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-leg-fixture.h"

#include "base/hs-error.h"
#include "media/hs-ice-servers.h"
#include "media/hs-leg-private.h"
#include "media/hs-leg-stats.h"
#include "sdp/hs-sdp-transport.h"

#include <gst/rtp/rtp.h>
#include <string.h>

static const HsMediaKind audio_only[] = { HS_MEDIA_AUDIO };

static gboolean
hears_first (gpointer user_data)
{
  return hs_leg_end_measure (&((HsLegFixture *) user_data)->ends[1], 440) > 2000;
}

static gboolean
has_arrived_again (gpointer user_data)
{
  return ((HsLegFixture *) user_data)->ends[0].arrived == 2;
}

static void
test_talk (HsLegFixture *f, gconstpointer data)
{
  hs_leg_fixture_connect (f);
  hs_leg_fixture_open_directions (f);
  hs_test_wait (hs_leg_fixture_are_connected, f);
  hs_leg_fixture_talk (f);
  g_assert_cmpuint (f->ends[0].arrived, ==, 1);
  g_assert_cmpuint (hs_leg_queue_count_inside (f->queue), ==, 0);
}

static void
test_directions (HsLegFixture *f, gconstpointer data)
{
  guint heard;

  hs_leg_fixture_connect (f);
  hs_leg_fixture_open_directions (f);
  hs_test_wait (hs_leg_fixture_are_connected, f);
  hs_leg_fixture_talk (f);
  hs_leg_set_directions (f->ends[0].leg, 0, TRUE, FALSE);
  heard = hs_leg_end_count_heard (&f->ends[0]);
  hs_leg_end_forget_heard (&f->ends[1]);
  hs_leg_fixture_talk_to (f, hears_first);
  g_assert_cmpuint (hs_leg_end_count_heard (&f->ends[0]), ==, heard);
  hs_leg_set_directions (f->ends[0].leg, 0, TRUE, TRUE);
  hs_leg_fixture_talk_to (f, has_arrived_again);
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
test_events_do_no_harm (HsLegFixture *f, gconstpointer data)
{
  guint n_events = 0;
  guint ticker;
  g_autoptr (GstPad) payloader = NULL;
  gulong probe;

  hs_leg_fixture_connect (f);
  hs_leg_fixture_open_directions (f);
  hs_test_wait (hs_leg_fixture_are_connected, f);
  payloader = gst_pad_get_peer (f->ends[0].leg->audio_pad);
  probe = gst_pad_add_probe (payloader, GST_PAD_PROBE_TYPE_BUFFER, make_event, &n_events, NULL);
  ticker = g_timeout_add (20, hs_leg_fixture_tick, f);
  hs_test_wait (have_come, &n_events);
  g_source_remove (ticker);
  gst_pad_remove_probe (payloader, probe);
  hs_leg_fixture_talk (f);
  g_assert_cmpint (f->ends[1].state, ==, HS_PEER_CONNECTED);
}

static void
test_engine_error (HsLegFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "broken");

  hs_leg_fixture_connect (f);
  hs_test_wait (hs_leg_fixture_are_connected, f);
  gst_element_post_message (
      f->ends[0].leg->webrtc,
      gst_message_new_error (GST_OBJECT (f->ends[0].leg->webrtc), error, "here"));
  while (f->ends[0].state != HS_PEER_FAILED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (hs_leg_get_reason (f->ends[0].leg), HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
  g_assert_nonnull (strstr (hs_leg_get_reason (f->ends[0].leg)->message, "broken"));
}

static void
test_bad_description (HsLegFixture *f, gconstpointer data)
{
  g_autoptr (HsSdp) nonsense =
      hs_sdp_parse ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
                    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n",
                    NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  hs_leg_fixture_make_end (f, &f->ends[0], NULL);
  hs_leg_create_answer_async (f->ends[0].leg, nonsense, NULL, hs_leg_fixture_keep_result, &result);
  hs_test_wait (hs_leg_fixture_is_set, &result);
  g_assert_null (hs_leg_create_answer_finish (f->ends[0].leg, result, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
}

static void
test_close_ends_operation (HsLegFixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  hs_leg_fixture_make_end (f, &f->ends[0], NULL);
  hs_leg_create_offer_async (f->ends[0].leg, audio_only, 1, NULL, NULL, hs_leg_fixture_keep_result,
                             &result);
  hs_leg_close (f->ends[0].leg);
  hs_test_wait (hs_leg_fixture_is_set, &result);
  g_assert_null (hs_leg_create_offer_finish (f->ends[0].leg, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A STUN server that never answers: the description is ready when the rules say so. */
static void
test_silent_server (HsLegFixture *f, gconstpointer data)
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
  hs_leg_fixture_make_end (f, &f->ends[0], servers);
  offer = hs_leg_end_make_offer (&f->ends[0]);
  hs_leg_set_local_async (f->ends[0].leg, HS_DESCRIPTION_OFFER, offer, NULL,
                          hs_leg_fixture_keep_result, &result);
  while (f->ends[0].leg->wait == NULL || f->ends[0].leg->candidates->len == 0)
    g_main_context_iteration (NULL, TRUE);
  hs_fake_clock_advance (f->clock, 3025);
  hs_test_wait (hs_leg_fixture_is_set, &result);
  complete = hs_leg_set_local_finish (f->ends[0].leg, result, NULL);
  g_assert_true (hs_sdp_has_candidate (complete, "host"));
}

/* --- the encoder --- */

static GstElement *
dup_encoder (HsLegEnd *end)
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
test_spares_for_loss (HsLegFixture *f, gconstpointer data)
{
  g_autoptr (GstElement) encoder = NULL;

  hs_leg_fixture_connect (f);
  hs_test_wait (hs_leg_fixture_are_connected, f);
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
test_nothing_is_left (HsLegFixture *f, gconstpointer data)
{
  guint rounds = g_test_slow () ? 200 : 10;

  for (guint i = 0; i < rounds; i++) {
    hs_leg_fixture_connect (f);
    hs_leg_fixture_open_directions (f);
    hs_test_wait (hs_leg_fixture_are_connected, f);
    hs_leg_end_drop (&f->ends[0]);
    hs_leg_end_drop (&f->ends[1]);
  }
  hs_test_wait (are_gone, NULL);
}

static void
add (const char *path, void (*test) (HsLegFixture *, gconstpointer))
{
  g_test_add (path, HsLegFixture, NULL, hs_leg_fixture_set_up, test, hs_leg_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
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
