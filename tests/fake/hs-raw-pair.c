/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-pair.h"

void
hs_raw_pair_set_up (HsRawPair *self, gconstpointer arguments)
{
  self->gateway = hs_raw_gateway_start (arguments);
  self->ana = hs_raw_client_new (self->gateway, "ana@lab.example");
  self->bo = hs_raw_client_new (self->gateway, "bo@lab.example");
}

void
hs_raw_pair_tear_down (HsRawPair *self, gconstpointer arguments)
{
  g_free (self->caller);
  g_free (self->callee);
  hs_raw_client_free (self->ana);
  hs_raw_client_free (self->bo);
  hs_raw_gateway_stop (self->gateway);
}

void
hs_raw_pair_ring (HsRawPair *self)
{
  g_autofree char *rung = NULL;

  self->caller = hs_raw_client_call (self->ana, "bo@lab.example", HS_RAW_PAIR_OFFER);
  self->callee = hs_raw_client_expect_sid (self->bo, "call");
  hs_raw_assert_put (self->bo, self->callee, "ringing", NULL, 200, 0);
  rung = hs_raw_client_expect_sid (self->ana, "ringing");
  g_assert_cmpstr (rung, ==, self->caller);
}

void
hs_raw_pair_connect (HsRawPair *self)
{
  g_autoptr (JsonObject) answer = NULL;

  hs_raw_pair_ring (self);
  hs_raw_assert_put (self->bo, self->callee, "callAnswer", HS_RAW_PAIR_SDP (HS_RAW_PAIR_ANSWER),
                     200, 0);
  answer = hs_raw_client_expect (self->ana, "respondCallUpdate");
  hs_raw_client_expect_end (self->bo, "callCancel", self->callee, 0);
}
