/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "base/hs-json.h"
#include "hs-config-file.h"
#include "hs-phone.h"
#include "hs-reply.h"
#include "protocol/hs-protocol.h"
#include "rpc/hs-request.h"

/* Returns: (nullable): the session; NULL when @request (then taken) was answered that there is
 * none. */
static HsSession *
get_session (HsPhone *phone, HsRequest *request)
{
  g_autoptr (GError) error = NULL;
  HsSession *session = hs_phone_get_session (phone, &error);

  if (session == NULL)
    hs_request_fail (request, error);
  return session;
}

typedef struct {
  HsRequest *request;
  JsonObject *config;       /* nullable */
  HsConnection *connection; /* nullable */
} Creation;

static void
on_cleared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Creation *creation = user_data;
  HsPhone *phone = HS_PHONE (source);
  g_autoptr (GError) error = NULL;

  if (hs_phone_destroy_finish (phone, result, &error) &&
      hs_phone_create (phone, creation->config, creation->connection, &error))
    hs_request_answer (creation->request, NULL);
  else
    hs_request_fail (creation->request, error);
  g_clear_pointer (&creation->config, json_object_unref);
  g_clear_object (&creation->connection);
  g_free (creation);
}

/* What runs makes room first. */
void
hs_handle_api_create (HsPhone *phone, HsRequest *request, const HsApiCreateParams *params)
{
  Creation *creation = g_new0 (Creation, 1);

  creation->request = request;
  creation->config = params->config != NULL ? json_object_ref (params->config) : NULL;
  g_set_object (&creation->connection, hs_request_get_connection (request));
  hs_phone_destroy_async (phone, on_cleared, creation);
}

static void
on_destroyed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (hs_phone_destroy_finish (HS_PHONE (source), result, &error))
    hs_request_answer (user_data, NULL);
  else
    hs_request_fail (user_data, error);
}

void
hs_handle_api_destroy (HsPhone *phone, HsRequest *request)
{
  hs_phone_destroy_async (phone, on_destroyed, request);
}

void
hs_handle_api_get_version (HsPhone *phone, HsRequest *request)
{
  hs_request_answer_string (request, HS_VERSION);
}

void
hs_handle_api_get_config (HsPhone *phone, HsRequest *request)
{
  JsonObject *config = hs_config_dup_all (hs_phone_get_config (phone));

  hs_config_drop_secrets (config);
  hs_request_answer_object (request, config);
}

void
hs_handle_api_update_config (HsPhone *phone,
                             HsRequest *request,
                             const HsApiUpdateConfigParams *params)
{
  hs_phone_update_config (phone, params->new_config_values, hs_request_get_connection (request));
  hs_request_answer (request, NULL);
}

/* The SDK names the browser that carries the media; here it is GStreamer. */
void
hs_handle_api_get_browser_details (HsPhone *phone, HsRequest *request)
{
  JsonObject *details = json_object_new ();

  json_object_set_string_member (details, "browser", "gstreamer");
  json_object_set_double_member (details, "version", HS_MEDIA_ENGINE_VERSION);
  hs_request_answer_object (request, details);
}

void
hs_handle_api_set_credentials (HsPhone *phone,
                               HsRequest *request,
                               const HsApiSetCredentialsParams *params)
{
  HsSession *session = get_session (phone, request);
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    return;
  if (hs_session_set_credentials (session, params->credentials, &error))
    hs_request_answer (request, NULL);
  else
    hs_request_fail (request, error);
}

void
hs_handle_api_connect (HsPhone *phone, HsRequest *request, const HsApiConnectParams *params)
{
  HsSession *session = get_session (phone, request);

  if (session == NULL)
    return;
  hs_session_connect (session, params->credentials, params->options,
                      hs_reply_waiter (request, params->await));
  hs_reply_begun (request, TRUE, params->await, NULL);
}

void
hs_handle_api_disconnect (HsPhone *phone, HsRequest *request, const HsApiDisconnectParams *params)
{
  HsSession *session = get_session (phone, request);

  if (session == NULL)
    return;
  hs_session_disconnect (session, hs_reply_waiter (request, params->await));
  hs_reply_begun (request, TRUE, params->await, NULL);
}

void
hs_handle_api_get_user_info (HsPhone *phone, HsRequest *request)
{
  HsSession *session = get_session (phone, request);

  if (session != NULL)
    hs_request_answer_object (request, hs_session_dup_user_info (session));
}

void
hs_handle_api_get_connection (HsPhone *phone, HsRequest *request)
{
  HsSession *session = get_session (phone, request);

  if (session != NULL)
    hs_request_answer_object (request, hs_session_dup_connection (session));
}

/* The SDK takes the channel's name as a second argument in place of the options, too. */
void
hs_handle_services_subscribe (HsPhone *phone,
                              HsRequest *request,
                              const HsServicesSubscribeParams *params)
{
  HsSession *session = get_session (phone, request);

  if (session == NULL)
    return;
  hs_session_subscribe (session, params->services, hs_json_node_get_object (params->options),
                        hs_reply_waiter (request, params->await));
  hs_reply_begun (request, TRUE, params->await, NULL);
}

void
hs_handle_services_unsubscribe (HsPhone *phone,
                                HsRequest *request,
                                const HsServicesUnsubscribeParams *params)
{
  HsSession *session = get_session (phone, request);

  if (session == NULL)
    return;
  hs_session_unsubscribe (session, params->services, hs_reply_waiter (request, params->await));
  hs_reply_begun (request, TRUE, params->await, NULL);
}

void
hs_handle_services_get_subscriptions (HsPhone *phone, HsRequest *request)
{
  HsSession *session = get_session (phone, request);

  if (session != NULL)
    hs_request_answer_object (request, hs_session_dup_subscriptions (session));
}

void
hs_handle_connection_get_socket_state (HsPhone *phone,
                                       HsRequest *request,
                                       const HsConnectionGetSocketStateParams *params)
{
  HsSession *session = get_session (phone, request);

  if (session != NULL)
    hs_request_answer_object (request, hs_session_dup_socket_state (session));
}

void
hs_handle_connection_enable_connectivity_checking (
    HsPhone *phone, HsRequest *request, const HsConnectionEnableConnectivityCheckingParams *params)
{
  HsSession *session = get_session (phone, request);

  if (session == NULL)
    return;
  hs_session_enable_connectivity_checking (session, params->enable);
  hs_request_answer (request, NULL);
}
