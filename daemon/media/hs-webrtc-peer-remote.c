/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "sdp/hs-sdp-edit.h"
#include "sdp/hs-sdp-engine.h"
#include "sdp/hs-sdp-transport.h"

/* What a remote description's operation carries along. */
typedef struct {
  HsDescriptionType type;
  char *text;
  HsSdp *to_engine;      /* an answer as webrtcbin gets it */
  HsSdp *sdp;            /* after the handlers */
  HsPeerTransport *twin; /* see below */
} Arrival;

static void
free_arrival (gpointer data)
{
  Arrival *arrival = data;

  g_free (arrival->text);
  g_clear_pointer (&arrival->to_engine, hs_sdp_free);
  g_clear_pointer (&arrival->sdp, hs_sdp_free);
  g_clear_pointer (&arrival->twin, hs_peer_transport_unref);
  g_free (arrival);
}

static Arrival *
get_arrival (HsWebrtcPeer *self)
{
  return g_task_get_task_data (self->negotiating);
}

static void
fail (HsWebrtcPeer *self, const char *what, const GError *reason)
{
  hs_webrtc_peer_fail (self, HS_CALL_ERROR_GENERIC, what, reason);
}

HsSdp *
hs_webrtc_peer_dup_usable (HsSdp *remote)
{
  HsSdp *copy = hs_sdp_copy (remote);

  for (guint i = 0; i < hs_sdp_get_n_sections (copy); i++) {
    if (!hs_webrtc_peer_can_use_line (remote, i))
      hs_sdp_reject_section (copy, i);
  }
  return copy;
}

static void
keep_text (HsWebrtcPeer *self, HsSdp *sdp)
{
  g_free (self->remote_text);
  self->remote_text = hs_sdp_to_text (sdp);
}

/* --- offers --- */

static void
take_offer (HsWebrtcPeer *self, HsSdp *offer)
{
  g_autoptr (HsSdp) usable = NULL;
  g_autoptr (HsSdp) to_engine = NULL;
  g_autoptr (GError) error = NULL;
  HsPeerTransport *current = self->agreed.transport;

  if (current != NULL)
    hs_sdp_open_setup (offer);
  usable = hs_webrtc_peer_dup_usable (offer);
  to_engine = hs_sdp_offer_to_engine (usable, NULL, &error);
  if (to_engine == NULL) {
    fail (self, "the offer cannot be used", error);
    return;
  }
  self->change = HS_SDP_REOFFER_NEW_TRANSPORT;
  if (current != NULL)
    self->change = hs_sdp_judge_reoffer (current->remote, offer);
  self->proposed.remote = hs_sdp_copy (offer);
  keep_text (self, offer);
  hs_webrtc_peer_update_tracks (self, offer);
  hs_webrtc_peer_succeed (self);
}

static void
on_offer_handled (HsWebrtcPeer *self, HsSdp *sdp)
{
  g_autoptr (HsSdp) offer = sdp;

  take_offer (self, offer);
}

static void
start_offer (HsWebrtcPeer *self)
{
  Arrival *arrival = get_arrival (self);

  if (self->proposed.local != NULL) {
    fail (self, "our own offer waits for an answer", NULL);
    return;
  }
  /* A newer offer takes the place of one that was not answered. */
  hs_webrtc_peer_forget_proposal (self);
  hs_webrtc_peer_handle (self, arrival->text, arrival->type, HS_SDP_STEP_SET, FALSE,
                         on_offer_handled);
}

/* --- answers --- */

static void
accept_answer (HsWebrtcPeer *self)
{
  Arrival *arrival = get_arrival (self);
  const char *theirs = hs_sdp_get_setup (arrival->sdp);
  HsExchange *proposed = &self->proposed;

  g_clear_pointer (&proposed->remote, hs_sdp_free);
  proposed->remote = hs_sdp_copy (arrival->sdp);
  keep_text (self, arrival->sdp);
  if (arrival->type == HS_DESCRIPTION_ANSWER)
    hs_webrtc_peer_remember_role (self, proposed->transport,
                                  g_strcmp0 (theirs, "active") == 0 ? "passive" : "active");
  hs_webrtc_peer_update_tracks (self, arrival->sdp);
  if (arrival->type == HS_DESCRIPTION_ANSWER)
    hs_webrtc_peer_agree (self);
  else
    hs_webrtc_peer_update_media (self);
  hs_webrtc_peer_succeed (self);
}

static void
on_answer_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  gboolean set = hs_leg_set_answer_finish (HS_LEG (source), result, &error);
  Arrival *arrival;

  if (hs_webrtc_peer_is_over (self, task))
    return;
  if (!set) {
    fail (self, "the answer cannot be used", error);
    return;
  }
  arrival = get_arrival (self);
  if (arrival->twin != NULL) {
    g_clear_pointer (&self->proposed.transport, hs_peer_transport_unref);
    self->proposed.transport = g_steal_pointer (&arrival->twin);
    hs_webrtc_peer_keep_transport (self);
  }
  hs_peer_transport_set_remote (self->proposed.transport, g_steal_pointer (&arrival->to_engine),
                                arrival->sdp);
  self->proposed.transport->waiting = FALSE;
  accept_answer (self);
}

/* The names of lines in @answer become those that @engine, which never saw the offer, has. */
static void
use_names (HsSdp *answer, HsSdp *engine)
{
  g_autoptr (GPtrArray) bundle = g_ptr_array_new ();

  for (guint i = 0; i < hs_sdp_get_n_sections (answer); i++) {
    const char *mid = hs_sdp_section_get_mid (hs_sdp_get_section (engine, i));

    hs_sdp_section_set_mid (hs_sdp_get_section (answer, i), mid);
    if (!hs_sdp_section_is_rejected (hs_sdp_get_section (answer, i)))
      g_ptr_array_add (bundle, (gpointer) mid);
  }
  g_ptr_array_add (bundle, NULL);
  hs_sdp_set_bundle (answer, (const char *const *) bundle->pdata);
}

static void
give_answer (HsWebrtcPeer *self, HsPeerTransport *transport)
{
  Arrival *arrival = get_arrival (self);
  g_autoptr (HsSdp) usable = hs_webrtc_peer_dup_usable (arrival->sdp);
  g_autoptr (GError) error = NULL;

  if (transport == arrival->twin)
    use_names (usable, transport->engine);
  arrival->to_engine = hs_sdp_answer_to_engine (usable, transport->engine, &error);
  if (arrival->to_engine == NULL)
    fail (self, "the answer cannot be used", error);
  else
    hs_leg_set_answer_async (transport->leg, arrival->to_engine, self->cancellable, on_answer_set,
                             g_object_ref (self->negotiating));
}

/* --- answers from somebody else ---
 *
 * The answer to an offer may come from another far end than the one whose provisional answer was
 * taken, or that we talk with: behind a gateway calls fork and are transferred. webrtcbin cannot
 * begin anew with the credentials of an offer that is already out. So a second one is made: it has
 * the offer's certificate and ICE credentials, and is new in everything else. The far end finds
 * its addresses through the checks that it sends. */

static void
on_twin_is_local (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  HsSdp *engine = hs_leg_set_local_finish (HS_LEG (source), result, &error);

  if (hs_webrtc_peer_is_over (self, task)) {
    g_clear_pointer (&engine, hs_sdp_free);
    return;
  }
  if (engine == NULL) {
    fail (self, "cannot follow the answer to another far end", error);
    return;
  }
  hs_peer_transport_set_engine (get_arrival (self)->twin, engine);
  give_answer (self, get_arrival (self)->twin);
}

static void
copy_credentials (HsSdp *to, HsSdp *from)
{
  HsSdpSection *model = hs_sdp_find_kind (from, HS_SDP_AUDIO);

  if (model == NULL)
    model = hs_sdp_find_kind (from, HS_SDP_VIDEO);
  for (guint i = 0; model != NULL && i < hs_sdp_get_n_sections (to); i++) {
    HsSdpSection *section = hs_sdp_get_section (to, i);

    hs_sdp_section_set_attribute (section, "ice-ufrag", hs_sdp_section_get_ice_ufrag (model));
    hs_sdp_section_set_attribute (section, "ice-pwd", hs_sdp_section_get_ice_pwd (model));
  }
}

static void
on_twin_offer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSdp) engine = hs_leg_create_offer_finish (HS_LEG (source), result, &error);

  if (hs_webrtc_peer_is_over (self, task))
    return;
  if (engine == NULL) {
    fail (self, "cannot follow the answer to another far end", error);
    return;
  }
  copy_credentials (engine, self->proposed.local);
  hs_leg_set_local_async (HS_LEG (source), HS_DESCRIPTION_OFFER, engine, self->cancellable,
                          on_twin_is_local, g_steal_pointer (&task));
}

static void
follow_to_twin (HsWebrtcPeer *self)
{
  HsPeerTransport *model = self->proposed.transport;
  Arrival *arrival = get_arrival (self);
  g_autoptr (GArray) kinds = g_array_new (FALSE, FALSE, sizeof (HsMediaKind));
  g_autoptr (GError) error = NULL;

  arrival->twin = hs_webrtc_peer_add_transport (self, hs_leg_get_certificate (model->leg), &error);
  if (arrival->twin == NULL) {
    fail (self, "cannot follow the answer to another far end", error);
    return;
  }
  /* To whoever got the offer, this is the session it was made in. */
  g_free (arrival->twin->session_id);
  arrival->twin->session_id = g_strdup (model->session_id);
  arrival->twin->version = model->version;
  for (guint i = 0; i < hs_sdp_get_n_sections (self->proposed.local); i++) {
    HsMediaKind kind = hs_webrtc_peer_get_line_kind (self->proposed.local, i);

    g_array_append_val (kinds, kind);
  }
  hs_leg_create_offer_async (arrival->twin->leg, (const HsMediaKind *) (gpointer) kinds->data,
                             kinds->len, self->proposed.local, self->cancellable, on_twin_offer,
                             g_object_ref (self->negotiating));
}

/* --- which of these --- */

static void
compare_answer (HsWebrtcPeer *self, HsPeerTransport *transport)
{
  Arrival *arrival = get_arrival (self);
  HsSdpTransportChange change = hs_sdp_compare_transport (transport->remote, arrival->sdp);
  g_autoptr (GError) error = NULL;

  if ((change & (HS_SDP_TRANSPORT_FINGERPRINT | HS_SDP_TRANSPORT_ICE)) != 0)
    follow_to_twin (self);
  else if (transport->waiting)
    give_answer (self, transport);
  else if (hs_leg_follow_codec (transport->leg, arrival->sdp, &error))
    accept_answer (self);
  else
    fail (self, "the answer cannot be used", error);
}

static void
take_answer (HsWebrtcPeer *self)
{
  HsPeerTransport *transport = self->proposed.transport;
  g_autoptr (GError) error = NULL;

  if (!hs_sdp_answer_fits (self->proposed.local, get_arrival (self)->sdp, &error))
    hs_webrtc_peer_fail (self, HS_CALL_ERROR_REMOTE_ANSWER, "the answer does not fit the offer",
                         error);
  else if (transport->remote == NULL)
    give_answer (self, transport);
  else
    compare_answer (self, transport);
}

static void
on_answer_handled (HsWebrtcPeer *self, HsSdp *sdp)
{
  Arrival *arrival = get_arrival (self);

  arrival->sdp = sdp;
  if (arrival->type == HS_DESCRIPTION_ANSWER)
    hs_sdp_fix_answer_setup (sdp, self->caller ? "passive" : "active");
  take_answer (self);
}

static void
start_answer (HsWebrtcPeer *self)
{
  Arrival *arrival = get_arrival (self);

  if (self->proposed.local == NULL)
    fail (self, "there is no offer that this could be the answer to", NULL);
  else
    hs_webrtc_peer_handle (self, arrival->text, arrival->type, HS_SDP_STEP_SET, FALSE,
                           on_answer_handled);
}

void
hs_webrtc_peer_set_remote_async (HsPeer *peer,
                                 HsDescriptionType type,
                                 const char *sdp,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  Arrival *arrival;

  if (!hs_webrtc_peer_begin (self, cancellable, callback, user_data,
                             hs_webrtc_peer_set_remote_async))
    return;
  arrival = g_new0 (Arrival, 1);
  arrival->type = type;
  arrival->text = g_strdup (sdp);
  g_task_set_task_data (self->negotiating, arrival, free_arrival);
  if (type == HS_DESCRIPTION_OFFER)
    start_offer (self);
  else
    hs_webrtc_peer_prepare (self, start_answer);
}

gboolean
hs_webrtc_peer_set_remote_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
