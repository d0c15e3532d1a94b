#ifndef PROTON_CID_H
#define PROTON_CID_H 1

/**
 * @file
 * Numbers that tell the library's classes of objects apart (see pn_class_id()).
 */

/**
 * Number of a class.
 *
 * Several numbers belong to parts that no library provides any more; they stay so that the others keep their
 * values. A class made by pn_class_create() has CID_pn_void.
 */
typedef enum {
  CID_pn_object = 1, /**< PN_OBJECT */
  CID_pn_void,       /**< PN_VOID, and every class made by pn_class_create() */
  CID_pn_weakref,

  CID_pn_string,
  CID_pn_list,
  CID_pn_map,
  CID_pn_hash,
  CID_pn_record, /**< ::pn_record_t */

  CID_pn_collector, /**< pn_collector_t */
  CID_pn_event,     /**< pn_event_t */

  CID_pn_buffer,
  CID_pn_error,
  CID_pn_data, /**< pn_data_t */

  CID_pn_connection, /**< pn_connection_t */
  CID_pn_session,    /**< pn_session_t */
  CID_pn_link,       /**< pn_link_t, sender or receiver */
  CID_pn_delivery,   /**< pn_delivery_t */
  CID_pn_transport,  /**< pn_transport_t */

  CID_pn_message, /**< pn_message_t */

  CID_pn_reactor,
  CID_pn_handler,
  CID_pn_timer,
  CID_pn_task,

  CID_pn_io,
  CID_pn_selector,
  CID_pn_selectable,

  CID_pn_url,
  CID_pn_strdup,

  CID_pn_listener, /**< pn_listener_t */
  CID_pn_proactor, /**< pn_proactor_t */

  CID_pn_listener_socket,
  CID_pn_raw_connection /**< pn_raw_connection_t */
} pn_cid_t;

#endif /* PROTON_CID_H */
