#ifndef PROTON_MESSAGE_H
#define PROTON_MESSAGE_H 1

/**
 * @file
 * A message: its sections as fields and value trees, and its encoding. [3.2]
 *
 * A setter returns 0, or a negative code, for which pn_message_error() has a text: PN_OUT_OF_MEMORY, if
 * nothing else is said. A getter that is out of memory returns its empty value and sets the error.
 */

#include <proton/codec.h>
#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A message that can be filled and encoded, or decoded and read, or decoded, changed and encoded again.
 *
 * One object serves for any number of messages, one after the other, and then allocates nothing:
 * pn_message_decode() replaces what was there, pn_message_clear() empties it. What it hands out (strings,
 * bytes, value trees) is its own; strings and bytes stay until that field is set, or the message is cleared,
 * decoded into or freed; trees stay until it is freed.
 */
typedef struct pn_message_t pn_message_t;

/** Priority of a message that names none. [3.2.1] */
#define PN_DEFAULT_PRIORITY (4)

/**
 * Make an empty message.
 *
 * @return to be freed with pn_message_free(); NULL when there is no memory
 */
PN_EXTERN pn_message_t *pn_message(void);

/**
 * Free a message with all that was handed out of it. NULL is fine.
 */
PN_EXTERN void pn_message_free(pn_message_t *msg);

/**
 * Empty a message: every field as pn_message() made it, no error. Its memory is kept for the next one.
 */
PN_EXTERN void pn_message_clear(pn_message_t *msg);

/**
 * Code of the last failure: pn_error_code() of pn_message_error().
 */
PN_EXTERN int pn_message_errno(pn_message_t *msg);

/**
 * The last failure of this message's functions.
 *
 * @return owned by the message, as long as that lives
 */
PN_EXTERN pn_error_t *pn_message_error(pn_message_t *msg);

/**
 * Whether the body's section is chosen by its value (see pn_message_set_inferred()). Decoding sets it: true
 * for data and sequence sections.
 */
PN_EXTERN bool pn_message_is_inferred(pn_message_t *msg);

/**
 * Choose how the body is encoded. [3.2.6-8]
 *
 * @param msg       the message
 * @param inferred  true: a binary becomes a data section and a list a sequence section; false, as at first:
 *                  any value becomes a value section
 * @return 0
 */
PN_EXTERN int pn_message_set_inferred(pn_message_t *msg, bool inferred);

/**
 * Whether the message must survive the failure of who holds it. False unless set. [3.2.1]
 */
PN_EXTERN bool pn_message_is_durable(pn_message_t *msg);

/**
 * Say whether the message must survive the failure of who holds it.
 *
 * @return 0 or a negative code, here and for all that follow
 */
PN_EXTERN int pn_message_set_durable(pn_message_t *msg, bool durable);

/**
 * Priority: the higher the more urgent. PN_DEFAULT_PRIORITY unless set. [3.2.1]
 */
PN_EXTERN uint8_t pn_message_get_priority(pn_message_t *msg);

/**
 * Set the priority.
 */
PN_EXTERN int pn_message_set_priority(pn_message_t *msg, uint8_t priority);

/**
 * Time to live, from the sending on; 0 unless set, for a message that does not expire. [3.2.1]
 */
PN_EXTERN pn_millis_t pn_message_get_ttl(pn_message_t *msg);

/**
 * Set the time to live; 0 for a message that does not expire, which is not encoded.
 */
PN_EXTERN int pn_message_set_ttl(pn_message_t *msg, pn_millis_t ttl);

/**
 * Whether nobody else has acquired the message before. False unless set. [3.2.1]
 */
PN_EXTERN bool pn_message_is_first_acquirer(pn_message_t *msg);

/**
 * Say whether nobody else has acquired the message before.
 */
PN_EXTERN int pn_message_set_first_acquirer(pn_message_t *msg, bool first);

/**
 * Number of earlier attempts to deliver the message that failed. 0 unless set. [3.2.1]
 */
PN_EXTERN uint32_t pn_message_get_delivery_count(pn_message_t *msg);

/**
 * Set the number of failed attempts.
 */
PN_EXTERN int pn_message_set_delivery_count(pn_message_t *msg, uint32_t count);

/**
 * Identifier of the message as a value tree, to read or to change. [3.2.4]
 *
 * @return one value of the types of ::pn_msgid_t, or an empty tree; owned by the message
 */
PN_EXTERN pn_data_t *pn_message_id(pn_message_t *msg);

/**
 * Identifier of the message. [3.2.4]
 *
 * @return an atom of type PN_NULL if there is none; bytes stay the message's
 */
PN_EXTERN pn_msgid_t pn_message_get_id(pn_message_t *msg);

/**
 * Set the identifier.
 *
 * @param msg  the message
 * @param id   of the types of ::pn_msgid_t, bytes are copied; PN_NULL for none
 * @return 0 or a negative code: PN_ARG_ERR for another type, and the identifier stays
 */
PN_EXTERN int pn_message_set_id(pn_message_t *msg, pn_msgid_t id);

/**
 * Identity of the user who made the message. [3.2.4]
 *
 * @return no bytes if there is none
 */
PN_EXTERN pn_bytes_t pn_message_get_user_id(pn_message_t *msg);

/**
 * Set the identity of the user; no bytes (a size of 0) for none. A peer may check it against who is
 * authenticated.
 */
PN_EXTERN int pn_message_set_user_id(pn_message_t *msg, pn_bytes_t user_id);

/**
 * Address of the node that the message is meant for (the standard's "to"). [3.2.4]
 *
 * @return NULL if there is none; a NUL is at the end
 */
PN_EXTERN const char *pn_message_get_address(pn_message_t *msg);

/**
 * Set the address: a string that is copied, or NULL for none.
 */
PN_EXTERN int pn_message_set_address(pn_message_t *msg, const char *address);

/**
 * What the message is about, in few words or by convention. [3.2.4]
 *
 * @return NULL if there is none; a NUL is at the end
 */
PN_EXTERN const char *pn_message_get_subject(pn_message_t *msg);

/**
 * Set the subject: a string that is copied, or NULL for none.
 */
PN_EXTERN int pn_message_set_subject(pn_message_t *msg, const char *subject);

/**
 * Address of the node that replies are to go to. [3.2.4]
 *
 * @return NULL if there is none; a NUL is at the end
 */
PN_EXTERN const char *pn_message_get_reply_to(pn_message_t *msg);

/**
 * Set the address for replies: a string that is copied, or NULL for none.
 */
PN_EXTERN int pn_message_set_reply_to(pn_message_t *msg, const char *reply_to);

/**
 * Identifier of the message that this one answers, or whatever the two sides agreed on, as a value tree.
 * [3.2.4]
 *
 * @return as pn_message_id()
 */
PN_EXTERN pn_data_t *pn_message_correlation_id(pn_message_t *msg);

/**
 * Identifier of the message that this one answers. [3.2.4]
 *
 * @return as pn_message_get_id()
 */
PN_EXTERN pn_msgid_t pn_message_get_correlation_id(pn_message_t *msg);

/**
 * Set the identifier of the message that this one answers, with all as for pn_message_set_id().
 */
PN_EXTERN int pn_message_set_correlation_id(pn_message_t *msg, pn_msgid_t id);

/**
 * Media type of a data section (RFC 2046), such as "application/json". [3.2.4]
 *
 * @return NULL if there is none; a NUL is at the end
 */
PN_EXTERN const char *pn_message_get_content_type(pn_message_t *msg);

/**
 * Set the media type: a string that is copied, or NULL for none.
 */
PN_EXTERN int pn_message_set_content_type(pn_message_t *msg, const char *type);

/**
 * What was done to the content on top of its media type (RFC 2616), such as "gzip". [3.2.4]
 *
 * @return NULL if there is none; a NUL is at the end
 */
PN_EXTERN const char *pn_message_get_content_encoding(pn_message_t *msg);

/**
 * Set the encodings: a string that is copied, or NULL for none.
 */
PN_EXTERN int pn_message_set_content_encoding(pn_message_t *msg, const char *encoding);

/**
 * When the message is to be dropped; 0 for never. [3.2.4]
 */
PN_EXTERN pn_timestamp_t pn_message_get_expiry_time(pn_message_t *msg);

/**
 * Set when the message is to be dropped; 0 for never, which is not encoded.
 */
PN_EXTERN int pn_message_set_expiry_time(pn_message_t *msg, pn_timestamp_t time);

/**
 * When the message was made; 0 if that is not said. [3.2.4]
 */
PN_EXTERN pn_timestamp_t pn_message_get_creation_time(pn_message_t *msg);

/**
 * Set when the message was made; 0 for no such field.
 */
PN_EXTERN int pn_message_set_creation_time(pn_message_t *msg, pn_timestamp_t time);

/**
 * Name of the group that the message belongs to. [3.2.4]
 *
 * @return NULL if there is none; a NUL is at the end
 */
PN_EXTERN const char *pn_message_get_group_id(pn_message_t *msg);

/**
 * Set the group: a string that is copied, or NULL for none.
 */
PN_EXTERN int pn_message_set_group_id(pn_message_t *msg, const char *group_id);

/**
 * Place of the message within its group; 0 unless set. [3.2.4]
 */
PN_EXTERN pn_sequence_t pn_message_get_group_sequence(pn_message_t *msg);

/**
 * Set the place of the message within its group.
 */
PN_EXTERN int pn_message_set_group_sequence(pn_message_t *msg, pn_sequence_t n);

/**
 * Name of the group that replies are to be sent with. [3.2.4]
 *
 * @return NULL if there is none; a NUL is at the end
 */
PN_EXTERN const char *pn_message_get_reply_to_group_id(pn_message_t *msg);

/**
 * Set the group for replies: a string that is copied, or NULL for none.
 */
PN_EXTERN int pn_message_set_reply_to_group_id(pn_message_t *msg, const char *reply_to_group_id);

/**
 * Delivery annotations: for the next node only, to read or to change. [3.2.2]
 *
 * @return empty, or one map whose keys are symbols (or ulongs); owned by the message
 */
PN_EXTERN pn_data_t *pn_message_instructions(pn_message_t *msg);

/**
 * Message annotations: for the nodes on the way, to read or to change. [3.2.3]
 *
 * @return empty, or one map whose keys are symbols (or ulongs); owned by the message
 */
PN_EXTERN pn_data_t *pn_message_annotations(pn_message_t *msg);

/**
 * Application properties, to read or to change. [3.2.5]
 *
 * @return empty, or one map whose keys are strings and whose values are not compound; owned by the message
 */
PN_EXTERN pn_data_t *pn_message_properties(pn_message_t *msg);

/**
 * Body, to read or to change. [3.2.6-8]
 *
 * A data section is a binary here, a sequence section a list, a value section its value. A body of several
 * sections is several values side by side.
 *
 * @return the value, or an empty tree when there is no body; owned by the message
 */
PN_EXTERN pn_data_t *pn_message_body(pn_message_t *msg);

/**
 * Replace the whole message by an encoded one.
 *
 * Everything is checked at once: the encoding of every value, the types of the fields, the order of the
 * sections. Getters cannot fail later for what the bytes hold.
 *
 * @param msg    the message; empty after a failure
 * @param bytes  the sections, copied
 * @param size   how many bytes there are
 * @return 0; PN_UNDERFLOW when the bytes end within a value; PN_ARG_ERR when they are no message, with a text
 *         in pn_message_error() that names the section and field; PN_OUT_OF_MEMORY
 * @cost the check and one copy; a field costs more only when it is asked for
 */
PN_EXTERN int pn_message_decode(pn_message_t *msg, const char *bytes, size_t size);

/**
 * Encode a message. Sections in which nothing is set are left out, except that a message without a body gets
 * a null one.
 *
 * @param msg    the message
 * @param bytes  where to write
 * @param size   how much room there is; on success, how much was written
 * @return 0; PN_OVERFLOW when there is too little room; another negative code for a tree that cannot be
 *         encoded (see pn_data_encode()); after a failure what `bytes` holds is undefined
 */
PN_EXTERN int pn_message_encode(pn_message_t *msg, char *bytes, size_t *size);

/**
 * Encode a message into memory that grows as needed.
 *
 * @param msg  the message
 * @param buf  `{0, NULL}`, or memory of malloc() that may be replaced by realloc(): the address, and the size
 *             that it has, which may be more than was written. It is the caller's to free, after a failure
 *             too
 * @return number of bytes written, or a negative code
 */
PN_EXTERN ssize_t pn_message_encode2(pn_message_t *msg, pn_rwbytes_t *buf);

/**
 * Encode a message, put it into the current delivery of a sender, and advance: the message is on its way.
 *
 * @param msg     the message
 * @param sender  its current delivery gets the bytes
 * @param buf     memory to encode into, as for pn_message_encode2(); NULL: memory of the call's own
 * @return number of bytes sent, or a negative code: that of the encoding, PN_EOS without a current delivery. After a
 *         failure of the encoding the delivery is as it was
 * @threads the one that holds the sender's connection
 */
PN_EXTERN ssize_t pn_message_send(pn_message_t *msg, pn_link_t *sender, pn_rwbytes_t *buf);

/**
 * Write a message into a value tree, section after section, as described values. [3.2]
 *
 * @param msg   the message
 * @param data  cleared first
 * @return 0 or a negative code
 */
PN_EXTERN int pn_message_data(pn_message_t *msg, pn_data_t *data);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_MESSAGE_H */
