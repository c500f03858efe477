/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target over files and folders, without libFuzzer: each file as it is, and then
 * changed a little, the same way every time. Reports as TAP, one line a file. */
#include <gio/gio.h>
#include <string.h>

#include "hs-fuzz-runner.h"

#define LONGEST_INPUT (1024 * 1024)

static int n_mutations = 0;

static const GOptionEntry options[] = {
  { "mutations", 'm', 0, G_OPTION_ARG_INT, &n_mutations, "Changed copies to run of each file",
    "N" },
  { NULL },
};

/* --- changing inputs --- */

/* Where a change starts, and how much it takes. */
static gsize
pick_range (GByteArray *input, GRand *random, gsize *length)
{
  gsize start = (gsize) g_rand_int_range (random, 0, (gint32) input->len);
  gsize most = MIN (input->len - start, 64);

  *length = (gsize) g_rand_int_range (random, 1, (gint32) most + 1);
  return start;
}

static void
repeat_range (GByteArray *input, gsize start, gsize length)
{
  g_autoptr (GByteArray) tail = g_byte_array_new ();

  g_byte_array_append (tail, input->data + start, input->len - start);
  g_byte_array_set_size (input, start + length);
  g_byte_array_append (input, tail->data, tail->len);
}

static void
mutate_once (GByteArray *input, GRand *random)
{
  static const char interesting[] = "\r\n =:/,;09-a\"{}[]\\\xff";
  gsize length;
  gsize start = pick_range (input, random, &length);

  switch (g_rand_int_range (random, 0, 4)) {
  case 0:
    input->data[start] = (guint8) g_rand_int_range (random, 0, 256);
    break;
  case 1:
    input->data[start] =
        (guint8) interesting[g_rand_int_range (random, 0, sizeof (interesting) - 1)];
    break;
  case 2:
    g_byte_array_remove_range (input, start, length);
    break;
  default:
    repeat_range (input, start, length);
    break;
  }
}

/* The target gets an exact copy on the heap, so that a sanitizer sees each byte read beyond. */
static void
run_input (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);

  LLVMFuzzerTestOneInput (copy, size);
}

static void
run_mutations (const char *text, gsize size)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) size);

  for (int i = 0; i < n_mutations; i++) {
    g_autoptr (GByteArray) input = g_byte_array_new ();
    int n_changes = g_rand_int_range (random, 1, 6);
    g_byte_array_append (input, (const guint8 *) text, size);
    for (int change = 0; change < n_changes && input->len > 0; change++)
      mutate_once (input, random);
    run_input (input->data, input->len);
  }
}

/* --- files --- */

static void
add_path (GPtrArray *files, const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  if (folder == NULL) {
    g_ptr_array_add (files, g_strdup (path));
    return;
  }
  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);
    if (name[0] != '.')
      add_path (files, child);
  }
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
run_file (const char *path, guint number)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, &error) || size > LONGEST_INPUT) {
    g_print ("not ok %u %s # %s\n", number, path, error != NULL ? error->message : "too large");
    return FALSE;
  }
  run_input ((const guint8 *) text, size);
  run_mutations (text, size);
  g_print ("ok %u %s\n", number, path);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE-OR-FOLDER…");
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  gboolean good = TRUE;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  for (int i = 1; i < argc; i++)
    add_path (files, argv[i]);
  g_ptr_array_sort (files, compare_paths);
  g_print ("1..%u\n", files->len);
  for (guint i = 0; i < files->len; i++)
    good = run_file (g_ptr_array_index (files, i), i + 1) && good;
  return good && files->len > 0 ? 0 : 1;
}
