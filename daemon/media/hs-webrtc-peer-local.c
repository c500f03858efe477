/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "sdp/hs-sdp-edit.h"
#include "sdp/hs-sdp-engine.h"
#include "sdp/hs-sdp-transport.h"
#include "sdp/hs-sdp-wire.h"

#include <string.h>

/* The way of a local description: webrtcbin makes it (or it is composed of the last one), it is
 * written as it travels, the handlers see it, webrtcbin takes it and gathers candidates, the
 * handlers see it with them, it is sent. */
typedef struct {
  HsPeerTransport *transport;
  HsSdp *engine; /* what webrtcbin made and will be given back; NULL: composed without it */
  HsSdp *wire;   /* as the handlers left it */
} Draft;

static void
free_draft (gpointer data)
{
  Draft *draft = data;

  g_clear_pointer (&draft->transport, hs_peer_transport_unref);
  g_clear_pointer (&draft->engine, hs_sdp_free);
  g_clear_pointer (&draft->wire, hs_sdp_free);
  g_free (draft);
}

static Draft *
get_draft (HsWebrtcPeer *self)
{
  return g_task_get_task_data (self->negotiating);
}

static HsSdp *
get_offer (HsWebrtcPeer *self)
{
  /* While theirs is proposed we are answering. */
  return self->proposed.remote;
}

static HsDescriptionType
get_type (HsWebrtcPeer *self)
{
  return get_offer (self) != NULL ? HS_DESCRIPTION_ANSWER : HS_DESCRIPTION_OFFER;
}

static int
error_code (HsWebrtcPeer *self)
{
  return get_offer (self) != NULL ? HS_CALL_ERROR_GENERIC : HS_CALL_ERROR_INVALID_OFFER;
}

/* --- composing --- */

/* Lines that were offered as one transport cannot be answered as several. */
static gboolean
is_bundled (HsSdp *answer)
{
  g_auto (GStrv) mids = hs_sdp_dup_bundle (answer);

  return g_strv_length (mids) > 1;
}

static HsSdp *
compose (HsWebrtcPeer *self, HsPeerTransport *transport, HsSdp *engine)
{
  HsSdp *offer = get_offer (self);
  g_autoptr (HsSdp) model = hs_sdp_copy (engine);
  g_autoptr (GArray) lines = NULL;
  HsCertificate *certificate = hs_leg_get_certificate (transport->leg);
  g_autofree char *fingerprint =
      g_strdup_printf ("sha-256 %s", hs_certificate_get_fingerprint (certificate));
  HsSdpWire wire = { .session_id = transport->session_id,
                     .version = transport->version,
                     .remote_offer = offer,
                     .remote = transport->remote,
                     .setup = offer != NULL ? transport->role : NULL,
                     .fingerprint = fingerprint,
                     .candidates_from = transport->first };
  HsSdp *sdp;

  if (offer == NULL)
    hs_sdp_truncate (model, hs_webrtc_peer_count_lines (self, engine));
  lines = hs_webrtc_peer_make_lines (self, transport, model, offer);
  wire.lines = (const HsSdpWireLine *) (gpointer) lines->data;
  wire.n_lines = lines->len;
  sdp = hs_sdp_to_wire (model, &wire);

  if (self->remove_bundling && (offer == NULL || !is_bundled (sdp)))
    hs_sdp_remove_bundling (sdp);
  return sdp;
}

static void
copy_candidates (HsSdpSection *to, HsSdpSection *from)
{
  g_autoptr (GPtrArray) candidates = hs_sdp_section_get_attributes (from, "candidate");

  if (hs_sdp_section_is_rejected (to) || hs_sdp_section_has_attribute (to, "candidate"))
    return;
  for (guint i = 0; i < candidates->len; i++)
    hs_sdp_section_add_attribute (to, "candidate", candidates->pdata[i]);
  if (candidates->len > 0 && hs_sdp_section_get_connection (from) != NULL) {
    hs_sdp_section_set_port (to, hs_sdp_section_get_port (from));
    hs_sdp_section_set_connection (to, hs_sdp_section_get_connection (from));
  }
}

/* --- to the wire --- */

static void
propose (HsWebrtcPeer *self, HsPeerTransport *transport, HsSdp *local)
{
  self->proposed.local = hs_sdp_copy (local);
  if (self->proposed.transport == NULL)
    self->proposed.transport = hs_peer_transport_ref (transport);
  hs_webrtc_peer_keep_transport (self);
}

static void
on_ready_to_send (HsWebrtcPeer *self, HsSdp *sdp)
{
  g_autoptr (HsSdp) final = sdp;
  Draft *draft = get_draft (self);
  gboolean answers = get_offer (self) != NULL;

  propose (self, draft->transport, final);
  if (answers) {
    hs_webrtc_peer_remember_role (self, draft->transport, hs_sdp_get_setup (final));
    hs_webrtc_peer_agree (self);
  } else {
    self->renew = FALSE;
  }
  hs_webrtc_peer_succeed_with_text (self, final);
}

static void
send (HsWebrtcPeer *self, HsSdp *sdp)
{
  g_autofree char *text = hs_sdp_to_text (sdp);

  hs_webrtc_peer_handle (self, text, get_type (self), HS_SDP_STEP_SEND, TRUE, on_ready_to_send);
}

/* Adds what came from gathering to what the handlers made of the description. */
static void
add_candidates (HsWebrtcPeer *self, Draft *draft)
{
  g_autoptr (HsSdp) complete = compose (self, draft->transport, draft->transport->engine);

  for (guint i = 0; i < hs_sdp_get_n_sections (draft->wire); i++) {
    HsSdpSection *from = hs_sdp_get_section (complete, i);

    if (from != NULL)
      copy_candidates (hs_sdp_get_section (draft->wire, i), from);
  }
}

static void
on_candidates_known (HsWebrtcPeer *self)
{
  Draft *draft = get_draft (self);

  add_candidates (self, draft);
  send (self, draft->wire);
}

static void
on_local_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  HsSdp *engine = hs_leg_set_local_finish (HS_LEG (source), result, &error);
  Draft *draft;

  if (hs_webrtc_peer_is_over (self, task)) {
    g_clear_pointer (&engine, hs_sdp_free);
    return;
  }
  if (engine == NULL) {
    hs_webrtc_peer_fail (self, error_code (self), "cannot prepare the description", error);
    return;
  }
  draft = get_draft (self);
  hs_peer_transport_set_engine (draft->transport, engine);
  draft->transport->waiting = get_type (self) == HS_DESCRIPTION_OFFER;
  hs_webrtc_peer_check_relays (self, engine, on_candidates_known);
}

static void
on_ready_to_set (HsWebrtcPeer *self, HsSdp *sdp)
{
  Draft *draft = get_draft (self);

  draft->wire = sdp;
  if (draft->engine != NULL)
    hs_leg_set_local_async (draft->transport->leg, get_type (self), draft->engine,
                            self->cancellable, on_local_set, g_object_ref (self->negotiating));
  else
    send (self, draft->wire);
}

/* @engine: webrtcbin's description, new or of the last time */
static void
write_description (HsWebrtcPeer *self, HsPeerTransport *transport, HsSdp *engine)
{
  g_autoptr (HsSdp) wire = NULL;
  g_autofree char *text = NULL;

  transport->version++;
  wire = compose (self, transport, engine);
  text = hs_sdp_to_text (wire);
  hs_webrtc_peer_handle (self, text, get_type (self), HS_SDP_STEP_SET, TRUE, on_ready_to_set);
}

/* --- what webrtcbin makes --- */

static gboolean
start_draft (HsWebrtcPeer *self, HsPeerTransport *existing)
{
  Draft *draft = g_new0 (Draft, 1);
  g_autoptr (GError) error = NULL;

  if (existing != NULL)
    draft->transport = hs_peer_transport_ref (existing);
  else
    draft->transport = hs_webrtc_peer_add_transport (self, NULL, &error);
  g_task_set_task_data (self->negotiating, draft, free_draft);
  if (draft->transport != NULL)
    return TRUE;
  hs_webrtc_peer_fail (self, error_code (self), "cannot start a transport", error);
  return FALSE;
}

static void
on_offer_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSdp) engine = hs_leg_create_offer_finish (HS_LEG (source), result, &error);
  Draft *draft;

  if (hs_webrtc_peer_is_over (self, task))
    return;
  if (engine == NULL) {
    hs_webrtc_peer_fail (self, HS_CALL_ERROR_INVALID_OFFER, "no offer could be made", error);
    return;
  }
  draft = get_draft (self);
  draft->engine = g_steal_pointer (&engine);
  /* The engine repeats the role of its own last answer, which need not be the one in use. */
  hs_sdp_set_setup (draft->engine, "actpass");
  write_description (self, draft->transport, draft->engine);
}

static void
start_offer (HsWebrtcPeer *self)
{
  HsPeerTransport *existing = self->renew ? NULL : self->agreed.transport;
  g_autoptr (GArray) kinds = NULL;

  if (!start_draft (self, existing))
    return;
  kinds = hs_webrtc_peer_plan_offer (self, existing);
  if (!hs_webrtc_peer_needs_engine (self, existing, kinds))
    write_description (self, existing, existing->engine);
  else
    hs_leg_create_offer_async (
        get_draft (self)->transport->leg, (const HsMediaKind *) (gpointer) kinds->data, kinds->len,
        NULL, self->cancellable, on_offer_created, g_object_ref (self->negotiating));
}

void
hs_webrtc_peer_create_offer_async (HsPeer *peer,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);

  if (!hs_webrtc_peer_begin (self, cancellable, callback, user_data,
                             hs_webrtc_peer_create_offer_async))
    return;
  if (self->proposed.remote != NULL && self->proposed.local == NULL) {
    hs_webrtc_peer_fail (self, HS_CALL_ERROR_INVALID_OFFER,
                         "the far end's offer waits for an answer", NULL);
    return;
  }
  /* An offer that was never answered gives way to the new one. */
  hs_webrtc_peer_forget_proposal (self);
  hs_webrtc_peer_prepare (self, start_offer);
}

/* A far end that we have met before keeps the DTLS role we had with it (4.7). */
static void
choose_role (HsWebrtcPeer *self, HsPeerTransport *transport, HsSdp *engine)
{
  const char *known = transport->role;

  if (known == NULL)
    known = g_hash_table_lookup (self->roles, hs_sdp_get_session_id (self->proposed.remote));
  /* Only an offer that leaves the role open can be answered with either. */
  if (known != NULL && g_strcmp0 (hs_sdp_get_setup (self->proposed.remote), "actpass") == 0)
    hs_sdp_set_setup (engine, known);
}

static void
on_answer_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSdp) engine = hs_leg_create_answer_finish (HS_LEG (source), result, &error);
  Draft *draft;

  if (hs_webrtc_peer_is_over (self, task))
    return;
  if (engine == NULL) {
    hs_webrtc_peer_fail (self, HS_CALL_ERROR_GENERIC, "no answer could be made", error);
    return;
  }
  draft = get_draft (self);
  draft->engine = g_steal_pointer (&engine);
  choose_role (self, draft->transport, draft->engine);
  write_description (self, draft->transport, draft->engine);
}

static void
ask_for_answer (HsWebrtcPeer *self)
{
  HsPeerTransport *transport = get_draft (self)->transport;
  g_autoptr (HsSdp) usable = hs_webrtc_peer_dup_usable (self->proposed.remote);
  g_autoptr (GError) error = NULL;
  HsSdp *to_engine = hs_sdp_offer_to_engine (usable, transport->to_engine, &error);

  if (to_engine == NULL) {
    hs_webrtc_peer_fail (self, HS_CALL_ERROR_GENERIC, "the offer cannot be answered", error);
    return;
  }
  hs_peer_transport_set_remote (transport, to_engine, self->proposed.remote);
  hs_leg_create_answer_async (transport->leg, to_engine, self->cancellable, on_answer_created,
                              g_object_ref (self->negotiating));
}

static void
on_settled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  gboolean set = hs_leg_set_answer_finish (HS_LEG (source), result, &error);

  if (hs_webrtc_peer_is_over (self, task))
    return;
  if (!set) {
    hs_webrtc_peer_fail (self, HS_CALL_ERROR_GENERIC, "the offer cannot be answered", error);
    return;
  }
  get_draft (self)->transport->waiting = FALSE;
  ask_for_answer (self);
}

/* webrtcbin cannot go back from an offer that was refused: it is told an answer that changes
 * nothing. Lines that the offer added stay, unused, for as long as it lives. */
static void
settle_engine (HsWebrtcPeer *self)
{
  HsPeerTransport *transport = get_draft (self)->transport;
  g_autoptr (GError) error = NULL;
  HsSdp *answer = hs_sdp_rollback_to_engine (transport->to_engine, transport->engine, &error);

  if (answer == NULL) {
    hs_webrtc_peer_fail (self, HS_CALL_ERROR_GENERIC, "the offer cannot be answered", error);
    return;
  }
  hs_sdp_free (transport->to_engine);
  transport->to_engine = answer;
  hs_leg_set_answer_async (transport->leg, answer, self->cancellable, on_settled,
                           g_object_ref (self->negotiating));
}

static void
start_answer (HsWebrtcPeer *self)
{
  HsPeerTransport *existing = self->agreed.transport;
  gboolean fresh = existing == NULL || self->change == HS_SDP_REOFFER_NEW_TRANSPORT;

  if (!start_draft (self, fresh ? NULL : existing))
    return;
  /* In a call that runs, the offer may be meant for somebody else. */
  if (fresh && existing != NULL)
    hs_leg_wait_for_checks (get_draft (self)->transport->leg);
  hs_webrtc_peer_place_in_answer (self, self->proposed.remote, fresh);
  if (!fresh && self->change != HS_SDP_REOFFER_LINES_CHANGED)
    write_description (self, existing, existing->engine);
  else if (!fresh && existing->waiting)
    settle_engine (self);
  else
    ask_for_answer (self);
}

void
hs_webrtc_peer_create_answer_async (HsPeer *peer,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);

  if (!hs_webrtc_peer_begin (self, cancellable, callback, user_data,
                             hs_webrtc_peer_create_answer_async))
    return;
  if (self->proposed.remote == NULL || self->proposed.local != NULL)
    hs_webrtc_peer_fail (self, HS_CALL_ERROR_GENERIC, "there is no offer to answer", NULL);
  else
    hs_webrtc_peer_prepare (self, start_answer);
}

char *
hs_webrtc_peer_create_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
