/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-device-id.h"

#include "base/hs-error.h"

#define HZ_MIN             1.0
#define HZ_MAX             20000.0
#define AMPLITUDE_DB_MIN   -90.0
#define AMPLITUDE_DB_USUAL -12.0
#define LOOP_SUFFIX        "?loop"

void
hs_device_id_clear (HsDeviceId *self)
{
  g_clear_pointer (&self->path, g_free);
}

const char *
hs_device_kind_get_name (HsDeviceKind kind)
{
  switch (kind) {
  case HS_DEVICE_MICROPHONE:
    return "microphone";
  case HS_DEVICE_SPEAKER:
    return "speaker";
  case HS_DEVICE_CAMERA:
    return "camera";
  }
  return "device";
}

/* A number within limits, then @end_of_number or the end. Not a number fails both comparisons. */
static gboolean
read_number (const char **text, double min, double max, char end_of_number, double *number)
{
  char *end;

  *number = g_ascii_strtod (*text, &end);
  if (end == *text || !(*number >= min && *number <= max))
    return FALSE;
  *text = end;
  return *end == '\0' || *end == end_of_number;
}

static gboolean
parse_tone (HsDeviceId *self, const char *text, GError **error)
{
  const char *rest = text + strlen ("tone:");

  self->form = HS_DEVICE_FORM_TONE;
  self->amplitude_db = AMPLITUDE_DB_USUAL;
  if (!read_number (&rest, HZ_MIN, HZ_MAX, '@', &self->hz)) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "deviceId \"%s\": a tone has 1 to 20000 Hz, as in tone:440", text);
    return FALSE;
  }
  if (*rest++ == '\0')
    return TRUE;
  if (!read_number (&rest, AMPLITUDE_DB_MIN, 0.0, '\0', &self->amplitude_db)) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "deviceId \"%s\": a tone has -90 to 0 dBFS, as in tone:440@-12", text);
    return FALSE;
  }
  return TRUE;
}

static gboolean
parse_file (HsDeviceId *self, HsDeviceKind kind, const char *text, GError **error)
{
  self->form = HS_DEVICE_FORM_FILE;
  self->path = g_strdup (text + strlen ("file:"));
  if (kind == HS_DEVICE_MICROPHONE && g_str_has_suffix (self->path, LOOP_SUFFIX)) {
    self->path[strlen (self->path) - strlen (LOOP_SUFFIX)] = '\0';
    self->loop = TRUE;
  }
  if (!g_path_is_absolute (self->path)) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "deviceId \"%s\": the path must be absolute, as in file:/tmp/name.wav", text);
    return FALSE;
  }
  if (kind == HS_DEVICE_SPEAKER && !g_str_has_suffix (self->path, ".wav")) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "deviceId \"%s\": a file to write must end in .wav", text);
    return FALSE;
  }
  return TRUE;
}

static gboolean
parse_socket (HsDeviceId *self, const char *text, GError **error)
{
  self->form = HS_DEVICE_FORM_SOCKET;
  self->path = g_strdup (text + strlen ("pcm:"));
  if (g_path_is_absolute (self->path))
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
               "deviceId \"%s\": the path must be absolute, as in pcm:/tmp/name", text);
  return FALSE;
}

static gboolean
parse_pattern (HsDeviceId *self, const char *text, GError **error)
{
  static const char *const names[] = { "smpte", "snow", "black", "white", "red",
                                       "green", "blue", "ball",  "bar",   NULL };
  const char *name = strchr (text, ':');

  self->form = HS_DEVICE_FORM_PATTERN;
  self->path = g_strdup (name != NULL ? name + 1 : names[0]);
  if (g_strv_contains (names, self->path))
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
               "deviceId \"%s\": there is no such pattern", text);
  return FALSE;
}

gboolean
hs_device_id_parse (HsDeviceId *self, HsDeviceKind kind, const char *text, GError **error)
{
  gboolean is_microphone = kind == HS_DEVICE_MICROPHONE;

  *self = (HsDeviceId){ .form = HS_DEVICE_FORM_MACHINE };
  if (text == NULL || g_str_equal (text, "default"))
    self->form = HS_DEVICE_FORM_DEFAULT;
  else if (is_microphone && g_str_equal (text, "silence"))
    self->form = HS_DEVICE_FORM_SILENCE;
  else if (kind == HS_DEVICE_SPEAKER && g_str_equal (text, "null"))
    self->form = HS_DEVICE_FORM_NULL;
  else if (is_microphone && g_str_has_prefix (text, "tone:"))
    return parse_tone (self, text, error);
  else if (kind == HS_DEVICE_CAMERA &&
           (g_str_equal (text, "pattern") || g_str_has_prefix (text, "pattern:")))
    return parse_pattern (self, text, error);
  else if (g_str_has_prefix (text, "file:"))
    return parse_file (self, kind, text, error);
  else if (kind != HS_DEVICE_CAMERA && g_str_has_prefix (text, "pcm:"))
    return parse_socket (self, text, error);
  return TRUE;
}
