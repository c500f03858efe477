/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-far-update.h"

#include <string.h>

void
hs_far_update_propose (HsCallFixture *f, const char *direction)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio (direction);

  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
}

void
hs_far_update_answer (HsCallFixture *f, const char *direction)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio (direction);

  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
}

static guint
count_lines (HsCallFixture *f, const char *part)
{
  guint n = 0;

  for (guint i = 0; i < f->lines->len; i++)
    n += strstr (f->lines->pdata[i], part) != NULL;
  return n;
}

static gboolean
on_end (gpointer user_data)
{
  hs_call_fixture_receive_end (user_data, "leg-1", 0, NULL);
  return G_SOURCE_REMOVE;
}

void
hs_far_update_end (HsCallFixture *f)
{
  g_idle_add (on_end, f);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (count_lines (f, "call:operation"), ==, 1);
  g_assert_cmpuint (count_lines (f, "call:stateChange"), ==, 1);
  g_assert_cmpuint (count_lines (f, "'error'"), ==, 0);
  hs_far_update_assert_state (f, "Ended");
  hs_call_fixture_skip (f);
}

void
hs_far_update_refuse_ours (HsCallFixture *f)
{
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_ANSWER,
    .session = (char *) "leg-1",
    .message_status_code = 49,
    .retry_after = 3,
  };

  hs_fake_signalling_receive (f->signalling, &message);
}

void
hs_far_update_hold_locally (HsCallFixture *f)
{
  HsCall *call = hs_calls_get_call (f->calls, hs_call_fixture_get_id (f, "A"));
  HsCallReason reason = { 0 };

  hs_peer_set_local_hold (call->peer, TRUE);
  g_assert_true (hs_call_fire (call, HS_CALL_EVENT_LOCAL_HELD, &reason));
  hs_call_fixture_skip (f);
}

void
hs_far_update_occupy (HsCallFixture *f, HsOperationStatus status)
{
  static const HsOperationKind kind = { .name = "RENEGOTIATE", .exclusive = TRUE };
  HsCall *call = hs_calls_get_call (f->calls, hs_call_fixture_get_id (f, "A"));
  g_autoptr (HsOperation) op = hs_operation_start (call, &kind, NULL);

  op->status = status;
  hs_call_fixture_skip (f);
}

void
hs_far_update_assert_state (HsCallFixture *f, const char *expected)
{
  g_autofree char *state = hs_call_fixture_dup_state (f, "A");

  g_assert_cmpstr (state, ==, expected);
}

gboolean
hs_far_update_is_held_remotely (HsCallFixture *f)
{
  g_autoptr (JsonObject) call = hs_call_fixture_dup_call (f, "A");

  return json_object_get_boolean_member (call, "remoteHold");
}

const char *
hs_far_update_get_remote (HsCallFixture *f)
{
  return hs_fake_peer_get_remote (hs_fake_peer_factory_get_last (f->peers));
}
