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

#endif
