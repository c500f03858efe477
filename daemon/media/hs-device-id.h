/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-devices.h"

G_BEGIN_DECLS

/* What the text of a device id says, before any hardware is asked. */
typedef enum {
  HS_DEVICE_FORM_DEFAULT,
  HS_DEVICE_FORM_SILENCE,
  HS_DEVICE_FORM_NULL,
  HS_DEVICE_FORM_TONE,
  HS_DEVICE_FORM_FILE,
  HS_DEVICE_FORM_SOCKET,
  HS_DEVICE_FORM_PATTERN,
  HS_DEVICE_FORM_MACHINE, /* anything else: the list of devices knows */
} HsDeviceForm;

typedef struct {
  HsDeviceForm form;
  double hz;
  double amplitude_db;
  char *path; /* of a file or a socket; of a pattern its name */
  gboolean loop;
} HsDeviceId;

void hs_device_id_clear (HsDeviceId *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HsDeviceId, hs_device_id_clear)

/* @text: (nullable): NULL is the default
 * @error: HS_CALL_ERROR_INVALID_PARAM naming @text and what is wrong with it */
gboolean hs_device_id_parse (HsDeviceId *self, HsDeviceKind kind, const char *text, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* "microphone", "speaker", "camera". */
const char *hs_device_kind_get_name (HsDeviceKind kind);

G_END_DECLS
