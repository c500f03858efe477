/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-raw-call.h"

G_BEGIN_DECLS

/* A sandbox with two clients, and what a call from Ana to Bo needs. */

/* As JSON texts; the gateway must not touch them. */
#define HS_RAW_PAIR_OFFER        "v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\na=offer:\\\"x\\\" \\u00e4\\r\\n"
#define HS_RAW_PAIR_ANSWER       "v=0\\r\\no=- 2 1 IN IP4 127.0.0.1\\r\\na=answer\\r\\n"
#define HS_RAW_PAIR_HOLD         "v=0\\r\\no=- 1 2 IN IP4 127.0.0.1\\r\\na=inactive\\r\\n"
#define HS_RAW_PAIR_PLAIN_OFFER  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\na=offer:\"x\" \303\244\r\n"
#define HS_RAW_PAIR_PLAIN_ANSWER "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\na=answer\r\n"
#define HS_RAW_PAIR_SDP(text)    "\"sdp\":\"" text "\""

typedef struct {
  HsRawGateway *gateway;
  HsRawClient *ana;
  HsRawClient *bo;
  char *caller; /* sids of a call from Ana to Bo */
  char *callee;
} HsRawPair;

/* Both fit g_test_add(). @arguments: (nullable): of the sandbox */
void hs_raw_pair_set_up (HsRawPair *self, gconstpointer arguments);
void hs_raw_pair_tear_down (HsRawPair *self, gconstpointer arguments);

/* Ana calls Bo, who rings, or who has answered. */
void hs_raw_pair_ring (HsRawPair *self);
void hs_raw_pair_connect (HsRawPair *self);

G_END_DECLS
