#ifndef PROTON_OBJECT_H
#define PROTON_OBJECT_H 1

/**
 * @file
 * What all objects of the library have in common: a class, a count of references, a text, and records of
 * attached values.
 *
 * Connections, sessions, links, deliveries, transports, events, collectors, messages, values (pn_data_t) and
 * records are such objects. Errors, conditions, listeners, proactors, raw connections, loggers and TLS
 * domains are not: they have one owner and no count.
 *
 * An application frees what it made with the function for its kind (pn_message_free(), pn_connection_free(),
 * ...), and needs nothing of this header but the records. Bindings to other languages, whose objects live as
 * long as somebody looks at them, also hold references. A count is a plain number without atomic access:
 * references are taken and dropped by the thread that has the connection (or the message) at that moment.
 */

#include <proton/cid.h>
#include <proton/import_export.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Class for a value that is an object of the library, whatever its class: the object's own counting is used.
 *
 * pn_class_id() is CID_pn_object. With pn_collector_put() it makes an event about an object as
 * pn_collector_put_object() does.
 */
PN_EXTERN extern const pn_class_t *PN_OBJECT;

/**
 * Class for a pointer that the library only carries: nothing is counted and nothing freed.
 *
 * pn_class_id() is CID_pn_void, pn_class_name() "pn_void".
 */
PN_EXTERN extern const pn_class_t *PN_VOID;

/**
 * Make a class for values of the application's, so that records and events can hold them.
 *
 * For a NULL among `incref`, `decref` and `refcount` the library does its own counting, and then values of the class
 * are made by pn_class_new() and freed with their last reference. If all three are given a value is whatever they
 * understand, such as an object of another language's run-time system: the library calls them and never frees it.
 *
 * @param name        a string that stays: the pointer is kept, not the text
 * @param initialize  called with a new value, whose bytes are zero; may be NULL
 * @param finalize    called with a value whose last reference is gone, before its memory goes; may be NULL
 * @param incref      take a reference; may be NULL
 * @param decref      drop a reference, and no more; may be NULL
 * @param refcount    number of references; may be NULL
 * @return never freed, so make each class once; its pn_class_id() is CID_pn_void. NULL when there is no memory
 * @threads any; the functions given are called by the thread that uses the value
 */
PN_EXTERN pn_class_t *pn_class_create(const char *name, void (*initialize)(void *), void (*finalize)(void *),
    void (*incref)(void *), void (*decref)(void *), int (*refcount)(void *));

/**
 * Make a value of a class.
 *
 * @param clazz  the class; one whose values the library counts
 * @param size   bytes of the value
 * @return zeroed and initialized memory, aligned for any type, with one reference, which is the caller's;
 *         NULL when there is no memory or the class makes no values
 */
PN_EXTERN void *pn_class_new(const pn_class_t *clazz, size_t size);

/**
 * Name of a class, such as "pn_link".
 *
 * @return a string that belongs to the class
 * @threads any
 */
PN_EXTERN const char *pn_class_name(const pn_class_t *clazz);

/**
 * Number of a class.
 *
 * @threads any
 */
PN_EXTERN pn_cid_t pn_class_id(const pn_class_t *clazz);

/**
 * Class of an object of the library.
 *
 * @param object  an object of the library (not just any pointer), or NULL, for which the answer is PN_OBJECT
 */
PN_EXTERN const pn_class_t *pn_class(void *object);

/**
 * Take a reference to an object of the library.
 *
 * It keeps the object's memory valid, and that of what it belongs to: a referenced link keeps its session and
 * connection. It does not keep the object open.
 *
 * @param object  an object of the library, or NULL
 * @return `object`
 */
PN_EXTERN void *pn_incref(void *object);

/**
 * Drop a reference to an object of the library, which ends with the last one.
 *
 * @param object  an object of the library, or NULL
 * @return how many references are left; 0 means that the object is gone. 0 for NULL
 */
PN_EXTERN int pn_decref(void *object);

/**
 * How many references to an object there are, for tests and for looking into trouble.
 *
 * @param object  an object of the library; 0 is returned for NULL
 */
PN_EXTERN int pn_refcount(void *object);

/**
 * Drop the only reference to an object.
 *
 * Debug builds abort when there are others; otherwise this is pn_decref().
 *
 * @param object  an object of the library, or NULL
 */
PN_EXTERN void pn_free(void *object);

/**
 * Describe an object as a text for people, such as a log wants it.
 *
 * The form may change. What has none of its own is shown as class and address: `pn_link<0x55d0c3>`.
 *
 * @param object  an object of the library, or NULL
 * @return a string that ends after 1023 bytes at most, to be freed with free(); NULL when there is no memory
 */
PN_EXTERN char *pn_tostring(void *object);

/**
 * The key under which every record has a place of class PN_VOID from the start; pn_link_set_context() and its
 * kind use it.
 */
#define PN_LEGCTX ((pn_handle_t)0)

/**
 * Define a key for records: `PN_HANDLE(MY_KEY)` at file level makes MY_KEY a constant that is equal to no
 * other key.
 *
 * Not for header files, since each file that includes one would get a key of its own. To share a key write a
 * function that returns it.
 */
#define PN_HANDLE(name)                                                                                      \
  static const char _PN_HANDLE_##name = 0;                                                                   \
  static const pn_handle_t name = ((pn_handle_t)&_PN_HANDLE_##name);

/**
 * Make a record: values of the application's under keys.
 *
 * A connection, session, link, delivery or transport has a record of its own (pn_link_attachments()...),
 * which lives until the object's memory goes. It keeps values of counted classes alive, and lets them go when
 * they are replaced and at its end.
 *
 * @return an object with one reference, which is the caller's; NULL when there is no memory
 */
PN_EXTERN pn_record_t *pn_record(void);

/**
 * Make a place for a value in a record.
 *
 * A key that is there already stays as it is, with its value and its class, which should be the same. Without
 * memory the key stays undefined, as pn_record_has() tells.
 *
 * @param record  the record
 * @param key     an address that is unique to the user (see PN_HANDLE)
 * @param clazz   how references to the values are counted: PN_VOID for not at all
 * @cost a search among the record's keys, of which there should be few
 */
PN_EXTERN void pn_record_def(pn_record_t *record, pn_handle_t key, const pn_class_t *clazz);

/**
 * Whether a record has a place for a key, even if no value was set.
 */
PN_EXTERN bool pn_record_has(pn_record_t *record, pn_handle_t key);

/**
 * Value under a key.
 *
 * @return NULL when the key is not defined or nothing was set; no reference is taken
 */
PN_EXTERN void *pn_record_get(pn_record_t *record, pn_handle_t key);

/**
 * Put a value under a key.
 *
 * The record takes a reference to the new value, as the key's class does it, and then drops the one to the
 * old value. Nothing happens when the key is not defined.
 *
 * @param record  the record
 * @param key     a key that was defined
 * @param value   the value, NULL for none
 */
PN_EXTERN void pn_record_set(pn_record_t *record, pn_handle_t key, void *value);

/**
 * Drop all values and forget all keys but PN_LEGCTX, which is there again without a value.
 */
PN_EXTERN void pn_record_clear(pn_record_t *record);

/**
 * A text that grows. Of an older interface, which programs written for it still use to print a value:
 * pn_tostring() does that in one call.
 */
typedef struct pn_string_t pn_string_t;

/**
 * Make a text.
 *
 * @param bytes  copied, up to a NUL; NULL: there is none yet
 * @return       the caller's, for pn_free(); NULL when there is no memory
 */
PN_EXTERN pn_string_t *pn_string(const char *bytes);

/**
 * The text as a C string.
 *
 * @return  the string's own, until it is changed; NULL if there is none
 */
PN_EXTERN const char *pn_string_get(pn_string_t *string);

/**
 * Append an object's text for people: what pn_tostring() makes, but in full.
 *
 * @param object  an object of the library, or NULL
 * @param string  where to append
 * @return        0, or a negative code
 */
PN_EXTERN int pn_inspect(void *object, pn_string_t *string);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_OBJECT_H */
