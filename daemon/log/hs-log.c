/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-log"

#include "hs-log.h"

#include <unistd.h>

/* Read by every thread that logs, written by the control thread only. */
static gint current_level = HS_LOG_LEVEL_INFO;

static const char *const level_names[] = { "trace", "debug", "info", "warn", "error", "silent" };

gboolean
hs_log_level_from_name (const char *name, HsLogLevel *level)
{
  for (guint i = 0; i < G_N_ELEMENTS (level_names); i++) {
    if (g_ascii_strcasecmp (name, level_names[i]) == 0) {
      *level = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* What libraries say while they are being debugged is of no use to who debugs us: trace. */
static HsLogLevel
find_level (GLogLevelFlags flags, const char *domain)
{
  gboolean ours =
      domain != NULL && (g_str_has_prefix (domain, "hs-") || g_str_equal (domain, "handsetd"));

  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return HS_LOG_LEVEL_ERROR;
  if (flags & G_LOG_LEVEL_WARNING)
    return HS_LOG_LEVEL_WARN;
  if (flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO))
    return HS_LOG_LEVEL_INFO;
  return ours ? HS_LOG_LEVEL_DEBUG : HS_LOG_LEVEL_TRACE;
}

static const char *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, key) && fields[i].length < 0)
      return fields[i].value;
  }
  return NULL;
}

static void
write_plain (HsLogLevel level, const char *domain, const char *message)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%H:%M:%S.%f");
  g_autofree char *line = NULL;

  stamp[12] = '\0'; /* milliseconds are enough */
  line = g_strdup_printf ("%s %-5s %s: %s\n", stamp, level_names[level],
                          domain != NULL ? domain : "-", message);
  if (write (STDERR_FILENO, line, strlen (line)) < 0)
    return; /* there is nowhere left to say so */
}

static GLogWriterOutput
log_writer (GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const char *message = find_field (fields, n_fields, "MESSAGE");
  const char *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  HsLogLevel level = find_level (flags, domain);
  g_autofree char *redacted = NULL;

  if ((int) level < g_atomic_int_get (&current_level))
    return G_LOG_WRITER_HANDLED;
  redacted = hs_redact (message != NULL ? message : "(no message)");

  if (g_log_writer_is_journald (STDERR_FILENO)) {
    g_autofree GLogField *copy = g_new (GLogField, n_fields);

    memcpy (copy, fields, n_fields * sizeof (GLogField));
    for (gsize i = 0; i < n_fields; i++) {
      if (g_str_equal (copy[i].key, "MESSAGE")) {
        copy[i].value = redacted;
        copy[i].length = -1;
      }
    }
    if (g_log_writer_journald (flags, copy, n_fields, NULL) == G_LOG_WRITER_HANDLED)
      return G_LOG_WRITER_HANDLED;
  }
  write_plain (level, domain, redacted);
  return G_LOG_WRITER_HANDLED;
}

void
hs_log_start (HsLogLevel level)
{
  hs_log_set_level (level);
  g_log_set_writer_func (log_writer, NULL, NULL);
}

void
hs_log_set_level (HsLogLevel level)
{
  g_atomic_int_set (&current_level, level);
}
