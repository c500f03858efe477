/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-video-recorder.h"

#include "base/hs-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>

typedef struct {
  char *path;
  HsLegPost *post;
  HsLegPostFunc failed;
} Opening;

static void
free_opening (gpointer data)
{
  Opening *opening = data;

  g_free (opening->path);
  hs_leg_post_unref (opening->post);
  g_free (opening);
}

static void
unref_writer (gpointer data)
{
  hs_video_writer_unref (data);
}

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Opening *opening = data;
  gboolean webm = g_str_has_suffix (opening->path, ".webm");
  int file = g_open (opening->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0600);
  GError *error = NULL;
  HsVideoWriter *writer;

  if (file < 0) {
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s: %s", opening->path,
                             g_strerror (errno));
    return;
  }
  writer = hs_video_writer_new (opening->path, file,
                                webm ? HS_VIDEO_WRITER_WEBM : HS_VIDEO_WRITER_MATROSKA,
                                opening->post, opening->failed, &error);
  if (writer != NULL)
    g_task_return_pointer (task, writer, unref_writer);
  else
    g_task_return_error (task, error);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsLegQueue *queue = g_task_get_task_data (task);
  GError *error = NULL;
  HsVideoWriter *writer = g_task_propagate_pointer (G_TASK (result), &error);

  if (writer != NULL)
    g_task_return_pointer (task, writer, unref_writer);
  else
    g_task_return_error (task, error);
  hs_leg_queue_end_leaving (queue);
}

void
hs_video_recorder_open_async (const char *path,
                              HsLegQueue *queue,
                              HsLegPost *post,
                              HsLegPostFunc failed,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Opening *opening = g_new0 (Opening, 1);
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (GTask) work = g_task_new (NULL, NULL, on_opened, task);

  opening->path = g_strdup (path);
  opening->post = hs_leg_post_ref (post);
  opening->failed = failed;
  g_task_set_source_tag (task, hs_video_recorder_open_async);
  g_task_set_task_data (task, g_object_ref (queue), g_object_unref);
  hs_leg_queue_begin_leaving (queue);
  g_task_set_source_tag (work, open_in_thread);
  g_task_set_task_data (work, opening, free_opening);
  g_task_run_in_thread (work, open_in_thread);
}

HsVideoWriter *
hs_video_recorder_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
