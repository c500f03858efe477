/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-peer-private.h"

#include <string.h>

static const char *const kind_names[] = { "audio", "video" };

static GString *
begin_sdp (const char *name, const char *session_id)
{
  GString *text = g_string_new ("v=0\r\n");

  g_string_append_printf (text, "o=- %s 1 IN IP4 127.0.0.1\r\ns=%s\r\nt=0 0\r\n", session_id, name);
  return text;
}

static void
append_section (GString *text, HsMediaKind kind, guint mid, const char *direction)
{
  g_string_append_printf (text,
                          "m=%s 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 127.0.0.1\r\na=mid:%u\r\n"
                          "a=setup:actpass\r\na=%s\r\n",
                          kind_names[kind], mid, direction);
}

char *
hs_fake_sdp_new (const char *name, const char *session_id, const char *const *directions)
{
  GString *text = begin_sdp (name, session_id);

  for (guint i = 0; directions[i] != NULL; i++) {
    g_assert (i < MAX_SECTIONS);
    append_section (text, (HsMediaKind) i, i, directions[i]);
  }
  return g_string_free (text, FALSE);
}

guint
hs_fake_sdp_count_sections (const char *sdp)
{
  guint count = 0;

  for (const char *m = strstr (sdp, "\nm="); m != NULL; m = strstr (m + 1, "\nm="))
    count++;
  return count;
}

/* Whether the far end sends in the section of this kind. */
gboolean
hs_fake_sdp_sends (const char *sdp, const char *kind)
{
  g_autofree char *line = g_strdup_printf ("\nm=%s", kind);
  const char *begin = strstr (sdp, line);
  const char *end = begin != NULL ? strstr (begin + 1, "\nm=") : NULL;
  g_autofree char *section = NULL;

  if (begin == NULL)
    return FALSE;
  section = g_strndup (begin, end != NULL ? (gsize) (end - begin) : strlen (begin));
  return strstr (section, "a=sendrecv") != NULL || strstr (section, "a=sendonly") != NULL;
}

static gboolean
has_section (HsFakePeer *self, HsMediaKind kind)
{
  for (guint i = 0; i < self->n_sections; i++) {
    if (self->sections[i] == kind)
      return TRUE;
  }
  return FALSE;
}

void
hs_fake_peer_add_section (HsFakePeer *self, HsMediaKind kind)
{
  if (!has_section (self, kind))
    self->sections[self->n_sections++] = kind;
}

/* Sections stay for the life of a call, and an offer may bring new ones. */
void
hs_fake_peer_learn_sections (HsFakePeer *self, const char *sdp)
{
  for (const char *m = strstr (sdp, "\nm="); m != NULL; m = strstr (m + 1, "\nm="))
    hs_fake_peer_add_section (self,
                              g_str_has_prefix (m, "\nm=audio") ? HS_MEDIA_AUDIO : HS_MEDIA_VIDEO);
}

static gboolean
is_sent (HsFakePeer *self, HsMediaKind kind)
{
  for (guint i = 0; i < self->local->len; i++) {
    HsTrack *track = self->local->pdata[i];

    if (track->kind == kind &&
        !g_ptr_array_find_with_equal_func (self->leaving, track->id, g_str_equal, NULL))
      return TRUE;
  }
  return FALSE;
}

char *
hs_fake_peer_describe (HsFakePeer *self, const char *what)
{
  g_autofree char *name = g_strdup_printf ("%s-%u", what, ++self->factory->last_description);
  GString *text = begin_sdp (name, "100");

  for (guint i = 0; i < self->n_sections; i++)
    append_section (text, self->sections[i], i,
                    self->held                          ? "inactive"
                    : is_sent (self, self->sections[i]) ? "sendrecv"
                                                        : "recvonly");
  g_free (self->local_sdp);
  self->local_sdp = g_string_free (text, FALSE);
  return g_strdup (self->local_sdp);
}
