/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What webrtcbin does not offer of its ICE agent. libnice comes with webrtcbin's plugin: linked to
 * the daemon, it would bring some thirty libraries into memory before there is any call. */

/* One end of the path that packets take. */
typedef struct {
  char *address;
  guint port;
  const char *type; /* as in candidate lines: "host", "srflx" …; NULL for what is not known */
  const char *protocol;
  guint priority;
} HsNiceCandidate;

void hs_nice_candidate_clear (HsNiceCandidate *self);

/**
 * hs_nice_use_address:
 * @agent: a NiceAgent
 * @error: HS_ERROR_INVALID_DATA when @text is no address, HS_ERROR_NOT_FOUND when libnice lacks
 *   the function
 *
 * From then on the agent gathers from the addresses that it was given only.
 */
gboolean
hs_nice_use_address (GObject *agent, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * hs_nice_get_selected_pair:
 * @agent: a NiceAgent with one stream of one component
 * @local: (out): to be cleared, if the result is %TRUE
 * @remote: (out): likewise
 * @error: HS_ERROR_NOT_FOUND when there is no pair yet, or libnice lacks the function
 */
gboolean hs_nice_get_selected_pair (GObject *agent,
                                    HsNiceCandidate *local,
                                    HsNiceCandidate *remote,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * hs_nice_set_dscp:
 * @agent: a NiceAgent; all streams that it has are meant
 * @point: 0 … 63
 * @error: HS_ERROR_NOT_FOUND when libnice lacks the function
 */
gboolean hs_nice_set_dscp (GObject *agent, guint point, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HsNiceCandidate, hs_nice_candidate_clear)

G_END_DECLS
