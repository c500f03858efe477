/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-client-functions.h"

#include "base/hs-json.h"
#include "hs-client-ice-check.h"
#include "hs-client-sdp-handler.h"
#include "media/hs-codec-remover.h"

struct _HsClientFunctions {
  GWeakRef handlers; /* HsConnection: it set call.sdpHandlers */
  GWeakRef check;    /* HsConnection: it set call.iceCollectionCheck */
};

HsClientFunctions *
hs_client_functions_new (void)
{
  HsClientFunctions *self = g_new0 (HsClientFunctions, 1);

  g_weak_ref_init (&self->handlers, NULL);
  g_weak_ref_init (&self->check, NULL);
  return self;
}

void
hs_client_functions_free (HsClientFunctions *self)
{
  g_weak_ref_clear (&self->handlers);
  g_weak_ref_clear (&self->check);
  g_free (self);
}

void
hs_client_functions_note (HsClientFunctions *self, JsonObject *values, HsConnection *connection)
{
  JsonObject *call = hs_json_get_object (values, "call");

  if (call == NULL)
    return;
  if (json_object_has_member (call, "sdpHandlers"))
    g_weak_ref_set (&self->handlers, connection);
  if (json_object_has_member (call, "iceCollectionCheck"))
    g_weak_ref_set (&self->check, connection);
}

static HsSdpHandler *
make_handler (HsConnection *connection, JsonObject *descriptor)
{
  JsonArray *codecs = hs_json_get_array (descriptor, "codecs");

  return codecs != NULL ? hs_codec_remover_new (codecs)
                        : hs_client_sdp_handler_new (connection, descriptor);
}

/* Values are checked, so every element is a descriptor of a known type. */
static GPtrArray *
make_handlers (HsClientFunctions *self, HsConfig *config)
{
  g_autoptr (HsConnection) connection = g_weak_ref_get (&self->handlers);
  JsonNode *node = hs_config_get (config, "call.sdpHandlers");
  JsonArray *list =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  GPtrArray *handlers = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++) {
    JsonObject *descriptor = hs_json_node_get_object (json_array_get_element (list, i));

    g_ptr_array_add (handlers, make_handler (connection, descriptor));
  }
  return handlers;
}

static HsIceCheck *
make_check (HsClientFunctions *self, HsConfig *config)
{
  g_autoptr (HsConnection) connection = g_weak_ref_get (&self->check);
  JsonObject *descriptor =
      hs_json_node_get_object (hs_config_get (config, "call.iceCollectionCheck"));

  /* Without the client that has set it, the usual rule is better than none. */
  return descriptor != NULL && connection != NULL ? hs_client_ice_check_new (connection, descriptor)
                                                  : NULL;
}

void
hs_client_functions_apply (HsClientFunctions *self, HsConfig *config, HsMedia *media)
{
  g_autoptr (GPtrArray) handlers = make_handlers (self, config);
  g_autoptr (HsIceCheck) check = make_check (self, config);

  hs_media_set_sdp_handlers (media, handlers);
  hs_media_set_ice_check (media, check);
}
