/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Luma and chroma of plain pictures, as videotestsrc paints them for @device. */
typedef struct {
  const char *device;
  int y;
  int u;
  int v;
} HsTestColour;

extern const HsTestColour hs_test_red;
extern const HsTestColour hs_test_blue;
extern const HsTestColour hs_test_green;
extern const HsTestColour hs_test_black;

/* Whether each component differs by less than @tolerance. */
gboolean hs_test_colour_is_near (const HsTestColour *self, int y, int u, int v, int tolerance);

G_END_DECLS
