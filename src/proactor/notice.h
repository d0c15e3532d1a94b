/* notice.h: the proactor's own task: PN_PROACTOR_TIMEOUT, _INTERRUPT and _INACTIVE. */
#ifndef BARYON_PROACTOR_NOTICE_H
#define BARYON_PROACTOR_NOTICE_H

#include "proactor/task.h"
#include <proton/types.h>

/* It is there for as long as the proactor. False: no memory. */
bool pni_notice_begin(pn_proactor_t *proactor);

/* Post one of the three bits. */
void pni_notice_post(pn_proactor_t *proactor, unsigned bit);

extern const pn_class_t pni_proactor_class;

#endif
