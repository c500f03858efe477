/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-peer-fixture.h"

#include "base/hs-error.h"

#include <gst/gst.h>
#include <string.h>

/* --- a handler that answers later --- */

#define TEST_TYPE_HANDLER (test_handler_get_type ())
G_DECLARE_FINAL_TYPE (TestHandler, test_handler, TEST, HANDLER, GObject)

struct _TestHandler {
  GObject parent;

  const char *line; /* added to what passes; NULL: it fails */
  GString *seen;    /* "OSL …": offer or answer, set or send, local or remote */
};

static void
handler_handle_async (HsSdpHandler *handler,
                      const char *sdp,
                      const HsSdpHandlerInfo *info,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  TestHandler *self = (TestHandler *) handler;
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_assert_cmpstr (info->call_id, ==, "call");
  g_string_append_printf (self->seen, "%c%c%c ", info->type == HS_DESCRIPTION_OFFER ? 'O' : 'A',
                          info->step == HS_SDP_STEP_SET ? 's' : 'w', info->local ? 'L' : 'R');
  if (self->line == NULL)
    g_task_return_new_error (task, HS_ERROR, HS_ERROR_TIMED_OUT, "no answer from the handler");
  else if (strstr (sdp, self->line) != NULL)
    g_task_return_pointer (task, g_strdup (sdp), g_free);
  else
    g_task_return_pointer (task, g_strconcat (sdp, self->line, "\r\n", NULL), g_free);
}

static char *
handler_handle_finish (HsSdpHandler *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_handler_init_interface (HsSdpHandlerInterface *iface)
{
  iface->handle_async = handler_handle_async;
  iface->handle_finish = handler_handle_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestHandler,
                               test_handler,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_SDP_HANDLER,
                                                      test_handler_init_interface))

static void
test_handler_finalize (GObject *object)
{
  g_string_free (((TestHandler *) object)->seen, TRUE);
  G_OBJECT_CLASS (test_handler_parent_class)->finalize (object);
}

static void
test_handler_class_init (TestHandlerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_handler_finalize;
}

static void
test_handler_init (TestHandler *self)
{
  self->seen = g_string_new (NULL);
}

static TestHandler *
add_handler (HsPeerFixture *f, const char *line)
{
  g_autoptr (GPtrArray) handlers = g_ptr_array_new_with_free_func (g_object_unref);
  TestHandler *handler = g_object_new (TEST_TYPE_HANDLER, NULL);

  handler->line = line;
  g_ptr_array_add (handlers, g_object_ref (handler));
  hs_media_set_sdp_handlers (f->media, handlers);
  return handler;
}

static void
test_handlers (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (TestHandler) handler = add_handler (f, "a=x-seen:1");
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  g_assert_cmpstr (handler->seen->str, ==, "OsL OwL OsR AsL AwL AsR ");
  g_assert_nonnull (strstr (offer, "a=x-seen:1\r\n"));
  g_assert_nonnull (strstr (answer, "a=x-seen:1\r\n"));
  g_assert_nonnull (strstr (hs_peer_get_remote_description (f->a.peer), "a=x-seen:1\r\n"));
  hs_media_set_sdp_handlers (f->media, NULL);
}

static void
test_handler_that_fails (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (TestHandler) handler = add_handler (f, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *offer = NULL;

  hs_party_join (f, &f->a);
  g_assert_null (hs_party_try_offer (&f->a, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_OFFER);
  g_assert_nonnull (strstr (error->message, "no answer from the handler"));
  hs_media_set_sdp_handlers (f->media, NULL);
  offer = hs_party_offer (&f->a);
}

/* --- warming up --- */

static void
test_sleeps_until_needed (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;

  g_assert_false (gst_is_initialized ());
  hs_party_join (f, &f->a);
  g_assert_false (gst_is_initialized ());
  g_assert_false (hs_media_is_warm (f->media));
  offer = hs_party_offer (&f->a);
  g_assert_true (hs_media_is_warm (f->media));
  g_assert_nonnull (offer);
}

static gboolean
is_set (gpointer user_data)
{
  return *(gpointer *) user_data != NULL;
}

static void
test_warm_up (HsPeerFixture *f, gconstpointer data)
{
  GAsyncResult *results[3] = { NULL };

  hs_media_warm_up_async (f->media, NULL, hs_party_keep_result, &results[0]);
  hs_media_warm_up_async (f->media, NULL, hs_party_keep_result, &results[1]);
  hs_test_wait (is_set, &results[0]);
  hs_test_wait (is_set, &results[1]);
  hs_media_warm_up_async (f->media, NULL, hs_party_keep_result, &results[2]);
  hs_test_wait (is_set, &results[2]);
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (hs_media_warm_up_finish (f->media, results[i], &error));
    g_assert_no_error (error);
    g_object_unref (results[i]);
  }
}

static void
add (const char *path, void (*test) (HsPeerFixture *, gconstpointer))
{
  g_test_add (path, HsPeerFixture, NULL, hs_peer_fixture_set_up, test, hs_peer_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* First: GStreamer cannot be put to sleep again. */
  add ("/media/sleeps-until-needed", test_sleeps_until_needed);
  add ("/media/warm-up", test_warm_up);
  add ("/media/handlers-see-all", test_handlers);
  add ("/media/handler-that-fails", test_handler_that_fails);
  return g_test_run ();
}
