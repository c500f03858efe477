/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/hs-screen-process.h"
#include "media/hs-screen-reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* This program is its own reader, as the daemon is. */

#define FORM "video/x-raw,format=I420"

static void
test_arguments (void)
{
  char *reader[] = { (char *) "", (char *) HS_SCREEN_READER_OPTION, (char *) ":0", (char *) FORM };
  char *other[] = { (char *) "", (char *) "--socket", (char *) ":0", (char *) FORM };

  g_assert_true (hs_screen_reader_is_wanted (4, reader));
  g_assert_false (hs_screen_reader_is_wanted (3, reader));
  g_assert_false (hs_screen_reader_is_wanted (1, reader));
  g_assert_false (hs_screen_reader_is_wanted (4, other));
}

static gboolean
is_at_end (int pictures)
{
  char bytes[16];
  gssize length;

  do
    length = read (pictures, bytes, sizeof bytes);
  while (length < 0 && errno == EINTR);
  return length == 0;
}

static void
test_no_display (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsScreenProcess) process = hs_screen_process_new (":59999", FORM, &error);
  g_autofree char *reason = NULL;

  g_assert_no_error (error);
  g_assert_true (is_at_end (hs_screen_process_get_pictures (process)));
  reason = hs_screen_process_dup_reason (process);
  g_assert_nonnull (strstr (reason, "display"));
}

static void
test_freed_early (void)
{
  g_autoptr (GError) error = NULL;
  HsScreenProcess *process = hs_screen_process_new (":59999", FORM, &error);

  g_assert_no_error (error);
  hs_screen_process_free (process);
}

int
main (int argc, char **argv)
{
  if (hs_screen_reader_is_wanted (argc, argv))
    return hs_screen_reader_run (argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/screen-process/arguments", test_arguments);
  g_test_add_func ("/screen-process/no-display", test_no_display);
  g_test_add_func ("/screen-process/freed-early", test_freed_early);
  return g_test_run ();
}
