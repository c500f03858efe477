/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-mailbox.h"

typedef struct {
  HsSandboxMailbox *mailbox;
  HsSandboxStep step;
  GstWebRTCSessionDescription *description; /* or NULL */
  GError *error;                            /* or NULL */
} Letter;

static void
mailbox_clear (gpointer data)
{
  hs_sandbox_track_unref (((HsSandboxMailbox *) data)->track);
}

HsSandboxMailbox *
hs_sandbox_mailbox_new (HsSandboxConnection *connection, HsSandboxTrack *track)
{
  HsSandboxMailbox *mailbox = g_atomic_rc_box_new0 (HsSandboxMailbox);

  mailbox->connection = connection;
  mailbox->track = hs_sandbox_track_ref (track);
  return mailbox;
}

HsSandboxMailbox *
hs_sandbox_mailbox_ref (HsSandboxMailbox *mailbox)
{
  return g_atomic_rc_box_acquire (mailbox);
}

void
hs_sandbox_mailbox_unref (HsSandboxMailbox *mailbox)
{
  g_atomic_rc_box_release_full (mailbox, mailbox_clear);
}

void
hs_sandbox_mailbox_close (HsSandboxMailbox *mailbox)
{
  mailbox->connection = NULL;
}

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  hs_sandbox_mailbox_unref (letter->mailbox);
  g_clear_pointer (&letter->description, gst_webrtc_session_description_free);
  g_clear_error (&letter->error);
  g_free (letter);
}

static gboolean
on_letter (gpointer data)
{
  Letter *letter = data;

  if (letter->mailbox->connection != NULL)
    letter->step (letter->mailbox->connection, letter->description, letter->error);
  return G_SOURCE_REMOVE;
}

void
hs_sandbox_mailbox_post (HsSandboxMailbox *mailbox,
                         HsSandboxStep step,
                         GstWebRTCSessionDescription *description,
                         GError *error)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->mailbox = hs_sandbox_mailbox_ref (mailbox);
  letter->step = step;
  letter->description = description;
  letter->error = error;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_letter, letter, letter_free);
}
