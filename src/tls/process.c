/* process.c: what a session does with the buffers that it has: decrypt what can be, then encrypt what can be.
 *
 * What is decrypted goes straight into the application's buffers. Where there is none, the session goes on to the first octet that
 * would need one, so that handshakes and the peer's end are seen without. What is encrypted goes through `pending`, which
 * holds one record at most that waits for buffers, and whatever the input was answered with. Input is used in place and not
 * changed. */
#include "tls/tls.h"

#include <string.h>

/* Note a failure, which is final; what is pending still goes. */
static void fail(pn_tls_t *tls, pni_status status) {
  if (status != PNI_OK && tls->error == 0) tls->error = PN_TLS_PROTOCOL_ERR;
}

/* The input that comes next, and that so much of it has been used. */

static bool next_input(const struct pni_ring *in, size_t used, struct pni_tls_input *input) {
  if (in->ready == in->count) {
    *input = (struct pni_tls_input){NULL, 0};
    return false;
  }
  const pn_raw_buffer_t *const buffer = pni_ring_at(in, in->ready);
  *input =
      (struct pni_tls_input){(const uint8_t *)buffer->bytes + buffer->offset + used, buffer->size - used};
  return true;
}

/* Decrypt. */

static pni_status take_octets(pn_tls_t *tls, struct pni_tls_input *in, size_t *got) {
  struct pni_ring *const out = &tls->decrypt.out;
  size_t room;
  *got = 0;
  if (!pni_tls_secure(tls->session)) TRY(pni_tls_handshake(tls->session, in, &tls->pending));
  if (!pni_tls_secure(tls->session)) return PNI_OK;
  char *const space = pni_ring_space(out, &room);
  if (!space) return pni_tls_peek(tls->session, in, &tls->pending);
  const pni_status status = pni_tls_decrypt(tls->session, in, (uint8_t *)space, room, got, &tls->pending);
  pni_ring_filled(out, *got);
  return status;
}

static void decrypt(pn_tls_t *tls) {
  struct pni_ring *const in = &tls->decrypt.in;
  bool moved = true;
  while (moved && tls->error == 0 && !pni_tls_finished(tls->session)) {
    struct pni_tls_input input;
    size_t got;
    const bool any = next_input(in, tls->decrypt_used, &input);
    const size_t before = input.size;
    fail(tls, take_octets(tls, &input, &got));
    tls->decrypt_used += before - input.size;
    moved = got > 0 || before > input.size;
    if (!any || input.size > 0) continue;
    in->ready++;
    tls->decrypt_used = 0;
    moved = true;
  }
  if (pni_tls_finished(tls->session) && !pni_tls_secure(tls->session)) fail(tls, PNI_FAILED);
}

/* Encrypt. */

/* Move what is pending into buffers. Whether all of it has gone. */
static bool flush(pn_tls_t *tls) {
  struct pni_ring *const out = &tls->encrypt.out;
  struct pni_buffer *const pending = &tls->pending;
  while (pni_buffer_size(pending) > 0) {
    size_t room;
    char *const space = pni_ring_space(out, &room);
    if (!space) return false;
    const size_t size = pni_buffer_size(pending), part = size < room ? size : room;
    memcpy(space, pni_buffer_bytes(pending), part);
    pni_ring_filled(out, part);
    pni_buffer_drop(pending, part);
  }
  return true;
}

static bool has_room(const pn_tls_t *tls) {
  size_t room;
  return pni_ring_space(&tls->encrypt.out, &room) != NULL;
}

/* One record, or what there is. */
static void encrypt_some(pn_tls_t *tls, const struct pni_tls_input *input) {
  const size_t part = input->size < PNI_TLS_RECORD ? input->size : PNI_TLS_RECORD;
  if (part > 0) fail(tls, pni_tls_encrypt(tls->session, input->bytes, part, &tls->pending));
  tls->encrypt_used += part;
  if (part < input->size) return;
  tls->encrypt.in.ready++;
  tls->encrypt_used = 0;
}

static void encrypt_input(pn_tls_t *tls) {
  struct pni_tls_input input;
  if (tls->error == 0 && !pni_tls_secure(tls->session))
    fail(tls, pni_tls_handshake(tls->session, &(struct pni_tls_input){NULL, 0}, &tls->pending));
  while (flush(tls) && tls->error == 0 && pni_tls_secure(tls->session) && has_room(tls)) {
    if (!next_input(&tls->encrypt.in, tls->encrypt_used, &input)) break;
    encrypt_some(tls, &input);
  }
  if (tls->closing && tls->error == 0 && tls->encrypt.in.ready == tls->encrypt.in.count)
    fail(tls, pni_tls_close(tls->session, &tls->pending));
  (void)flush(tls);
}

int pn_tls_process(pn_tls_t *tls) {
  if (!pni_tls_runs(tls)) return PN_TLS_STATE_ERR;
  decrypt(tls);
  encrypt_input(tls);
  return tls->error;
}

/* What has been done, and what could be with more buffers. */

bool pn_tls_is_encrypt_output_pending(pn_tls_t *tls) {
  return pni_tls_runs(tls) && (tls->encrypt.out.ready > 0 || pni_buffer_size(&tls->pending) > 0);
}

/* Whether decrypted octets are there that no buffer has. */
static bool holds_plain(const pn_tls_t *tls) {
  return pni_tls_runs(tls) && tls->error == 0 && pni_tls_secure(tls->session) &&
         pni_tls_ready(tls->session) > 0;
}

bool pn_tls_is_decrypt_output_pending(pn_tls_t *tls) {
  return pni_tls_runs(tls) && tls->error == 0 && (tls->decrypt.out.ready > 0 || holds_plain(tls));
}

static bool full(const struct pni_ring *out) {
  size_t room;
  return !pni_ring_space(out, &room) && pni_ring_room(out) > 0;
}

bool pn_tls_need_encrypt_output_buffers(pn_tls_t *tls) {
  return pni_tls_runs(tls) && full(&tls->encrypt.out) && pni_buffer_size(&tls->pending) > 0;
}

bool pn_tls_need_decrypt_output_buffers(pn_tls_t *tls) { return full(&tls->decrypt.out) && holds_plain(tls); }
