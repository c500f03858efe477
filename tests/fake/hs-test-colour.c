/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-test-colour.h"

const HsTestColour hs_test_red = { "pattern:red", 81, 90, 240 };
const HsTestColour hs_test_blue = { "pattern:blue", 41, 240, 110 };
const HsTestColour hs_test_green = { "pattern:green", 145, 54, 34 };
const HsTestColour hs_test_black = { "pattern:black", 16, 128, 128 };

gboolean
hs_test_colour_is_near (const HsTestColour *self, int y, int u, int v, int tolerance)
{
  return ABS (self->y - y) < tolerance && ABS (self->u - u) < tolerance &&
         ABS (self->v - v) < tolerance;
}
