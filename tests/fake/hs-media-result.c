/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-media-result.h"

void
hs_media_result_on_done (HsSandboxMedia *media,
                         const char *answer,
                         const GError *error,
                         gpointer user_data)
{
  HsMediaResult *result = user_data;

  result->n_calls++;
  result->answer = g_strdup (answer);
  result->error = error != NULL ? g_error_copy (error) : NULL;
}

void
hs_media_result_clear (HsMediaResult *self)
{
  g_clear_pointer (&self->answer, g_free);
  g_clear_error (&self->error);
  self->n_calls = 0;
}

gboolean
hs_media_result_is_done (gpointer user_data)
{
  return ((HsMediaResult *) user_data)->n_calls > 0;
}

HsSandboxMedia *
hs_media_result_answer (HsSandboxMediaKind kind, const char *offer, HsMediaResult *result)
{
  HsSandboxMedia *media = hs_sandbox_media_new (kind, offer, hs_media_result_on_done, result);

  g_assert_cmpuint (result->n_calls, ==, 0);
  hs_fake_wait_until (hs_media_result_is_done, result);
  g_assert_cmpuint (result->n_calls, ==, 1);
  return media;
}

void
hs_media_result_update (HsSandboxMedia *media, const char *offer, HsMediaResult *result)
{
  hs_media_result_clear (result);
  hs_sandbox_media_update (media, offer, hs_media_result_on_done, result);
  g_assert_cmpuint (result->n_calls, ==, 0);
  hs_fake_wait_until (hs_media_result_is_done, result);
}

HsFakeCaller *
hs_media_result_connect (HsSandboxMediaKind kind,
                         const char *formats,
                         HsSandboxMedia **media,
                         HsMediaResult *result)
{
  HsFakeCaller *caller = hs_fake_caller_new (formats);
  g_autofree char *offer = hs_fake_caller_offer (caller);

  *media = hs_media_result_answer (kind, offer, result);
  g_assert_no_error (result->error);
  hs_fake_caller_take_answer (caller, result->answer);
  hs_fake_wait_until (hs_fake_caller_is_connected, caller);
  return caller;
}
