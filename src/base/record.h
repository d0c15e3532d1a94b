/* record.h: values of the application's under keys, kept with an object.
 *
 * An object embeds a pointer that is NULL until somebody asks for the record, and hands out pni_record_lazy(); it drops the
 * record with pn_decref() when its own memory goes. The functions of <proton/object.h> accept NULL for a record that could
 * not be made: it has no keys. Used by the thread that owns the object. */
#ifndef BARYON_BASE_RECORD_H
#define BARYON_BASE_RECORD_H

#include <proton/object.h>

/* The record in a place, made if there is none yet; NULL when there is no memory. */
pn_record_t *pni_record_lazy(pn_record_t **place);

#endif
