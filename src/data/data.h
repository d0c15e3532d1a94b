/* data.h: what the layers above use of pn_data_t beyond its public API. */
#ifndef BARYON_DATA_DATA_H
#define BARYON_DATA_DATA_H

#include "wire/reader.h"
#include "wire/writer.h"
#include <proton/codec.h>

/* Whether any call may have altered the tree since it was made or pni_data_mark_unchanged was called: every put, fill,
 * copy, append, decode and clear counts, moving about and reading do not. */
bool pni_data_changed(const pn_data_t *data);
void pni_data_mark_unchanged(pn_data_t *data);

/* Append one encoded value to the tree, as pn_data_decode does; the reader is behind it then. A fault is described in
 * the reader and set as the data's error. */
PNI_NODISCARD pni_status pni_data_read(pn_data_t *data, struct pni_reader *reader);

/* Write all values of the tree, from its root on, whatever the current node; the cursor is left where it was. */
PNI_NODISCARD pni_status pni_data_write(pn_data_t *data, struct pni_writer *writer);

/* Write the current value alone, with all that is in it; it is one of the outermost. */
PNI_NODISCARD pni_status pni_data_write_current(pn_data_t *data, struct pni_writer *writer);

/* Empty a tree, reset its error, and let `fill` put its values when somebody first looks for one or puts one himself: its
 * owner then pays for a tree that nobody looks into with no more than this call. What fill puts is no change; the cursor is
 * at the start. When fill fails, the tree is empty and has the error. Clearing the tree forgets the promise; a tree has one
 * owner, which gives the same fill and context each time. */
typedef pni_status pni_data_fill(pn_data_t *data, void *context);
void pni_data_defer(pn_data_t *data, pni_data_fill *fill, void *context);

/* Fill the tree now, if that is still to be done: before what fill needs goes away. */
void pni_data_settle_now(pn_data_t *data);

#endif
