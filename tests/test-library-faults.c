/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-library-faults.h"

static void
test_known (void)
{
  hs_test_tolerate_library_faults ();
  hs_test_tolerate_library_faults ();
  g_return_if_fail_warning ("GLib", "g_hash_table_foreach", "version == hash_table->version");
}

static void
test_other (void)
{
  if (g_test_subprocess ()) {
    hs_test_tolerate_library_faults ();
    g_return_if_fail_warning ("GLib", "g_hash_table_insert", "hash_table != NULL");
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*g_hash_table_insert*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library-faults/known", test_known);
  g_test_add_func ("/library-faults/other", test_other);
  return g_test_run ();
}
