/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The command line. */
typedef struct {
  int port;
  gboolean plain;
  char *state_dir;  /* nullable */
  char *ready_file; /* nullable */
  char **services;  /* nullable */
  int ring_timeout_s;
  int keep_s;
  int max_sessions;
  gboolean turn;
  gboolean exit_with_parent;
  gboolean verbose;
  gboolean version;
} HsSandboxOptions;

/* Returns: (transfer full) (nullable) */
HsSandboxOptions *
hs_sandbox_options_parse (int *argc, char ***argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hs_sandbox_options_free (HsSandboxOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxOptions, hs_sandbox_options_free)

G_END_DECLS
