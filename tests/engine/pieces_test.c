/* pieces_test.c: payload of any size, sent and read in any of the ways, moved by pieces in portions of any size, arrives as it
 * was; memory that was lent comes back once; what is unread holds the sender up. */
#include "base/pool.h"
#include "engine/bulk.h"
#include "engine/link.h"
#include "engine/pieces.h"
#include "engine/transport.h"
#include "support/cmocka_test.h"
#include <baryon/link.h>

#define MIB ((size_t)1024 * 1024)

static struct bulk *start(struct bulk *bulk) {
  assert_true(bulk_start(bulk));
  return bulk;
}

static void end(struct bulk *bulk) {
  assert_false(bulk->broken);
  bulk_end(bulk);
  assert_int_equal(bulk_kept, 0);
}

/* One after another, of sizes around each limit between ways of keeping them. */
static void sizes_arrive(size_t step, size_t largest, bool by_driver) {
  static const size_t sizes[] = {1, 100, 8191, 8192, 8193, 16383, 16384, 16385, 32700, 32768, 65535, 65536,
      65537, 100000, 262144, MIB - 1, MIB, MIB + 1, 3 * MIB + 17};
  for (int way = 0; way < BULK_WAYS; way++) {
    for (int reads = 0; reads < BULK_WAYS; reads++) {
      struct bulk bulk = {.step = step, .by_driver = by_driver, .seed = 7, .reads = (enum bulk_way)reads};
      start(&bulk);
      for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && sizes[i] <= largest; i++) {
        assert_non_null(bulk_send(&bulk, (enum bulk_way)way, sizes[i], i % 3 == 0 ? 5000 : sizes[i]));
        pn_link_advance(bulk.sender);
        bulk_run(&bulk);
        assert_int_equal(bulk.received, i + 1);
        assert_int_equal(bulk.size, sizes[i]);
        assert_int_equal(bulk_kept, 0);
      }
      end(&bulk);
    }
  }
}

static void every_size_arrives(void **state) {
  (void)state;
  sizes_arrive(0, SIZE_MAX, false);
}
static void every_size_arrives_in_small_portions(void **state) {
  (void)state;
  sizes_arrive(3000, 100000, false);
}
static void every_size_arrives_in_large_portions(void **state) {
  (void)state;
  sizes_arrive(700000, SIZE_MAX, false);
}
static void every_size_arrives_through_the_driver(void **state) {
  (void)state;
  sizes_arrive(0, MIB, true);
  sizes_arrive(50000, MIB, true);
}

/* Small and large ones in one burst keep their order. */
static void bursts_arrive_in_order(void **state) {
  (void)state;
  static const size_t sizes[] = {100, 200000, 50, 9000, 9000, 20, 1, 40000, 8192, 300, 70000, 10};
  for (uint32_t seed = 1; seed <= 14; seed++) {
    struct bulk bulk = {.step = seed % 5 == 0 ? 0 : 64u << seed, .seed = seed, .reads = seed % BULK_WAYS};
    start(&bulk);
    for (unsigned i = 0; i < 60; i++) {
      const size_t size = sizes[(i * 5 + seed) % (sizeof sizes / sizeof sizes[0])];
      assert_non_null(bulk_send(&bulk, (i + seed) / 4 % BULK_WAYS, size, i % 7 == 0 ? 777 : size));
      pn_link_advance(bulk.sender);
      if (i % 11 == seed % 11) bulk_run(&bulk);
    }
    bulk_run(&bulk);
    assert_int_equal(bulk.received, 60);
    end(&bulk);
  }
}

/* A large payload goes as a piece of its own, from where the program has it; through the driver it is copied. */
static void shared_bytes_are_written_from_where_they_lie(void **state) {
  (void)state;
  struct bulk bulk = {.step = 0};
  static char bytes[30000];
  struct pni_piece pieces[4];
  start(&bulk);
  pn_shared_bytes_t *shared = pn_shared_bytes(bytes, sizeof bytes, NULL, NULL);
  assert_non_null(pn_delivery(bulk.sender, pn_dtag("t", 1)));
  assert_int_equal(pn_link_send_shared(bulk.sender, shared, 1000, 20000), 20000);
  pn_link_advance(bulk.sender);
  assert_int_equal(pni_transport_gather(bulk.client.transport, pieces, 4), 2);
  assert_ptr_equal(pieces[1].base, bytes + 1000);
  assert_int_equal(pieces[1].size, 20000);
  /* Written in part, and looked at by the other functions. */
  pni_transport_written(bulk.client.transport, pieces[0].size + 1);
  assert_int_equal(pn_transport_pending(bulk.client.transport), 19999);
  assert_ptr_equal(pn_transport_head(bulk.client.transport), bytes + 1001);
  char copy[8] = {1};
  assert_int_equal(pn_transport_peek(bulk.client.transport, copy, sizeof copy), sizeof copy);
  assert_int_equal(pn_connection_driver_write_done(&bulk.client, 19999).size, 0);
  assert_true(pn_transport_quiesced(bulk.client.transport));
  pn_shared_bytes_decref(shared);
  bulk_end(&bulk);
}

static void send_shared_refuses_what_is_not_there(void **state) {
  (void)state;
  struct bulk bulk = {.step = 0};
  char bytes[10] = "0123456789";
  start(&bulk);
  pn_shared_bytes_t *shared = pn_shared_bytes(bytes, sizeof bytes, NULL, NULL);
  assert_int_equal(pn_link_send_shared(NULL, shared, 0, 1), PN_EOS);
  assert_int_equal(pn_link_send_shared(bulk.sender, shared, 0, 1), PN_EOS); /* no delivery */
  assert_int_equal(pn_link_send_shared(bulk.receiver, shared, 0, 1), PN_EOS);
  assert_non_null(pn_delivery(bulk.sender, pn_dtag("t", 1)));
  assert_int_equal(pn_link_send_shared(bulk.sender, NULL, 0, 1), PN_ARG_ERR);
  assert_int_equal(pn_link_send_shared(bulk.sender, shared, 11, 1), PN_ARG_ERR);
  assert_int_equal(pn_link_send_shared(bulk.sender, shared, 10, 1), 0);
  assert_int_equal(pn_link_send_shared(bulk.sender, shared, 4, SIZE_MAX), 6);
  assert_int_equal(pn_session_outgoing_bytes(pn_link_session(bulk.sender)), 6);
  pn_shared_bytes_decref(shared);
  pn_shared_bytes_decref(NULL);
  bulk_end(&bulk);
}

static void count_release(void *context, const char *start, size_t size) {
  assert_int_equal(size, 500000);
  assert_non_null(start);
  ++*(int *)context;
}

/* One object to several links of several connections: released when the last has written it. */
static void one_object_goes_to_many_links(void **state) {
  (void)state;
  enum { ENDS = 5 };
  struct bulk bulks[ENDS] = {{.step = 0}};
  for (int i = 0; i < ENDS; i++) start(&bulks[i]);
  static char bytes[500000];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = bulk_octet(0, i);
  int released = 0;
  pn_shared_bytes_t *shared = pn_shared_bytes(bytes, sizeof bytes, count_release, &released);
  pn_shared_bytes_incref(shared);
  pn_shared_bytes_decref(shared);
  const unsigned number = 0;
  for (int i = 0; i < ENDS; i++) {
    assert_non_null(pn_delivery(bulks[i].sender, pn_dtag((const char *)&number, sizeof number)));
    assert_int_equal(pn_link_send_shared(bulks[i].sender, shared, 0, sizeof bytes), sizeof bytes);
    pn_link_advance(bulks[i].sender);
  }
  pn_shared_bytes_decref(shared);
  for (int i = 0; i < ENDS; i++) {
    assert_int_equal(released, 0);
    bulk_run(&bulks[i]);
    assert_int_equal(bulks[i].size, sizeof bytes);
    end(&bulks[i]);
  }
  assert_int_equal(released, 1);
}

/* Taken out of one connection's deliveries and sent on over another: nobody copies, and everything comes back. */
static void relay_passes_on_what_it_received(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= 10; seed++) {
    struct bulk in = {.step = (size_t)100000 * (seed % 3), .seed = seed, .stops = true},
                out = {.step = 0, .seed = seed};
    start(&in);
    start(&out);
    for (unsigned i = 0; i < 12; i++) {
      const size_t size = 10 + (size_t)i * i * 9000;
      assert_non_null(bulk_send(&in, BULK_COPY, size, size));
      pn_link_advance(in.sender);
      bulk_run(&in);
      pn_delivery_t *dlv = pn_link_current(in.receiver);
      assert_non_null(dlv);
      assert_false(pn_delivery_partial(dlv));
      assert_non_null(pn_delivery(out.sender, pn_delivery_tag(dlv)));
      pn_bytes_t piece;
      pn_shared_bytes_t *bytes;
      while ((bytes = pn_delivery_take(dlv, &piece))) {
        const size_t offset = pn_shared_bytes_offset(bytes, piece);
        assert_int_equal(pn_link_send_shared(out.sender, bytes, offset, piece.size), piece.size);
        pn_shared_bytes_decref(bytes);
      }
      pn_link_advance(out.sender);
      pn_delivery_settle(dlv);
      if (i % 3 == 2) bulk_run(&out);
    }
    end(&in); /* what it had is still on its way */
    bulk_run(&out);
    assert_int_equal(out.received, 12);
    end(&out);
  }
}

/* Whatever a delivery meets with while its bytes are under way, they are released, once. */
static void bytes_under_way_are_released(void **state) {
  (void)state;
  enum { ABORT, SETTLE, FREE_LINK, FREE_SESSION, CLOSE, DESTROY, FATES };
  static const size_t passed[] = {0, 10, 40000, 300000};
  for (int fate = 0; fate < FATES; fate++) {
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
      struct bulk bulk = {.step = 0, .reads = BULK_SHARED};
      start(&bulk);
      pn_delivery_t *dlv = bulk_send(&bulk, BULK_SHARED, MIB, MIB);
      assert_non_null(dlv);
      assert_int_equal(bulk_pass(&bulk, passed[i]), passed[i]);
      assert_int_equal(bulk_kept, 1);
      pn_session_t *ssn = pn_link_session(bulk.sender);
      switch (fate) {
      case ABORT: pn_delivery_abort(dlv); break;
      case SETTLE: pn_delivery_settle(dlv); break;
      case FREE_LINK:
        pn_link_close(bulk.sender);
        pn_link_free(bulk.sender);
        break;
      case FREE_SESSION:
        pn_session_close(ssn);
        pn_session_free(ssn);
        break;
      case CLOSE: pn_connection_driver_close(&bulk.client); break;
      default: break;
      }
      if (fate != DESTROY) bulk_run(&bulk);
      if (fate == ABORT) assert_int_equal(bulk.aborted, passed[i] > 0);
      if (fate == SETTLE) assert_int_equal(bulk.size, MIB);
      bulk_end(&bulk);
      assert_int_equal(bulk_kept, 0);
    }
  }
}

/* Aborting one of several leaves the bytes of the others alone, wherever they lie. */
static void aborting_one_leaves_the_others(void **state) {
  (void)state;
  static const size_t sizes[] = {10, 100, 9000, 60000, 20, 30000, 7000, 5};
  enum { COUNT = sizeof sizes / sizeof sizes[0] };
  for (unsigned gone = 0; gone < COUNT; gone++) {
    for (int way = 0; way < BULK_WAYS; way++) {
      struct bulk bulk = {.step = 0};
      pn_delivery_t *dlvs[COUNT];
      start(&bulk);
      for (unsigned i = 0; i < COUNT; i++) {
        dlvs[i] = bulk_send(&bulk, (enum bulk_way)way, sizes[i], 3000);
        pn_link_advance(bulk.sender);
      }
      pn_delivery_abort(dlvs[gone]);
      bulk_run(&bulk);
      assert_int_equal(bulk.received, COUNT - 1);
      assert_int_equal(pn_session_outgoing_bytes(pn_link_session(bulk.sender)), 0);
      end(&bulk);
    }
  }
}

/* The peer's end of a delivery that is being read. */
static void receiver_may_leave_in_the_middle(void **state) {
  (void)state;
  for (int settles = 0; settles < 2; settles++) {
    struct bulk bulk = {.step = 0, .stops = true};
    start(&bulk);
    assert_non_null(bulk_send(&bulk, BULK_COPY, MIB, MIB));
    (void)bulk_pass(&bulk, 300000);
    pn_link_advance(bulk.sender);
    pn_event_t *event;
    while ((event = pn_connection_driver_next_event(&bulk.server))) (void)event;
    pn_delivery_t *dlv = pn_link_current(bulk.receiver);
    pn_bytes_t piece;
    pn_shared_bytes_t *kept = pn_delivery_take(dlv, &piece);
    assert_non_null(kept);
    if (settles)
      pn_delivery_settle(dlv);
    else
      pn_link_advance(bulk.receiver);
    bulk_run(&bulk);
    assert_int_equal(pn_session_incoming_bytes(pn_link_session(bulk.receiver)), 0);
    for (size_t i = 0; i < piece.size; i++) assert_int_equal(piece.start[i], bulk_octet(0, i));
    end(&bulk);
    pn_shared_bytes_decref(kept);
  }
}

/* A whole message of 64 MiB waits for an application that reads it only then. */
static void large_delivery_is_had_as_a_whole(void **state) {
  (void)state;
  struct bulk bulk = {.step = 0, .reads = BULK_COPY};
  start(&bulk);
  assert_non_null(bulk_send(&bulk, BULK_SHARED, 64 * MIB, 64 * MIB));
  pn_link_advance(bulk.sender);
  bulk_run(&bulk);
  assert_int_equal(bulk.size, 64 * MIB);
  assert_int_equal(bulk.most, 64 * MIB);
  end(&bulk);
}

/* Read piece by piece it needs no more than the window. */
static void large_delivery_is_read_piece_by_piece(void **state) {
  (void)state;
  for (int reads = 0; reads < BULK_WAYS; reads++) {
    struct bulk bulk = {.step = 0, .reads = (enum bulk_way)reads, .piecemeal = true};
    start(&bulk);
    assert_non_null(bulk_send(&bulk, BULK_COPY, 20 * MIB, 20 * MIB));
    pn_link_advance(bulk.sender);
    bulk_run(&bulk);
    assert_int_equal(bulk.size, 20 * MIB);
    assert_in_range(bulk.most, 1, 5 * MIB);
    end(&bulk);
  }
}

/* Complete deliveries that nobody reads close the window; reading opens it again. */
static void unread_deliveries_hold_the_sender_up(void **state) {
  (void)state;
  struct bulk bulk = {.step = 0, .stops = true, .reads = BULK_SHARED};
  start(&bulk);
  for (int i = 0; i < 40; i++) {
    assert_non_null(bulk_send(&bulk, BULK_COPY, MIB, MIB));
    pn_link_advance(bulk.sender);
  }
  bulk_run(&bulk);
  const size_t unread = pn_session_incoming_bytes(pn_link_session(bulk.receiver));
  assert_in_range(unread, 3 * MIB, 9 * MIB);
  assert_int_equal(pn_session_outgoing_bytes(pn_link_session(bulk.sender)), 40 * MIB - unread);
  bulk.stops = false;
  while (bulk.received < 40) {
    const unsigned before = bulk.received;
    pn_delivery_t *dlv = pn_link_current(bulk.receiver);
    assert_non_null(dlv);
    pn_bytes_t pieces[64];
    size_t got = 0;
    for (size_t count; (count = pn_delivery_borrow(dlv, pieces, 64)) > 0;) {
      for (size_t i = 0; i < count; i++) got += pn_delivery_consume(dlv, pieces[i].size);
    }
    if (pn_delivery_partial(dlv)) {
      bulk.got = got;
    } else {
      pn_delivery_settle(dlv);
      bulk.received++;
    }
    bulk_run(&bulk);
    assert_true(bulk.received > before || bulk.got > 0);
  }
  end(&bulk);
}

/* At rest neither end has a buffer. */
static void nothing_is_held_at_rest(void **state) {
  (void)state;
  struct bulk bulk = {.step = 0, .reads = BULK_SHARED};
  start(&bulk);
  for (int i = 0; i < 20; i++) {
    assert_non_null(bulk_send(&bulk, i % BULK_WAYS, (size_t)i * 50000 + 1, MIB));
    pn_link_advance(bulk.sender);
    bulk_run(&bulk);
  }
  for (int i = 0; i < 2; i++) {
    const pn_transport_t *transport = i ? bulk.server.transport : bulk.client.transport;
    assert_null(transport->input.block);
    assert_null(transport->next.block);
    assert_null(transport->output.block);
    assert_int_equal(transport->splices.size + transport->splices.covered, 0);
  }
  assert_null(bulk.sender->payload.block);
  assert_null(bulk.receiver->payload.block);
  end(&bulk);
}

static int trim(void **state) {
  (void)state;
  pni_pool_trim();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_size_arrives),
      cmocka_unit_test(every_size_arrives_in_small_portions),
      cmocka_unit_test(every_size_arrives_in_large_portions),
      cmocka_unit_test(every_size_arrives_through_the_driver),
      cmocka_unit_test(bursts_arrive_in_order),
      cmocka_unit_test(shared_bytes_are_written_from_where_they_lie),
      cmocka_unit_test(send_shared_refuses_what_is_not_there),
      cmocka_unit_test(one_object_goes_to_many_links),
      cmocka_unit_test(relay_passes_on_what_it_received),
      cmocka_unit_test(bytes_under_way_are_released),
      cmocka_unit_test(aborting_one_leaves_the_others),
      cmocka_unit_test(receiver_may_leave_in_the_middle),
      cmocka_unit_test(large_delivery_is_had_as_a_whole),
      cmocka_unit_test(large_delivery_is_read_piece_by_piece),
      cmocka_unit_test(unread_deliveries_hold_the_sender_up),
      cmocka_unit_test(nothing_is_held_at_rest),
  };
  return cmocka_run_group_tests(tests, NULL, trim);
}
