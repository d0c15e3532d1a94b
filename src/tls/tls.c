/* tls.c: a session of <proton/tls.h>: its life, its buffers, and what it knows about the peer. process.c moves octets. */
#include "tls/tls.h"

#include <proton/error.h>
#include <stdlib.h>
#include <string.h>

pn_tls_t *pn_tls(pn_tls_config_t *config) {
  pn_tls_t *const tls = config ? calloc(1, sizeof *tls) : NULL;
  if (!tls) return NULL;
  tls->context = pni_tls_domain_context((struct pni_tls_domain *)config);
  if (tls->context) return tls;
  free(tls);
  return NULL;
}

void pn_tls_free(pn_tls_t *tls) {
  if (!tls) return;
  pni_tls_free(tls->session);
  pni_tls_context_decref(tls->context);
  pni_buffer_clear(&tls->pending);
  pni_ring_free(&tls->encrypt.in);
  pni_ring_free(&tls->encrypt.out);
  pni_ring_free(&tls->decrypt.in);
  pni_ring_free(&tls->decrypt.out);
  free(tls->host);
  free(tls);
}

int pn_tls_start(pn_tls_t *tls) {
  if (tls->session || tls->stopped) return PN_ARG_ERR;
  struct pni_ring *const rings[] = {&tls->encrypt.in, &tls->encrypt.out, &tls->decrypt.in, &tls->decrypt.out};
  for (size_t i = 0; i < sizeof rings / sizeof rings[0]; i++) {
    if (!rings[i]->buffers && pni_ring_begin(rings[i]) != PNI_OK) return PN_OUT_OF_MEMORY;
  }
  tls->session = pni_tls(tls->context, tls->host, NULL);
  if (!tls->session) return PN_OUT_OF_MEMORY;
  struct pni_tls_input nothing = {NULL, 0};
  if (pni_tls_handshake(tls->session, &nothing, &tls->pending) != PNI_OK) tls->error = PN_TLS_PROTOCOL_ERR;
  return 0;
}

int pn_tls_stop(pn_tls_t *tls) {
  if (tls->stopped) return PN_ARG_ERR;
  tls->stopped = true;
  pni_ring_end(&tls->encrypt.in);
  pni_ring_end(&tls->encrypt.out);
  pni_ring_end(&tls->decrypt.in);
  pni_ring_end(&tls->decrypt.out);
  return 0;
}

void pn_tls_close_output(pn_tls_t *tls) { tls->closing = true; }

/* Buffers. */

static bool encrypts(const pn_tls_t *tls) { return pni_tls_runs(tls) && tls->error == 0 && !tls->closing; }
static bool decrypts(const pn_tls_t *tls) {
  return pni_tls_runs(tls) && tls->error == 0 && !pni_tls_finished(tls->session);
}

static void set_capacity(pn_tls_t *tls, struct pni_ring *ring, size_t capacity) {
  if (!tls->session) ring->capacity = capacity;
}

static uint32_t last_size(const struct pni_ring *ring) {
  return pni_ring_last(ring) ? pni_ring_last(ring)->size : 0;
}

void pn_tls_set_encrypt_input_buffer_max_capacity(pn_tls_t *tls, size_t capacity) {
  set_capacity(tls, &tls->encrypt.in, capacity);
}
void pn_tls_set_decrypt_input_buffer_max_capacity(pn_tls_t *tls, size_t capacity) {
  set_capacity(tls, &tls->decrypt.in, capacity);
}
void pn_tls_set_encrypt_output_buffer_max_capacity(pn_tls_t *tls, size_t capacity) {
  set_capacity(tls, &tls->encrypt.out, capacity);
}
void pn_tls_set_decrypt_output_buffer_max_capacity(pn_tls_t *tls, size_t capacity) {
  set_capacity(tls, &tls->decrypt.out, capacity);
}

size_t pn_tls_get_encrypt_input_buffer_capacity(pn_tls_t *tls) {
  return encrypts(tls) ? pni_ring_room(&tls->encrypt.in) : 0;
}
size_t pn_tls_get_decrypt_input_buffer_capacity(pn_tls_t *tls) {
  return decrypts(tls) ? pni_ring_room(&tls->decrypt.in) : 0;
}
size_t pn_tls_get_encrypt_output_buffer_capacity(pn_tls_t *tls) { return pni_ring_room(&tls->encrypt.out); }
size_t pn_tls_get_decrypt_output_buffer_capacity(pn_tls_t *tls) { return pni_ring_room(&tls->decrypt.out); }

size_t pn_tls_give_encrypt_input_buffers(pn_tls_t *tls, pn_raw_buffer_t const *buffers, size_t count) {
  return encrypts(tls) ? pni_ring_give(&tls->encrypt.in, buffers, count, false) : 0;
}
size_t pn_tls_give_decrypt_input_buffers(pn_tls_t *tls, pn_raw_buffer_t const *buffers, size_t count) {
  return decrypts(tls) ? pni_ring_give(&tls->decrypt.in, buffers, count, false) : 0;
}
size_t pn_tls_give_encrypt_output_buffers(pn_tls_t *tls, pn_raw_buffer_t const *buffers, size_t count) {
  return pni_tls_runs(tls) ? pni_ring_give(&tls->encrypt.out, buffers, count, true) : 0;
}
size_t pn_tls_give_decrypt_output_buffers(pn_tls_t *tls, pn_raw_buffer_t const *buffers, size_t count) {
  return pni_tls_runs(tls) ? pni_ring_give(&tls->decrypt.out, buffers, count, true) : 0;
}

size_t pn_tls_take_encrypt_input_buffers(pn_tls_t *tls, pn_raw_buffer_t *buffers, size_t count) {
  return pni_ring_take(&tls->encrypt.in, buffers, count);
}
size_t pn_tls_take_decrypt_input_buffers(pn_tls_t *tls, pn_raw_buffer_t *buffers, size_t count) {
  return pni_ring_take(&tls->decrypt.in, buffers, count);
}
size_t pn_tls_take_encrypt_output_buffers(pn_tls_t *tls, pn_raw_buffer_t *buffers, size_t count) {
  return pni_ring_take(&tls->encrypt.out, buffers, count);
}
size_t pn_tls_take_decrypt_output_buffers(pn_tls_t *tls, pn_raw_buffer_t *buffers, size_t count) {
  return pni_ring_take(&tls->decrypt.out, buffers, count);
}

size_t pn_tls_get_encrypt_output_buffer_count(pn_tls_t *tls) { return tls->encrypt.out.ready; }
size_t pn_tls_get_decrypt_output_buffer_count(pn_tls_t *tls) { return tls->decrypt.out.ready; }
uint32_t pn_tls_get_last_encrypt_output_buffer_size(pn_tls_t *tls) { return last_size(&tls->encrypt.out); }
uint32_t pn_tls_get_last_decrypt_output_buffer_size(pn_tls_t *tls) { return last_size(&tls->decrypt.out); }

/* State. */

bool pn_tls_is_secure(pn_tls_t *tls) {
  return pni_tls_runs(tls) && tls->error == 0 && pni_tls_secure(tls->session);
}

bool pn_tls_is_input_closed(pn_tls_t *tls) { return tls->session && pni_tls_finished(tls->session); }

int pn_tls_get_session_error(pn_tls_t *tls) { return tls->error; }

size_t pn_tls_get_session_error_string(pn_tls_t *tls, char *buf, size_t buf_len) {
  if (!buf || buf_len == 0 || tls->error == 0) return 0;
  const char *const why = pni_tls_error(tls->session);
  const char *const text = why ? why : "the peer ended the TLS handshake";
  const size_t length = strlen(text), part = length < buf_len ? length : buf_len - 1;
  memcpy(buf, text, part);
  buf[part] = '\0';
  return part;
}

/* The peer. */

int pn_tls_set_peer_hostname(pn_tls_t *tls, const char *hostname) {
  if (!tls) return PN_TLS_INIT_ERR;
  char *const copy = hostname ? strdup(hostname) : NULL;
  if (hostname && !copy) return PN_ERR;
  free(tls->host);
  tls->host = copy;
  return 0;
}

int pn_tls_get_peer_hostname(pn_tls_t *tls, char *hostname, size_t *bufsize) {
  if (!tls) return PN_TLS_INIT_ERR;
  const char *const host = tls->host ? tls->host : "";
  const size_t room = *bufsize, length = strlen(host);
  *bufsize = length;
  if (!hostname) return 0;
  if (length >= room) return tls->host ? PN_TLS_INIT_ERR : 0;
  memcpy(hostname, host, length + 1);
  return 0;
}

static bool give(const char *name, const char **text, size_t *size) {
  *text = name;
  *size = name ? strlen(name) : 0;
  return name != NULL;
}

bool pn_tls_get_cipher(pn_tls_t *tls, const char **cipher, size_t *size) {
  return give(tls->session ? pni_tls_cipher(tls->session) : NULL, cipher, size);
}

bool pn_tls_get_protocol_version(pn_tls_t *tls, const char **version, size_t *size) {
  return give(tls->session ? pni_tls_version(tls->session) : NULL, version, size);
}

bool pn_tls_get_alpn_protocol(pn_tls_t *tls, const char **protocol_name, size_t *size) {
  *protocol_name = NULL;
  *size = 0;
  return tls->session && pni_tls_protocol(tls->session, protocol_name, size);
}

int pn_tls_get_ssf(pn_tls_t *tls) { return tls->session ? pni_tls_strength(tls->session) : 0; }

const char *pn_tls_get_remote_subject(pn_tls_t *tls) {
  return tls->session ? pni_tls_subject(tls->session) : NULL;
}

const char *pn_tls_get_remote_subject_subfield(pn_tls_t *tls, pn_tls_cert_subject_subfield field) {
  return tls->session ? pni_tls_subject_field(tls->session, (int)field) : NULL;
}

int pn_tls_get_cert_fingerprint(
    pn_tls_t *tls, char *fingerprint, size_t fingerprint_length, pn_tls_hash_alg hash_alg) {
  if (fingerprint_length > 0) fingerprint[0] = '\0';
  if (!tls->session) return PN_ERR;
  return pni_tls_fingerprint(tls->session, fingerprint, fingerprint_length, (int)hash_alg);
}
