/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-calls.h"
#include "hs-sandbox-http.h"
#include "hs-sandbox-subscription.h"

G_BEGIN_DECLS

/* The rooms together: which request goes where. */
typedef struct _HsSandboxGateway HsSandboxGateway;

typedef struct {
  HsSandboxSubscriptionPolicy subscription;
  guint ring_timeout_ms;
  guint keep_ms;
  gboolean verbose;
} HsSandboxGatewayOptions;

/* @options: its strings have to outlive the gateway */
HsSandboxGateway *hs_sandbox_gateway_new (const HsSandboxGatewayOptions *options);
void hs_sandbox_gateway_free (HsSandboxGateway *gateway);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxGateway, hs_sandbox_gateway_free)

/* As hs_sandbox_http_listen () */
guint hs_sandbox_gateway_listen (HsSandboxGateway *gateway,
                                 guint port,
                                 GTlsCertificate *certificate,
                                 GError **error);

G_END_DECLS
