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

/* A tree's values that are still to come: its owner, which knows them, calls pni_data_defer(), and they are put when
 * somebody looks for them, or puts one himself. Whoever looks into few of his trees then pays little for the others. */
struct pni_deferral {
  /* The encoded value, checked, if there is exactly one; else no bytes. */
  pn_bytes_t (*only)(struct pni_deferral *deferral, const pn_data_t *data);
  /* Put all values, if there is not exactly one. */
  pni_status (*fill)(struct pni_deferral *deferral, pn_data_t *data);
  /* The values could not be put: the tree, which has the error, is empty. */
  void (*failed)(struct pni_deferral *deferral, pn_data_t *data);
  /* Set when a tree is no longer as pni_data_defer() left it, because somebody looked, put or cleared. */
  bool touched;
};

/* Empty a tree, reset its error, and let its values come later. This is no change, nor are the values that come: see
 * pni_data_changed(). Each time the same deferral, which has to live until the tree is settled or gone. */
void pni_data_defer(pn_data_t *data, struct pni_deferral *deferral);

/* Let the values come now, if they are still to come: before what `fill` needs goes away. */
void pni_data_settle_now(pn_data_t *data);

/* Empty a tree and reset its error, which is no change. */
void pni_data_reset(pn_data_t *data);

/* Rewind a tree, and say whether it was changed: 0 if not, else PNI_DATA_CHANGED with the pn_type_t of the first of its
 * outermost values, if there is one, and with PNI_DATA_SEVERAL if others follow. */
enum { PNI_DATA_TYPE = 0xff, PNI_DATA_CHANGED = 0x100, PNI_DATA_SEVERAL = 0x200 };
unsigned pni_data_rewind_changed(pn_data_t *data);

#endif
