/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-raw-client.h"

G_BEGIN_DECLS

/* Calls of raw clients, whose descriptions are made-up texts that have nothing but a name. */

/* A member of a request's body. */
#define HS_RAW_SDP(name) "\"sdp\":\"v=0 " name "\""

typedef struct {
  HsRawClient *one; /* borrowed, as the other: whoever calls, and whoever is called */
  HsRawClient *other;
  char *sid; /* of each one's leg */
  char *other_sid;
} HsRawCall;

/* @other has answered @one, and all has been told. */
HsRawCall *hs_raw_call_new (HsRawClient *one, HsRawClient *other);
void hs_raw_call_free (HsRawCall *call);

/* A request to a leg must be answered so. */
void hs_raw_assert_put (HsRawClient *client,
                        const char *sid,
                        const char *type,
                        const char *more,
                        guint status,
                        int code);
void hs_raw_assert_leg (
    HsRawClient *client, const char *method, const char *sid, guint status, int code);

/* The gateway must say so of a leg. */
void hs_raw_assert_state (HsRawClient *client, const char *sid, const char *state);

/* The next notification must be of @type, for @sid, with the description @name or none at all. */
void hs_raw_expect_sdp (HsRawClient *client, const char *type, const char *sid, const char *name);

/* The same, and it must say that @sid talks to @far. */
void hs_raw_expect_from (
    HsRawClient *client, const char *type, const char *sid, const char *name, const char *far);

/* The next notification must refuse an offer of @sid's. */
void hs_raw_expect_pending (HsRawClient *client, const char *sid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsRawCall, hs_raw_call_free)

G_END_DECLS
