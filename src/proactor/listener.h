/* listener.h: a listener as a task. */
#ifndef BARYON_PROACTOR_LISTENER_H
#define BARYON_PROACTOR_LISTENER_H

#include "proactor/task.h"
#include <proton/listener.h>

extern const pn_class_t pni_listener_class;

/* The task's object as a listener, or NULL. */
pn_listener_t *pni_task_listener(struct pni_task *task);

#endif
