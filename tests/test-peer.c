/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "call/hs-peer.h"

/* A peer that can do only what every peer must. */
#define TEST_TYPE_BARE_PEER (test_bare_peer_get_type ())
G_DECLARE_FINAL_TYPE (TestBarePeer, test_bare_peer, TEST, BARE_PEER, GObject)

struct _TestBarePeer {
  GObject parent;
};

static void
init_interface (HsPeerInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestBarePeer,
                               test_bare_peer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_PEER, init_interface))

static void
test_bare_peer_class_init (TestBarePeerClass *klass)
{
}

static void
test_bare_peer_init (TestBarePeer *self)
{
}

static void
test_at_once (void)
{
  g_autoptr (HsPeer) peer = g_object_new (TEST_TYPE_BARE_PEER, NULL);
  const char *const ids[] = { "track", NULL };
  g_autoptr (GError) removing = NULL;
  g_autoptr (GError) muting = NULL;

  g_assert_false (hs_peer_remove_tracks (peer, ids, &removing));
  g_assert_error (removing, HS_CALL_ERROR, HS_CALL_ERROR_NOT_SUPPORTED);
  g_assert_cmpstr (removing->message, ==, "this kind of media cannot stop sending a track");
  g_assert_false (hs_peer_set_muted (peer, "track", TRUE, &muting));
  g_assert_error (muting, HS_CALL_ERROR, HS_CALL_ERROR_NOT_SUPPORTED);
  hs_peer_set_dscp (peer, NULL);
  hs_peer_set_bandwidth (peer, NULL);
  hs_peer_renew_transport (peer);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_later (void)
{
  g_autoptr (HsPeer) peer = g_object_new (TEST_TYPE_BARE_PEER, NULL);
  const HsMediaRequest audio = { .audio = TRUE };
  g_autoptr (GAsyncResult) replaced = NULL;
  g_autoptr (GAsyncResult) sent = NULL;
  g_autoptr (GError) replacing = NULL;
  g_autoptr (GError) sending = NULL;

  hs_peer_replace_track_async (peer, "track", &audio, NULL, keep_result, &replaced);
  wait_for (&replaced);
  g_assert_null (hs_peer_replace_track_finish (peer, replaced, &replacing));
  g_assert_error (replacing, HS_CALL_ERROR, HS_CALL_ERROR_NOT_SUPPORTED);
  g_assert_cmpstr (replacing->message, ==, "this kind of media cannot replace a track");

  hs_peer_send_tones_async (peer, "1", 100, 70, NULL, keep_result, &sent);
  wait_for (&sent);
  g_assert_false (hs_peer_send_tones_finish (peer, sent, &sending));
  g_assert_error (sending, HS_CALL_ERROR, HS_CALL_ERROR_NOT_SUPPORTED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/peer/unsupported-at-once", test_at_once);
  g_test_add_func ("/peer/unsupported-later", test_later);
  return g_test_run ();
}
