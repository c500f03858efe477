/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-sdp-handler.h"

G_DEFINE_INTERFACE (HsSdpHandler, hs_sdp_handler, G_TYPE_OBJECT)

static void
hs_sdp_handler_default_init (HsSdpHandlerInterface *iface)
{
}

void
hs_sdp_handler_handle_async (HsSdpHandler *self,
                             const char *sdp,
                             const HsSdpHandlerInfo *info,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  HS_SDP_HANDLER_GET_IFACE (self)->handle_async (self, sdp, info, cancellable, callback, user_data);
}

char *
hs_sdp_handler_handle_finish (HsSdpHandler *self, GAsyncResult *result, GError **error)
{
  return HS_SDP_HANDLER_GET_IFACE (self)->handle_finish (self, result, error);
}
