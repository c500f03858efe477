/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "call/hs-peer.h"

G_BEGIN_DECLS

/**
 * HsSdpHandler: somebody who may change descriptions on their way
 *
 * A front end registers one; asking it takes time, so the interface is asynchronous. Handlers run
 * in their order, before the built-in ones, on every description of either side: on local ones
 * twice, without candidates ("set") and with them ("send").
 */
#define HS_TYPE_SDP_HANDLER (hs_sdp_handler_get_type ())
G_DECLARE_INTERFACE (HsSdpHandler, hs_sdp_handler, HS, SDP_HANDLER, GObject)

typedef enum {
  HS_SDP_STEP_SET,
  HS_SDP_STEP_SEND,
} HsSdpStep;

/* Valid during the call only. */
typedef struct {
  const char *call_id;
  HsDescriptionType type;
  HsSdpStep step;
  gboolean local;        /* who wrote the description */
  const char *original;  /* the description as it was before the first handler */
  JsonObject *bandwidth; /* nullable; the call's limits, with local descriptions */
} HsSdpHandlerInfo;

struct _HsSdpHandlerInterface {
  GTypeInterface parent;

  void (*handle_async) (HsSdpHandler *self,
                        const char *sdp,
                        const HsSdpHandlerInfo *info,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  char *(*handle_finish) (HsSdpHandler *self, GAsyncResult *result, GError **error);
};

/* Finish returns: (transfer full): the changed text. @error: any; ends the operation it is part of
 */
void hs_sdp_handler_handle_async (HsSdpHandler *self,
                                  const char *sdp,
                                  const HsSdpHandlerInfo *info,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
char *hs_sdp_handler_handle_finish (HsSdpHandler *self,
                                    GAsyncResult *result,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
