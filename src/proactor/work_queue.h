/* work_queue.h: pn_work_queue_t inside. */
#ifndef BARYON_PROACTOR_WORK_QUEUE_H
#define BARYON_PROACTOR_WORK_QUEUE_H

#include <proton/types.h>

struct pni_work_queue;

#endif
