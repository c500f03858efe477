/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-transport.h"

#include "base/hs-error.h"

/* Requests of different calls overlap, and none may wait for a slow one. */
#define MAX_CONNECTIONS 64
/* A POST always opens a connection of its own. Afterwards it serves whatever else comes, audits not
 * least, and each that waits costs 70 KB. */
#define IDLE_TIMEOUT_S 30

struct _HsTransport {
  GObject parent;

  HsConfig *config;
  SoupSession *session;
  char *authority_path; /* the tls.ca that is in use; nullable */
  gboolean warned;
};

G_DEFINE_FINAL_TYPE (HsTransport, hs_transport, G_TYPE_OBJECT)

/* What is left to object to once the authorities of tls.ca, as the file is now, are asked. */
static GTlsCertificateFlags
verify_with_own_authority (HsTransport *self,
                           SoupMessage *message,
                           GTlsCertificate *certificate,
                           GTlsCertificateFlags flags)
{
  const char *path = hs_config_get_string (self->config, "tls.ca");
  GUri *uri = soup_message_get_uri (message);
  g_autoptr (GSocketConnectable) identity = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL || path[0] == '\0')
    return flags;
  /* Read anew each time: handshakes are rare, and a replaced file counts at once. */
  database = g_tls_file_database_new (path, &error);
  if (database == NULL) {
    g_warning ("tls.ca is of no use: %s", error->message);
    return flags;
  }
  identity = g_network_address_new (g_uri_get_host (uri), g_uri_get_port (uri));
  flags = g_tls_database_verify_chain (database, certificate,
                                       G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, identity, NULL,
                                       G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  return error == NULL ? flags : G_TLS_CERTIFICATE_GENERIC_ERROR;
}

static gboolean
on_accept_certificate (SoupMessage *message,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags flags,
                       HsTransport *self)
{
  if (!hs_config_get_boolean (self->config, "tls.verify", TRUE)) {
    if (!self->warned)
      g_warning ("tls.verify is false: the gateway's certificate is not checked");
    self->warned = TRUE;
    return TRUE;
  }
  flags = verify_with_own_authority (self, message, certificate, flags);
  g_object_set_data (G_OBJECT (message), "hs-certificate-flags", GUINT_TO_POINTER (flags));
  return flags == 0;
}

/* The system's hundred and more authorities cost 9 MB as soon as anything asks the TLS backend for
 * its default; with an authority of our own nothing needs them. */
static gboolean
choose_authorities (HsTransport *self, GError **error)
{
  const char *path = hs_config_get_string (self->config, "tls.ca");
  g_autoptr (GTlsDatabase) database = NULL;

  if (g_strcmp0 (path, self->authority_path) == 0)
    return TRUE;
  if (path != NULL && path[0] != '\0') {
    database = g_tls_file_database_new (path, error);
    if (database == NULL) {
      g_prefix_error (error, "tls.ca: ");
      return FALSE;
    }
  }
  g_free (self->authority_path);
  self->authority_path = g_strdup (path);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
  return TRUE;
}

static const char *
get_environment (const char *lower, const char *upper)
{
  const char *value = g_getenv (lower);

  return value != NULL ? value : g_getenv (upper);
}

/* Returns: (transfer full) (nullable): NULL when the environment names no proxy */
static GProxyResolver *
create_proxy_resolver (void)
{
  const char *proxy = get_environment ("https_proxy", "HTTPS_PROXY");
  const char *except = get_environment ("no_proxy", "NO_PROXY");
  g_auto (GStrv) ignored =
      g_strsplit (except != NULL ? except : "localhost,127.0.0.0/8,::1", ",", -1);

  if (proxy == NULL)
    proxy = get_environment ("all_proxy", "ALL_PROXY");
  return proxy != NULL ? g_simple_proxy_resolver_new (proxy, ignored) : NULL;
}

/* Left to itself, GIO loads a desktop's settings and libproxy, half a megabyte of it. */
static void
choose_proxy (SoupSession *session)
{
  g_autoptr (GProxyResolver) none = g_simple_proxy_resolver_new (NULL, NULL);
  g_autoptr (GProxyResolver) resolver = create_proxy_resolver ();

  /* Twice, since a session that has no resolver yet takes "none" for its default. */
  soup_session_set_proxy_resolver (session, none);
  soup_session_set_proxy_resolver (session, resolver);
}

static void
hs_transport_dispose (GObject *object)
{
  HsTransport *self = HS_TRANSPORT (object);

  if (self->session != NULL)
    soup_session_abort (self->session);
  /* The choice was the whole process's; the next session must not inherit it. */
  if (self->authority_path != NULL)
    g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
  g_clear_pointer (&self->authority_path, g_free);
  g_clear_object (&self->session);
  g_clear_object (&self->config);
  G_OBJECT_CLASS (hs_transport_parent_class)->dispose (object);
}

static void
hs_transport_class_init (HsTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_transport_dispose;
}

static void
hs_transport_init (HsTransport *self)
{
}

HsTransport *
hs_transport_new (HsConfig *config)
{
  HsTransport *self = g_object_new (HS_TYPE_TRANSPORT, NULL);

  self->config = g_object_ref (config);
  /* The time limits are our own, from HsClock. */
  self->session = soup_session_new_with_options ("max-conns", MAX_CONNECTIONS, "max-conns-per-host",
                                                 MAX_CONNECTIONS, "timeout", 0, "idle-timeout",
                                                 IDLE_TIMEOUT_S, NULL);
  choose_proxy (self->session);
  /* It would answer a 401 by asking again. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  return self;
}

SoupSession *
hs_transport_get_session (HsTransport *self)
{
  return self->session;
}

SoupMessage *
hs_transport_create_message (HsTransport *self, const char *method, const char *url, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, &reason);
  SoupMessage *message;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0') {
    g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "the gateway's address is no URL: %s",
                 reason != NULL ? reason->message : "it names no host");
    return NULL;
  }
  /* Here and not before: loading the TLS backend is for when somebody signs in. */
  if (!choose_authorities (self, error))
    return NULL;
  message = soup_message_new_from_uri (method, uri);
  /* Credentials go where the configuration says, and nowhere else. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_disable_feature (message, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  g_signal_connect_object (message, "accept-certificate", G_CALLBACK (on_accept_certificate), self,
                           0);
  return message;
}

typedef struct {
  GTlsCertificateFlags flag;
  const char *text;
} Objection;

static const Objection objections[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA,
    "it is signed by an authority that is not trusted here (tls.ca)" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "it is for another host name" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet" },
  { G_TLS_CERTIFICATE_EXPIRED, "it has expired" },
  { G_TLS_CERTIFICATE_REVOKED, "it has been revoked" },
  { G_TLS_CERTIFICATE_INSECURE, "its algorithm is not secure" },
  { G_TLS_CERTIFICATE_GENERIC_ERROR, "it cannot be checked" },
};

void
hs_transport_explain (SoupMessage *message, GError *error)
{
  gpointer data = g_object_get_data (G_OBJECT (message), "hs-certificate-flags");
  GTlsCertificateFlags flags = GPOINTER_TO_UINT (data);
  g_autoptr (GString) text = g_string_new (NULL);

  if (error->domain != G_TLS_ERROR || flags == 0)
    return;
  g_string_append_printf (
      text, "the certificate of %s is refused: ", g_uri_get_host (soup_message_get_uri (message)));
  for (guint i = 0; i < G_N_ELEMENTS (objections); i++) {
    if (flags & objections[i].flag)
      g_string_append_printf (text, "%s; ", objections[i].text);
  }
  g_string_truncate (text, text->len - 2);
  g_free (error->message);
  error->message = g_string_free (g_steal_pointer (&text), FALSE);
}
