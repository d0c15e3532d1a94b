#ifndef BARYON_METRICS_H
#define BARYON_METRICS_H 1

/**
 * @file
 * Metrics: what a proactor, and each of its connections, has done so far. Always counted.
 * @code
 *   pn_metrics_t now;
 *   pn_proactor_get_metrics(proactor, &now, sizeof now);
 *   printf("%" PRIu64 " messages/s\n", (now.messages_received - before.messages_received) / seconds);
 * @endcode
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What was counted since the beginning. Members may be added at the end, none is ever moved.
 *
 * Each is read by itself while the counting goes on: none goes backwards, but two need not be of the same
 * moment.
 */
typedef struct pn_metrics_t {
  uint64_t bytes_received;    /**< From sockets */
  uint64_t bytes_sent;        /**< To sockets */
  uint64_t frames_received;   /**< Those of SASL, and heartbeats, included */
  uint64_t frames_sent;       /**< Those of SASL, and heartbeats, included */
  uint64_t messages_received; /**< Deliveries of which the last transfer has come; none that was aborted */
  uint64_t messages_sent;     /**< Deliveries of which the last transfer was made; none that was aborted */
  uint64_t batches;           /**< Given to the application */
  uint64_t wakes_asked;       /**< Calls of pn_connection_wake() and pn_raw_connection_wake(), and works
                                   added; not those too late */
  uint64_t wakes_delivered;   /**< PN_CONNECTION_WAKE and PN_RAW_CONNECTION_WAKE events; wakes that merged
                                   share one */
  uint64_t tasks_queued;      /**< How often a connection or the like began to wait for a thread */
  uint64_t longest_batch_ns;  /**< The longest time from getting a batch to pn_proactor_done(), in ns */
} pn_metrics_t;

/**
 * What a proactor has done: the sum (of longest_batch_ns: the maximum) over its connections, those that have
 * ended included, and its listeners and itself.
 *
 * @param[in] proactor   the proactor
 * @param[out] metrics   filled in
 * @param[in] size       sizeof *metrics, as the caller was compiled: what is beyond stays untouched, what
 *                       this library does not know becomes 0
 * @threads              any, while the proactor is not freed
 * @cost                 grows with the number of connections
 */
PNP_EXTERN void pn_proactor_get_metrics(pn_proactor_t *proactor, pn_metrics_t *metrics, size_t size);

/**
 * What a connection has done since it was given to its proactor.
 *
 * @param[in] connection  not yet freed, as for pn_connection_wake(); all 0 if it is in no proactor
 * @param[out] metrics    filled in
 * @param[in] size        sizeof *metrics, as for pn_proactor_get_metrics()
 * @threads               any
 */
PNP_EXTERN void pn_connection_get_metrics(pn_connection_t *connection, pn_metrics_t *metrics, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* BARYON_METRICS_H */
