/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-log.h"

#include <string.h>

typedef struct {
  GLogLevelFlags level;
  char *message;
} Entry;

/* A process has one log writer. */
static GQueue entries = G_QUEUE_INIT;

static void
entry_free (Entry *entry)
{
  g_free (entry->message);
  g_free (entry);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Entry, entry_free)

static char *
dup_message (const GLogField *fields, gsize n_fields)
{
  for (gsize i = 0; i < n_fields; i++) {
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      return fields[i].length < 0 ? g_strdup (fields[i].value)
                                  : g_strndup (fields[i].value, fields[i].length);
  }
  return g_strdup ("");
}

static GLogWriterOutput
keep_entry (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  Entry *entry;

  if ((level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL)) == 0)
    return g_log_writer_default (level, fields, n_fields, user_data);
  entry = g_new0 (Entry, 1);
  entry->level = level & G_LOG_LEVEL_MASK;
  entry->message = dup_message (fields, n_fields);
  g_queue_push_tail (&entries, entry);
  return G_LOG_WRITER_HANDLED;
}

void
hs_fake_log_start (void)
{
  g_log_set_writer_func (keep_entry, NULL, NULL);
}

void
hs_fake_log_expect (GLogLevelFlags level, const char *pattern)
{
  g_autoptr (Entry) entry = g_queue_pop_head (&entries);

  g_assert_nonnull (entry);
  g_test_message ("%s", entry->message);
  g_assert_cmpint (entry->level, ==, level);
  g_assert_true (g_pattern_match_simple (pattern, entry->message));
}

void
hs_fake_log_forget (GLogLevelFlags level, const char *pattern)
{
  const Entry *entry = g_queue_peek_head (&entries);

  while (entry != NULL && entry->level == level &&
         g_pattern_match_simple (pattern, entry->message)) {
    entry_free (g_queue_pop_head (&entries));
    entry = g_queue_peek_head (&entries);
  }
}

void
hs_fake_log_assert_empty (void)
{
  const Entry *entry = g_queue_peek_head (&entries);

  g_assert_cmpstr (entry != NULL ? entry->message : NULL, ==, NULL);
}
