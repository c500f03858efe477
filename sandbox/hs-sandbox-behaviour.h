/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What gateways do in one way or another, as README.md describes it. */
typedef struct {
  gboolean transferee_offers; /* else the target does */
  gboolean joined_offer;      /* else the mixer does */
  gboolean early_media;       /* of the gateway's own, while users ring */
  gboolean early_waits;       /* people who are heard early do not answer yet */
  gboolean music_on_hold;
  gboolean music_stops; /* by an update of its own, before the call goes on */
  gboolean crossing;    /* updates from both sides pass each other */
  gboolean slow_start;  /* users are called without an offer */
} HsSandboxBehaviour;

/* Changes what @object names.
 * @error: names the member that is wrong; nothing is changed then */
gboolean hs_sandbox_behaviour_change (HsSandboxBehaviour *behaviour,
                                      JsonObject *object,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full) */
JsonObject *hs_sandbox_behaviour_to_json (const HsSandboxBehaviour *behaviour);

G_END_DECLS
