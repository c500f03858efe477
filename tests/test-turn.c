/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"

#include "base/hs-error.h"
#include "media/hs-turn-message.h"
#include "media/hs-turn-probe.h"

#include <string.h>

static const guint8 id[HS_TURN_ID_LENGTH] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

/* --- messages --- */

static void
test_plain_request (void)
{
  static const guint8 expected[] = { 0, 3, 0, 8,  0x21, 0x12, 0xa4, 0x42, 1, 2, 3,  4, 5, 6,
                                     7, 8, 9, 10, 11,   12,   0,    0x19, 0, 4, 17, 0, 0, 0 };
  g_autoptr (GByteArray) message = hs_turn_message_new_allocate (id, NULL);

  g_assert_cmpmem (message->data, message->len, expected, sizeof expected);
}

/* The proof was computed by another implementation of RFC 8489. */
static void
test_proof (void)
{
  HsTurnAccount account = { "ida", "secret", "lab", "n-1" };
  g_autoptr (GByteArray) message = hs_turn_message_new_allocate (id, &account);
  g_autoptr (GString) proof = g_string_new (NULL);

  g_assert_cmpuint (message->len, ==, 76);
  for (guint i = message->len - 20; i < message->len; i++)
    g_string_append_printf (proof, "%02x", message->data[i]);
  g_assert_cmpstr (proof->str, ==, "57cfb42d6387b67f15085810a22c29e464b59d05");
}

static const guint8 challenge[] = {
  0x01, 0x13, 0, 36,   0x21, 0x12, 0xa4, 0x42, 1,   2,   3,   4,   5,   6,   7,    8, 9, 10,  11,
  12,   0,    9, 0,    8,    0,    0,    4,    1,   'N', 'o', 'p', 'e', 0,   0x14, 0, 3, 'l', 'a',
  'b',  0,    0, 0x15, 0,    9,    'n',  'o',  'n', 'c', 'e', '-', '1', '2', '3',  0, 0, 0,
};

static void
test_refusal (void)
{
  g_auto (HsTurnReply) reply = { 0 };

  g_assert_cmpint (hs_turn_message_measure (challenge, sizeof challenge), ==, sizeof challenge);
  g_assert_true (hs_turn_reply_read (&reply, challenge, sizeof challenge, id));
  g_assert_cmpuint (reply.code, ==, 401);
  g_assert_cmpstr (reply.reason, ==, "Nope");
  g_assert_cmpstr (reply.realm, ==, "lab");
  g_assert_cmpstr (reply.nonce, ==, "nonce-123");
}

static void
test_other_messages (void)
{
  static const guint8 other_id[HS_TURN_ID_LENGTH];
  guint8 copy[sizeof challenge];
  HsTurnReply reply;

  g_assert_false (hs_turn_reply_read (&reply, challenge, sizeof challenge, other_id));
  memcpy (copy, challenge, sizeof copy);
  copy[1] = 0x03; /* a request */
  copy[0] = 0x00;
  g_assert_false (hs_turn_reply_read (&reply, copy, sizeof copy, id));
  copy[0] = 0x80; /* RTP */
  g_assert_cmpint (hs_turn_message_measure (copy, sizeof copy), ==, -1);
  memcpy (copy, challenge, sizeof copy);
  copy[4] = 0; /* the cookie */
  g_assert_cmpint (hs_turn_message_measure (copy, sizeof copy), ==, -1);
  g_assert_cmpint (hs_turn_message_measure (challenge, 19), ==, 0);
  g_assert_cmpint (hs_turn_message_measure (challenge, 0), ==, 0);
}

/* Every byte changed, every length: nothing is read beyond the end. */
static void
test_hostile (void)
{
  for (guint at = 0; at < sizeof challenge; at++) {
    for (guint value = 0; value < 256; value++) {
      g_autofree guint8 *copy = g_memdup2 (challenge, sizeof challenge);
      gssize length;

      copy[at] = value;
      length = hs_turn_message_measure (copy, sizeof challenge);
      if (length == sizeof challenge) {
        g_auto (HsTurnReply) reply = { 0 };

        if (hs_turn_reply_read (&reply, copy, length, id))
          g_assert_cmpuint (reply.code, <, 800);
      }
    }
  }
  for (gsize length = 0; length < sizeof challenge; length++) {
    g_autofree guint8 *copy = g_memdup2 (challenge, length);
    HsTurnReply reply;

    g_assert_false (hs_turn_reply_read (&reply, copy, length, id));
  }
}

/* --- asking a server that answers with whatever it is told --- */

typedef struct {
  HsFakeClock *clock;
  HsConfig *config;
  GSocketService *service;
  HsIceServer *server;
  GBytes *words; /* what it says to whoever connects */
  GCancellable *cancellable;
  GError *error;
  gboolean ended;
} Fixture;

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, Fixture *f)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  g_output_stream_write_all (output, g_bytes_get_data (f->words, NULL), g_bytes_get_size (f->words),
                             NULL, NULL, NULL);
  /* It stays open as long as the service. */
  g_object_set_data_full (G_OBJECT (service), "connection", g_object_ref (connection),
                          g_object_unref);
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  guint16 port;
  g_autofree char *url = NULL;

  f->clock = hs_fake_clock_new ();
  f->config = hs_config_new (NULL);
  f->cancellable = g_cancellable_new ();
  f->words = g_bytes_new_static ("", 0);
  f->service = g_socket_service_new ();
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (f->service), NULL, NULL);
  g_signal_connect (f->service, "incoming", G_CALLBACK (on_incoming), f);
  url = g_strdup_printf ("turn:127.0.0.1:%u?transport=tcp", port);
  f->server = hs_ice_server_parse (url, "ida", "secret", NULL);
}

static gboolean
is_gone (gpointer user_data)
{
  return ((Fixture *) user_data)->clock == NULL;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_socket_service_stop (f->service);
  g_object_unref (f->service);
  g_bytes_unref (f->words);
  hs_ice_server_free (f->server);
  g_object_unref (f->config);
  g_object_unref (f->cancellable);
  g_clear_error (&f->error);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
  /* The steps that were under way let go of it in their own time. */
  g_object_add_weak_pointer (G_OBJECT (f->clock), (gpointer *) &f->clock);
  g_object_unref (f->clock);
  hs_test_wait (is_gone, f);
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->ended = TRUE;
  g_assert_false (hs_turn_probe_finish (result, &f->error));
}

static gboolean
has_ended (gpointer user_data)
{
  return ((Fixture *) user_data)->ended;
}

static void
probe (Fixture *f)
{
  hs_turn_probe_async (f->server, HS_CLOCK (f->clock), f->config, 3000, f->cancellable, on_probed,
                       f);
}

static void
probe_server_that_says (Fixture *f, gconstpointer words, gsize length)
{
  g_bytes_unref (f->words);
  f->words = g_bytes_new (words, length);
  probe (f);
  hs_test_wait (has_ended, f);
}

static void
test_no_turn (Fixture *f, gconstpointer data)
{
  probe_server_that_says (f, "SSH-2.0-OpenSSH_9.2\r\n", 21);
  g_assert_error (f->error, HS_ERROR, HS_ERROR_INVALID_DATA);
}

static void
test_too_long (Fixture *f, gconstpointer data)
{
  static const guint8 words[] = { 1, 3, 0xff, 0xfc, 0x21, 0x12, 0xa4, 0x42, 0, 0,
                                  0, 0, 0,    0,    0,    0,    0,    0,    0, 0 };

  probe_server_that_says (f, words, sizeof words);
  g_assert_error (f->error, HS_ERROR, HS_ERROR_INVALID_DATA);
}

static gboolean
is_connected (gpointer user_data)
{
  return g_object_get_data (G_OBJECT (((Fixture *) user_data)->service), "connection") != NULL;
}

static void
test_answers_to_others (Fixture *f, gconstpointer data)
{
  g_bytes_unref (f->words);
  f->words = g_bytes_new_static (challenge, sizeof challenge);
  probe (f);
  hs_test_wait (is_connected, f);
  hs_fake_clock_advance (f->clock, 2999);
  g_assert_false (f->ended);
  hs_fake_clock_advance (f->clock, 1);
  hs_test_wait (has_ended, f);
  g_assert_error (f->error, HS_ERROR, HS_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (f->error->message, "127.0.0.1"));
}

static void
test_given_up (Fixture *f, gconstpointer data)
{
  probe (f);
  hs_test_wait (is_connected, f);
  g_cancellable_cancel (f->cancellable);
  hs_test_wait (has_ended, f);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_given_up_before (Fixture *f, gconstpointer data)
{
  g_cancellable_cancel (f->cancellable);
  probe (f);
  hs_test_wait (has_ended, f);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/turn/probe/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/turn/message/plain-request", test_plain_request);
  g_test_add_func ("/turn/message/proof", test_proof);
  g_test_add_func ("/turn/message/refusal", test_refusal);
  g_test_add_func ("/turn/message/others", test_other_messages);
  g_test_add_func ("/turn/message/hostile", test_hostile);
  ADD ("no-turn", test_no_turn);
  ADD ("too-long", test_too_long);
  ADD ("answers-to-others", test_answers_to_others);
  ADD ("given-up", test_given_up);
  ADD ("given-up-before", test_given_up_before);
  return g_test_run ();
}
