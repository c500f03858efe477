/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What the command line says. */
typedef struct {
  char *socket_path; /* NULL: the default, or the sockets that were passed */
  char *config_path; /* NULL: the default, which need not be there */
  char *log_level;   /* NULL: as configured */
  gboolean show_version;
} HsOptions;

void hs_options_clear (HsOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HsOptions, hs_options_clear)

/* @error: G_OPTION_ERROR, also for a log level that is none */
gboolean hs_options_parse (HsOptions *options, int *argc, char ***argv, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* The configuration file, with what the command line says laid over it.
 * Returns: (transfer full)
 * @error: as hs_config_file_load() */
JsonObject *hs_options_load_config (const HsOptions *options,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
