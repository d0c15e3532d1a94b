/* mechanism.h: names of SASL mechanisms, and lists of them with spaces between. */
#ifndef BARYON_LAYERS_MECHANISM_H
#define BARYON_LAYERS_MECHANISM_H

#include "base/status.h"
#include "base/text.h"
#include <proton/types.h>

/* Take the next name off a list; false at its end. */
bool pni_mechanism_next(const char **list, pn_bytes_t *name);

/* Whether a list has a name, in any case, or just as it is. */
bool pni_mechanism_listed(const char *list, pn_bytes_t name);
bool pni_mechanism_offered(const char *list, pn_bytes_t name);

/* Whether it is that name, in any case. */
bool pni_mechanism_is(pn_bytes_t name, const char *other);

/* Whether what a peer sent can stand in a list: some octets, all of them printable and none of them a
 * space. */
bool pni_mechanism_valid(pn_bytes_t name);

/* The mechanisms that a server's frame lists, those with a name that cannot stand in a list left out.
 * `symbols` is the encoded field, checked. More than PNI_LIMIT_SASL_MECHANISMS are PNI_OVERFLOW. */
struct pni_sasl_offer {
  pn_bytes_t symbols;
  bool (*wanted)(void *context, pn_bytes_t name); /* others are left out, too */
  void *context;
};
PNI_NODISCARD pni_status pni_mechanisms_read(const struct pni_sasl_offer *offer, struct pni_text *list);

/* The encoded field for a list. Returns its size, 0 if it does not fit. */
size_t pni_mechanisms_write(const char *list, uint8_t *symbols, size_t capacity);

/* PLAIN's message: whom to act as, who one is, and the password, with NULs between. [RFC 4616] */
struct pni_plain {
  pn_bytes_t authorization; /* may be empty */
  pn_bytes_t user, password;
};

/* Take a message apart; false if it is not one. The bytes point into it. */
bool pni_plain_read(pn_bytes_t message, struct pni_plain *plain);

#endif
