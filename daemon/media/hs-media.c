/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-media.h"

#include "base/hs-error.h"
#include "hs-webrtc-peer.h"

#include <gst/gst.h>
#include <openssl/crypto.h>

/* Four transports connect at a time; one that has had three seconds makes room for the next. */
#define CONNECTING_LEGS 4
#define TICKET_MS       3000

/* How long the disk may stand still before other files of sockets are looked at meanwhile. */
#define DISK_PATIENCE_MS 15000

struct _HsMedia {
  GObject parent;

  HsClock *clock;
  HsConfig *config;
  HsDevices *devices;
  HsAudioEngine *engine;
  HsVideoEngine *video_engine;
  HsLegQueue *queue;
  HsAudioWorker *video_socket_worker;
  GPtrArray *sdp_handlers;
  HsIceCheck *ice_check; /* nullable */

  gboolean warm;
  gboolean warming;
  GPtrArray *waiting;  /* (element-type GTask): who wants to know of the end */
  GPtrArray *settling; /* (element-type GTask): who waits for all threads */
};

static HsPeer *
media_create_peer (HsPeerFactory *factory, const HsPeerOptions *options)
{
  return hs_webrtc_peer_new (HS_MEDIA (factory), options);
}

static void
hs_media_init_factory (HsPeerFactoryInterface *iface)
{
  iface->create_peer = media_create_peer;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsMedia,
                               hs_media,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_PEER_FACTORY, hs_media_init_factory))

/* --- warming up --- */

/* What every call needs. The first DTLS element makes an RSA key, which takes longer than all the
 * rest. */
static const char *const always_used[] = {
  "webrtcbin",   "nicesrc", "nicesink", "dtlsdec",    "dtlsenc",      "dtlssrtpdec",
  "dtlssrtpenc", "srtpdec", "srtpenc",  "appsrc",     "appsink",      "capsfilter",
  "fakesink",    "opusenc", "opusdec",  "rtpopuspay", "rtpopusdepay",
};

/* What some calls need; loaded in a moment, and until then memory that nobody uses. */
static const char *const sometimes_used[] = {
  "audioconvert", "audioresample", "mulawenc", "mulawdec",   "rtppcmupay",
  "rtppcmudepay", "alawenc",       "alawdec",  "rtppcmapay", "rtppcmadepay",
};

static gboolean
miss (const char *name, GError **error)
{
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INIT_MEDIA_FAILED,
               "GStreamer's element %s is missing", name);
  return FALSE;
}

static gboolean
make_once (const char *name, GError **error)
{
  GstElement *element = gst_element_factory_make (name, NULL);

  if (element == NULL)
    return miss (name, error);
  gst_object_ref_sink (element);
  gst_object_unref (element);
  return TRUE;
}

static gboolean
look_for (const char *name, GError **error)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL || miss (name, error);
}

static gboolean
prepare_elements (GError **error)
{
  gboolean complete = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (sometimes_used) && complete; i++)
    complete = look_for (sometimes_used[i], error);
  for (gsize i = 0; i < G_N_ELEMENTS (always_used) && complete; i++)
    complete = make_once (always_used[i], error);
  return complete;
}

static void
warm_up_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  gboolean complete = gst_init_check (NULL, NULL, &error) && prepare_elements (&error);

  /* The thread goes back to a pool and would keep what OpenSSL has put down for it. */
  OPENSSL_thread_stop ();
  if (complete)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* --- settling --- */

static void
check_settled (HsMedia *self)
{
  g_autoptr (GPtrArray) settling = NULL;

  if (self->warming || hs_leg_queue_count_leaving (self->queue) > 0)
    return;
  settling = g_steal_pointer (&self->settling);
  self->settling = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < settling->len; i++)
    g_task_return_boolean (settling->pdata[i], TRUE);
}

void
hs_media_settle_async (HsMedia *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_media_settle_async);
  g_ptr_array_add (self->settling, task);
  check_settled (self);
}

gboolean
hs_media_settle_finish (HsMedia *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_warmed_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HsMedia *self = HS_MEDIA (source);
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);
  g_autoptr (GError) error = NULL;

  self->warming = FALSE;
  self->warm = g_task_propagate_boolean (G_TASK (result), &error);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++) {
    if (self->warm)
      g_task_return_boolean (waiting->pdata[i], TRUE);
    else
      g_task_return_error (waiting->pdata[i], g_error_copy (error));
  }
  check_settled (self);
}

void
hs_media_warm_up_async (HsMedia *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) work = NULL;

  g_task_set_source_tag (task, hs_media_warm_up_async);
  if (self->warm) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  if (self->warming)
    return;
  self->warming = TRUE;
  work = g_task_new (self, NULL, on_warmed_up, NULL);
  g_task_set_source_tag (work, warm_up_in_thread);
  g_task_run_in_thread (work, warm_up_in_thread);
}

gboolean
hs_media_warm_up_finish (HsMedia *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
hs_media_is_warm (HsMedia *self)
{
  return self->warm;
}

/* --- life --- */

static void
hs_media_dispose (GObject *object)
{
  HsMedia *self = HS_MEDIA (object);

  if (self->devices != NULL)
    hs_devices_close (self->devices);
  g_clear_object (&self->engine);
  g_clear_object (&self->video_engine);
  g_clear_object (&self->devices);
  g_clear_object (&self->queue);
  g_clear_pointer (&self->video_socket_worker, hs_audio_worker_unref);
  g_clear_object (&self->clock);
  g_clear_object (&self->config);
  g_clear_pointer (&self->sdp_handlers, g_ptr_array_unref);
  g_clear_object (&self->ice_check);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_pointer (&self->settling, g_ptr_array_unref);
  G_OBJECT_CLASS (hs_media_parent_class)->dispose (object);
}

static void
hs_media_class_init (HsMediaClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_media_dispose;
}

static void
hs_media_init (HsMedia *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->settling = g_ptr_array_new_with_free_func (g_object_unref);
  self->sdp_handlers = g_ptr_array_new_with_free_func (g_object_unref);
}

HsMedia *
hs_media_new (HsClock *clock, HsConfig *config)
{
  HsMedia *self = g_object_new (HS_TYPE_MEDIA, NULL);

  self->clock = g_object_ref (clock);
  self->config = g_object_ref (config);
  self->devices = hs_devices_new (config);
  self->engine = hs_audio_engine_new (clock, self->devices);
  self->queue = hs_leg_queue_new (clock, CONNECTING_LEGS, TICKET_MS);
  self->video_socket_worker = hs_audio_worker_new (1, DISK_PATIENCE_MS);
  self->video_engine = hs_video_engine_new (self->devices, config, self->queue);
  g_signal_connect_object (self->queue, "settled", G_CALLBACK (check_settled), self,
                           G_CONNECT_SWAPPED);
  return self;
}

HsClock *
hs_media_get_clock (HsMedia *self)
{
  return self->clock;
}

HsConfig *
hs_media_get_config (HsMedia *self)
{
  return self->config;
}

HsDevices *
hs_media_get_devices (HsMedia *self)
{
  return self->devices;
}

HsAudioEngine *
hs_media_get_audio_engine (HsMedia *self)
{
  return self->engine;
}

HsVideoEngine *
hs_media_get_video_engine (HsMedia *self)
{
  return self->video_engine;
}

HsLegQueue *
hs_media_get_leg_queue (HsMedia *self)
{
  return self->queue;
}

HsAudioWorker *
hs_media_get_video_socket_worker (HsMedia *self)
{
  return self->video_socket_worker;
}

void
hs_media_set_sdp_handlers (HsMedia *self, GPtrArray *handlers)
{
  g_ptr_array_unref (self->sdp_handlers);
  self->sdp_handlers = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; handlers != NULL && i < handlers->len; i++)
    g_ptr_array_add (self->sdp_handlers, g_object_ref (handlers->pdata[i]));
}

GPtrArray *
hs_media_dup_sdp_handlers (HsMedia *self)
{
  /* Lists are replaced, never changed. */
  return g_ptr_array_ref (self->sdp_handlers);
}

void
hs_media_set_ice_check (HsMedia *self, HsIceCheck *check)
{
  g_set_object (&self->ice_check, check);
}

HsIceCheck *
hs_media_get_ice_check (HsMedia *self)
{
  return self->ice_check;
}
