/* limits.h: the budgets of spec/limits.def as constants. */
#ifndef BARYON_WIRE_LIMITS_H
#define BARYON_WIRE_LIMITS_H

#define LIMIT(name, value, what) PNI_LIMIT_##name = (value),
enum {
#include "spec/limits.def"
};
#undef LIMIT

#endif
