#ifndef PROTON_CODEC_H
#define PROTON_CODEC_H 1

/**
 * @file
 * AMQP values: the types, single values (::pn_atom_t), and trees of values (::pn_data_t) with their encoding.
 * [1]
 */

#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/object.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The types of AMQP values. [1.6] */
typedef enum {
  PN_NULL = 1,        /**< No value [1.6.1] */
  PN_BOOL = 2,        /**< True or false [1.6.2] */
  PN_UBYTE = 3,       /**< Unsigned, 8 bits [1.6.3] */
  PN_BYTE = 4,        /**< Signed, 8 bits [1.6.7] */
  PN_USHORT = 5,      /**< Unsigned, 16 bits [1.6.4] */
  PN_SHORT = 6,       /**< Signed, 16 bits [1.6.8] */
  PN_UINT = 7,        /**< Unsigned, 32 bits [1.6.5] */
  PN_INT = 8,         /**< Signed, 32 bits [1.6.9] */
  PN_CHAR = 9,        /**< A Unicode code point [1.6.16] */
  PN_ULONG = 10,      /**< Unsigned, 64 bits [1.6.6] */
  PN_LONG = 11,       /**< Signed, 64 bits [1.6.10] */
  PN_TIMESTAMP = 12,  /**< Milliseconds since the beginning of 1970, UTC [1.6.17] */
  PN_FLOAT = 13,      /**< IEEE 754 binary32 [1.6.11] */
  PN_DOUBLE = 14,     /**< IEEE 754 binary64 [1.6.12] */
  PN_DECIMAL32 = 15,  /**< IEEE 754 decimal32 [1.6.13] */
  PN_DECIMAL64 = 16,  /**< IEEE 754 decimal64 [1.6.14] */
  PN_DECIMAL128 = 17, /**< IEEE 754 decimal128 [1.6.15] */
  PN_UUID = 18,       /**< A universally unique identifier [1.6.18] */
  PN_BINARY = 19,     /**< Bytes [1.6.19] */
  PN_STRING = 20,     /**< Text in UTF-8 [1.6.20] */
  PN_SYMBOL = 21,     /**< A name in ASCII, from a set that both sides know [1.6.21] */
  PN_DESCRIBED = 22,  /**< A value with a descriptor that says what it means [1.2] */
  PN_ARRAY = 23,      /**< Values of one type [1.6.24] */
  PN_LIST = 24,       /**< Values of any types [1.6.22] */
  PN_MAP = 25,        /**< Keys with values [1.6.23] */
  PN_INVALID = -1     /**< Not a type: the answer where there is no value */
} pn_type_t;

/**
 * Name of a type, as it is spelt above.
 *
 * @return a constant string: "PN_INT"; "<UNKNOWN>" for PN_INVALID and for a number that is no type
 * @threads any
 */
PN_EXTERN const char *pn_type_name(pn_type_t type);

/**
 * One value that is not compound, with its type, which says the member of `u` that counts.
 *
 * Bytes are only pointed to: see where the atom comes from for how long they stay.
 */
typedef struct {
  pn_type_t type; /**< Which member of `u` counts */
  /** The value. */
  union {
    bool as_bool;                  /**< PN_BOOL */
    uint8_t as_ubyte;              /**< PN_UBYTE */
    int8_t as_byte;                /**< PN_BYTE */
    uint16_t as_ushort;            /**< PN_USHORT */
    int16_t as_short;              /**< PN_SHORT */
    uint32_t as_uint;              /**< PN_UINT */
    int32_t as_int;                /**< PN_INT */
    pn_char_t as_char;             /**< PN_CHAR */
    uint64_t as_ulong;             /**< PN_ULONG */
    int64_t as_long;               /**< PN_LONG */
    pn_timestamp_t as_timestamp;   /**< PN_TIMESTAMP */
    float as_float;                /**< PN_FLOAT */
    double as_double;              /**< PN_DOUBLE */
    pn_decimal32_t as_decimal32;   /**< PN_DECIMAL32 */
    pn_decimal64_t as_decimal64;   /**< PN_DECIMAL64 */
    pn_decimal128_t as_decimal128; /**< PN_DECIMAL128 */
    pn_uuid_t as_uuid;             /**< PN_UUID */
    pn_bytes_t as_bytes;           /**< PN_BINARY, PN_STRING, PN_SYMBOL; no NUL at the end */
  } u;
} pn_atom_t;

/**
 * Identifier of a message: an atom of type PN_ULONG, PN_UUID, PN_BINARY or PN_STRING, or PN_NULL for none.
 * [3.2.11-14]
 */
typedef pn_atom_t pn_msgid_t;

/**
 * A tree of AMQP values with a place in it.
 *
 * A pn_data_t holds any number of values side by side; a list, map, array or described value has children.
 * The place is two things: a *parent*, whose children one sees (at first the pn_data_t itself), and a
 * *current* value among them, or none, which is the position before the first.
 *
 * Moving: pn_data_next() and pn_data_prev() go to a neighbour; pn_data_enter() makes the current value the
 * parent, with no current value, so that pn_data_next() comes to the first child; pn_data_exit() goes back up
 * to the value that was entered; pn_data_rewind() goes to the very start. Nothing else moves the place but
 * putting, decoding, appending and lookup.
 *
 * Writing: each pn_data_put_...() writes the value *after* the current one and makes it current. If there is
 * a neighbour already, it is overwritten, and its children are dropped; else the value is added at the end.
 * So a fresh tree is filled by putting value after value, and an old one is overwritten from the start after
 * pn_data_rewind().
 *
 * A compound value is put empty, entered, given its children, and left:
 * @code
 *   pn_data_put_map(data);                            // {"weight"=12}
 *   pn_data_enter(data);
 *   pn_data_put_string(data, pn_bytes(6, "weight"));
 *   pn_data_put_int(data, 12);
 *   pn_data_exit(data);
 * @endcode
 *
 * Reading: each pn_data_get_...() reads the current value and moves nothing. Asked for a type that the value
 * does not have, it answers 0, false or no bytes; pn_data_type() tells which one to ask for:
 * @code
 *   pn_data_rewind(data);
 *   if (pn_data_next(data) && pn_data_type(data) == PN_MAP) {
 *     pn_data_enter(data);
 *     while (pn_data_next(data)) {                    // at a key
 *       pn_bytes_t key = pn_data_get_string(data);
 *       if (!pn_data_next(data)) break;               // at its value
 *       ...
 *     }
 *     pn_data_exit(data);
 *   }
 * @endcode
 *
 * A function that fails leaves the code and a text in pn_data_error(), and the tree as usable as before. What
 * was put before the failure stays; a value that would have been incomplete does not, except after
 * pn_data_fill().
 */
typedef struct pn_data_t pn_data_t;

/**
 * Make an empty tree of values.
 *
 * @param capacity  for how many values to take memory at once; it grows as needed, so 0 is fine
 * @return to be freed with pn_data_free(); NULL when there is no memory
 */
PN_EXTERN pn_data_t *pn_data(size_t capacity);

/**
 * Free a tree that pn_data() made, with all that was handed out of it. NULL is fine.
 *
 * Trees that belong to something (pn_message_body(), pn_terminus_filter(), ...) are freed by their owners.
 */
PN_EXTERN void pn_data_free(pn_data_t *data);

/**
 * Code of the last failure of this tree's functions: pn_error_code() of pn_data_error().
 */
PN_EXTERN int pn_data_errno(pn_data_t *data);

/**
 * The last failure of this tree's functions.
 *
 * @return owned by the tree, as long as that lives; a success does not reset it, pn_data_clear() does
 */
PN_EXTERN pn_error_t *pn_data_error(pn_data_t *data);

/**
 * Limit how large a tree can grow, for what a peer may make it grow to.
 *
 * From then on whatever would add a value or bytes beyond the limit fails with PN_OUT_OF_MEMORY. What is
 * there stays. The limits outlast pn_data_clear().
 *
 * @param data       the tree; nothing happens for NULL
 * @param max_nodes  most values, each compound counting as one on top of its children; 0, or anything above
 *                   65535, for the most there can be, which is 65535
 * @param max_buf    most bytes of binaries, strings, symbols, UUIDs and decimal128s together; 0 for no limit
 */
PN_EXTERN void pn_data_set_decode_limits(pn_data_t *data, size_t max_nodes, size_t max_buf);

/**
 * Put values as a format describes them, with the arguments in a va_list. Otherwise as pn_data_fill().
 *
 * @param data  the tree
 * @param fmt   letters as for pn_data_fill()
 * @param ap    the arguments; undefined afterwards
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_vfill(pn_data_t *data, const char *fmt, va_list ap);

/**
 * Put values as a format describes them: one letter for each value.
 *
 * | letter  | arguments               | value                                                  |
 * |---------|-------------------------|--------------------------------------------------------|
 * | `n`     | none                    | null                                                   |
 * | `o`     | int                     | bool                                                   |
 * | `B` `b` | unsigned int, int       | ubyte, byte                                            |
 * | `H` `h` | unsigned int, int       | ushort, short                                          |
 * | `I` `i` | uint32_t, int32_t       | uint, int                                              |
 * | `L` `l` | uint64_t, int64_t       | ulong, long                                            |
 * | `t`     | pn_timestamp_t          | timestamp                                              |
 * | `f` `d` | double                  | float, double                                          |
 * | `z`     | size_t, const char *    | binary; null if the pointer is NULL                    |
 * | `Z`     | size_t, const char *    | binary; empty if the pointer is NULL                   |
 * | `S` `s` | const char * with a NUL | string, symbol; null if the pointer is NULL            |
 * | `a`     | pn_atom_t *             | the atom                                               |
 * | `C`     | pn_data_t *             | copy of that tree's first value; null if NULL or empty |
 * | `M`     | pn_data_t *             | as `C`, for a field with several values: see below     |
 * | `D`     | none                    | described: descriptor and value are the next two       |
 * | `@T`    | pn_type_t               | array of that type, elements in `[` `]`: `"@T[ii]"`    |
 * | `[` `]` | none                    | list (or an array's elements) between them             |
 * | `{` `}` | none                    | map between them, keys and values in turn              |
 * | `?`     | int, a truth value      | if false, null in place of the next value              |
 * | `*s`    | size_t, char **         | so many symbols, out of an array of pointers           |
 *
 * `M` stands for a field that the standard calls multiple [1.3.4]: of an array with one element it puts that
 * element, for an array without any it puts null. The value that `?` leaves out takes its arguments all the
 * same. What is still open at the end of the format stays entered, for the next call to go on inside it.
 *
 * @code
 *   pn_data_fill(data, "DL[S?In]", (uint64_t)0x10, "me", has_size, size);
 * @endcode
 *
 * @param data  the tree, filled as by the pn_data_put_...() functions
 * @param fmt   the letters, with nothing between them
 * @return 0; PN_ARG_ERR for a letter that does not exist, PN_ERR for a closing bracket that closes nothing,
 *         PN_OUT_OF_MEMORY. What came before stays in the tree
 */
PN_EXTERN int pn_data_fill(pn_data_t *data, const char *fmt, ...);

/**
 * Take values as a format describes them, with the addresses in a va_list. Otherwise as pn_data_scan().
 *
 * @param data  the tree
 * @param fmt   letters as for pn_data_scan()
 * @param ap    the addresses; undefined afterwards
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_vscan(pn_data_t *data, const char *fmt, va_list ap);

/**
 * Take values as a format describes them: one letter for each value, and an address for each that is wanted.
 *
 * Reading begins at the start of the tree, as after pn_data_rewind(). Where the value is missing, or is of
 * another type than the letter says, the address gets 0, false or no bytes (what `a` and `C` stand for is left
 * alone), and reading goes on; a `?` before the letter tells the difference.
 *
 * | letter      | address of           | value                                                      |
 * |-------------|----------------------|------------------------------------------------------------|
 * | `n`         | none                 | null                                                       |
 * | `o`         | bool                 | bool                                                       |
 * | `B` `b`     | uint8_t, int8_t      | ubyte, byte                                                |
 * | `H` `h`     | uint16_t, int16_t    | ushort, short                                              |
 * | `I` `i`     | uint32_t, int32_t    | uint, int                                                  |
 * | `L` `l`     | uint64_t, int64_t    | ulong, long                                                |
 * | `c`         | pn_char_t            | char                                                       |
 * | `t`         | pn_timestamp_t       | timestamp                                                  |
 * | `f` `d`     | float, double        | float, double                                              |
 * | `z` `S` `s` | pn_bytes_t           | binary, string, symbol; the bytes stay the tree's          |
 * | `a`         | pn_atom_t            | any value that is not compound                             |
 * | `C`         | the pn_data_t itself | any value, appended to that tree                           |
 * | `.`         | none                 | any value, skipped                                         |
 * | `D`         | none                 | described: descriptor and value are the next two letters   |
 * | `@` `[` `]` | none                 | array, elements in `[` `]`                                 |
 * | `[` `]`     | none                 | list between them; further elements are skipped            |
 * | `{` `}`     | none                 | map between them, keys and values in turn                  |
 * | `?`         | bool                 | whether the next value is there, of the next letter's type |
 *
 * @code
 *   bool has_size;
 *   pn_data_scan(data, "D.[S?I]", &name, &has_size, &size);
 * @endcode
 *
 * @param data  the tree; its place is somewhere else afterwards
 * @param fmt   the letters, with nothing between them
 * @return 0; PN_ARG_ERR for a letter that does not exist or a `?` at the end, PN_ERR for a closing bracket
 *         that closes nothing
 */
PN_EXTERN int pn_data_scan(pn_data_t *data, const char *fmt, ...);

/**
 * Empty a tree, and reset its error. Memory and limits are kept, so that filling it again allocates nothing.
 */
PN_EXTERN void pn_data_clear(pn_data_t *data);

/**
 * Number of all values in a tree, wherever the place is: each compound counts as one, and so do its children.
 * Children of a value that was overwritten go on counting, here and against the limits, until the tree is
 * cleared.
 */
PN_EXTERN size_t pn_data_size(pn_data_t *data);

/**
 * Go to the start: no current value, and the pn_data_t itself as the parent (or the value that
 * pn_data_narrow() chose).
 */
PN_EXTERN void pn_data_rewind(pn_data_t *data);

/**
 * Go to the next value, or to the first when there is no current one.
 *
 * @return false, and nothing moves, when there is none
 */
PN_EXTERN bool pn_data_next(pn_data_t *data);

/**
 * Go to the previous value.
 *
 * @return false, and nothing moves, when the current value is the first or there is none
 */
PN_EXTERN bool pn_data_prev(pn_data_t *data);

/**
 * Go inside the current value: it becomes the parent, and no child is current yet.
 *
 * @return false, and nothing moves, when there is no current value or it is not a list, map, array or
 *         described value
 */
PN_EXTERN bool pn_data_enter(pn_data_t *data);

/**
 * Go back up: the parent becomes the current value.
 *
 * @return false, and nothing moves, when nothing was entered
 */
PN_EXTERN bool pn_data_exit(pn_data_t *data);

/**
 * Inside a map, go to the value of a key.
 *
 * The pairs after the place are searched (all of them just after pn_data_enter()) for a key that is a string
 * or symbol with this text.
 *
 * @param data  the tree, with a map as the parent and a value, or nothing, as the current one
 * @param name  the key, with a NUL at its end
 * @return true with the value as the current one, or false at the end of the map
 */
PN_EXTERN bool pn_data_lookup(pn_data_t *data, const char *name);

/**
 * Type of the current value.
 *
 * @return PN_INVALID when there is none
 */
PN_EXTERN pn_type_t pn_data_type(pn_data_t *data);

/**
 * Print a tree to the standard output, as pn_data_format() formats it.
 *
 * @return 0, or a negative code when that cannot be written
 */
PN_EXTERN int pn_data_print(pn_data_t *data);

/**
 * Write a tree as a text for people, such as `{"weight"=12, :color=[1, 2]}`. The place stays.
 *
 * @param data   the tree
 * @param bytes  where to write
 * @param size   how much room there is, one more than the text for the NUL behind it; on success, the length of the
 *               text without the NUL
 * @return 0, or PN_OVERFLOW when there is too little room
 */
PN_EXTERN int pn_data_format(pn_data_t *data, char *bytes, size_t *size);

/**
 * Encode all values of a tree, one after the other, each in its smallest encoding. The place stays. [1.6]
 *
 * @param data   the tree
 * @param bytes  where to write
 * @param size   how much room there is
 * @return how many bytes were written; PN_OVERFLOW when there is too little room; PN_ARG_ERR for a tree that
 *         cannot be encoded: a described value without its two children, an array with elements of another
 *         type, a map with a key and no value
 */
PN_EXTERN ssize_t pn_data_encode(pn_data_t *data, char *bytes, size_t size);

/**
 * Number of bytes that pn_data_encode() would write.
 *
 * @return the number, or the negative code that pn_data_encode() would end with
 */
PN_EXTERN ssize_t pn_data_encoded_size(pn_data_t *data);

/**
 * Decode the first value of some bytes, with all its children, and put it as the pn_data_put_...() functions
 * do. [1]
 *
 * Everything about the encoding is checked, in a time that grows with the number of bytes and no more, and
 * without recursion. On failure the tree is as it was.
 *
 * @param data   the tree, where the value becomes the current one
 * @param bytes  the encoded value and what follows it; copied
 * @param size   how many bytes there are
 * @return how many bytes the value took; PN_UNDERFLOW when they end before it does; PN_ARG_ERR when they are
 *         not AMQP; PN_OUT_OF_MEMORY for no memory or a limit (see pn_data_set_decode_limits())
 */
PN_EXTERN ssize_t pn_data_decode(pn_data_t *data, const char *bytes, size_t size);

/**
 * Put an empty list; enter it to put the elements. [1.6.22]
 *
 * @return 0 or a negative code: PN_OUT_OF_MEMORY for no memory or a limit, here and for all that follow
 */
PN_EXTERN int pn_data_put_list(pn_data_t *data);

/**
 * Put an empty map; enter it to put keys and values in turn. [1.6.23]
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_map(pn_data_t *data);

/**
 * Put an empty array; enter it to put the elements, after the descriptor if it is described. [1.6.24]
 *
 * @code
 *   pn_data_put_array(data, true, PN_INT);            // @PN_INT[...], described by :primes
 *   pn_data_enter(data);
 *   pn_data_put_symbol(data, pn_bytes(6, "primes"));
 *   pn_data_put_int(data, 2);
 *   pn_data_put_int(data, 3);
 *   pn_data_exit(data);
 * @endcode
 *
 * @param data       the tree
 * @param described  whether the elements have a descriptor, which is then the first child, of any type
 * @param type       type of all elements; checked when the tree is encoded
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_array(pn_data_t *data, bool described, pn_type_t type);

/**
 * Put a described value without its parts; enter it to put the descriptor and then the value. [1.2]
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_described(pn_data_t *data);

/**
 * Put a null.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_null(pn_data_t *data);

/**
 * Put a bool.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_bool(pn_data_t *data, bool b);

/**
 * Put a ubyte.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_ubyte(pn_data_t *data, uint8_t ub);

/**
 * Put a byte.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_byte(pn_data_t *data, int8_t b);

/**
 * Put a ushort.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_ushort(pn_data_t *data, uint16_t us);

/**
 * Put a short.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_short(pn_data_t *data, int16_t s);

/**
 * Put a uint.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_uint(pn_data_t *data, uint32_t ui);

/**
 * Put an int.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_int(pn_data_t *data, int32_t i);

/**
 * Put a char.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_char(pn_data_t *data, pn_char_t c);

/**
 * Put a ulong.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_ulong(pn_data_t *data, uint64_t ul);

/**
 * Put a long.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_long(pn_data_t *data, int64_t l);

/**
 * Put a timestamp.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_timestamp(pn_data_t *data, pn_timestamp_t t);

/**
 * Put a float.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_float(pn_data_t *data, float f);

/**
 * Put a double.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_double(pn_data_t *data, double d);

/**
 * Put a decimal32.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_decimal32(pn_data_t *data, pn_decimal32_t d);

/**
 * Put a decimal64.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_decimal64(pn_data_t *data, pn_decimal64_t d);

/**
 * Put a decimal128.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_decimal128(pn_data_t *data, pn_decimal128_t d);

/**
 * Put a UUID.
 *
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_uuid(pn_data_t *data, pn_uuid_t u);

/**
 * Put a binary. [1.6.19]
 *
 * @param data   the tree
 * @param bytes  copied; they may come from this very tree
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_binary(pn_data_t *data, pn_bytes_t bytes);

/**
 * Put a string. [1.6.20]
 *
 * @param data    the tree
 * @param string  UTF-8, which is not checked, without a NUL at its end; copied
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_string(pn_data_t *data, pn_bytes_t string);

/**
 * Put a symbol. [1.6.21]
 *
 * @param data    the tree
 * @param symbol  ASCII, which is not checked, without a NUL at its end; copied
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_put_symbol(pn_data_t *data, pn_bytes_t symbol);

/**
 * Put the value of an atom.
 *
 * @param data  the tree
 * @param atom  bytes are copied; PN_LIST, PN_MAP and PN_DESCRIBED put one without items
 * @return 0 or a negative code: PN_ARG_ERR for PN_ARRAY, which would have no type of elements, and for what is no type
 */
PN_EXTERN int pn_data_put_atom(pn_data_t *data, pn_atom_t atom);

/**
 * Number of elements of the current value, if that is a list.
 *
 * @return 0 for anything else
 */
PN_EXTERN size_t pn_data_get_list(pn_data_t *data);

/**
 * Number of children of the current value, if that is a map: keys and values together, so twice the number of
 * pairs.
 *
 * @return 0 for anything else
 */
PN_EXTERN size_t pn_data_get_map(pn_data_t *data);

/**
 * Number of elements of the current value, if that is an array. A descriptor is a child and not an element.
 *
 * @return 0 for anything else
 */
PN_EXTERN size_t pn_data_get_array(pn_data_t *data);

/**
 * Whether the current value is an array with a descriptor, which is then its first child.
 */
PN_EXTERN bool pn_data_is_array_described(pn_data_t *data);

/**
 * Type of the elements of the current value, if that is an array.
 *
 * @return PN_INVALID for anything else
 */
PN_EXTERN pn_type_t pn_data_get_array_type(pn_data_t *data);

/**
 * Whether the current value is a described value: its first child is the descriptor, the second the value.
 */
PN_EXTERN bool pn_data_is_described(pn_data_t *data);

/**
 * Whether the current value is a null. False when there is no current value.
 */
PN_EXTERN bool pn_data_is_null(pn_data_t *data);

/**
 * The current value, if that is a bool.
 *
 * @return false for anything else
 */
PN_EXTERN bool pn_data_get_bool(pn_data_t *data);

/**
 * The current value, if that is a ubyte.
 *
 * @return 0 for anything else
 */
PN_EXTERN uint8_t pn_data_get_ubyte(pn_data_t *data);

/**
 * The current value, if that is a byte.
 *
 * @return 0 for anything else
 */
PN_EXTERN int8_t pn_data_get_byte(pn_data_t *data);

/**
 * The current value, if that is a ushort.
 *
 * @return 0 for anything else
 */
PN_EXTERN uint16_t pn_data_get_ushort(pn_data_t *data);

/**
 * The current value, if that is a short.
 *
 * @return 0 for anything else
 */
PN_EXTERN int16_t pn_data_get_short(pn_data_t *data);

/**
 * The current value, if that is a uint.
 *
 * @return 0 for anything else
 */
PN_EXTERN uint32_t pn_data_get_uint(pn_data_t *data);

/**
 * The current value, if that is an int.
 *
 * @return 0 for anything else
 */
PN_EXTERN int32_t pn_data_get_int(pn_data_t *data);

/**
 * The current value, if that is a char.
 *
 * @return 0 for anything else
 */
PN_EXTERN pn_char_t pn_data_get_char(pn_data_t *data);

/**
 * The current value, if that is a ulong.
 *
 * @return 0 for anything else
 */
PN_EXTERN uint64_t pn_data_get_ulong(pn_data_t *data);

/**
 * The current value, if that is a long.
 *
 * @return 0 for anything else
 */
PN_EXTERN int64_t pn_data_get_long(pn_data_t *data);

/**
 * The current value, if that is a timestamp.
 *
 * @return 0 for anything else
 */
PN_EXTERN pn_timestamp_t pn_data_get_timestamp(pn_data_t *data);

/**
 * The current value, if that is a float.
 *
 * @return 0 for anything else
 */
PN_EXTERN float pn_data_get_float(pn_data_t *data);

/**
 * The current value, if that is a double.
 *
 * @return 0 for anything else
 */
PN_EXTERN double pn_data_get_double(pn_data_t *data);

/**
 * The current value, if that is a decimal32.
 *
 * @return 0 for anything else
 */
PN_EXTERN pn_decimal32_t pn_data_get_decimal32(pn_data_t *data);

/**
 * The current value, if that is a decimal64.
 *
 * @return 0 for anything else
 */
PN_EXTERN pn_decimal64_t pn_data_get_decimal64(pn_data_t *data);

/**
 * The current value, if that is a decimal128.
 *
 * @return all zero bytes for anything else
 */
PN_EXTERN pn_decimal128_t pn_data_get_decimal128(pn_data_t *data);

/**
 * The current value, if that is a UUID.
 *
 * @return all zero bytes for anything else
 */
PN_EXTERN pn_uuid_t pn_data_get_uuid(pn_data_t *data);

/**
 * Bytes of the current value, if that is a binary.
 *
 * @return bytes that belong to the tree and stay until it is changed or freed; `{0, NULL}` for anything else
 */
PN_EXTERN pn_bytes_t pn_data_get_binary(pn_data_t *data);

/**
 * Bytes of the current value, if that is a string: UTF-8, no NUL at the end that counts.
 *
 * @return as pn_data_get_binary()
 */
PN_EXTERN pn_bytes_t pn_data_get_string(pn_data_t *data);

/**
 * Bytes of the current value, if that is a symbol: ASCII, no NUL at the end that counts.
 *
 * @return as pn_data_get_binary()
 */
PN_EXTERN pn_bytes_t pn_data_get_symbol(pn_data_t *data);

/**
 * Bytes of the current value, if that is a binary, a string or a symbol.
 *
 * @return as pn_data_get_binary()
 */
PN_EXTERN pn_bytes_t pn_data_get_bytes(pn_data_t *data);

/**
 * The current value as an atom.
 *
 * @return bytes stay the tree's, as with pn_data_get_binary(); of a compound value only the type; an atom of
 *         type PN_NULL when there is no current value
 */
PN_EXTERN pn_atom_t pn_data_get_atom(pn_data_t *data);

/**
 * Make a tree equal to another. What it held is gone, and its place is the start; the other stays as it is.
 *
 * @param data  the tree to change
 * @param src   the tree to copy
 * @return 0 or a negative code: PN_OUT_OF_MEMORY, with `data` empty
 */
PN_EXTERN int pn_data_copy(pn_data_t *data, pn_data_t *src);

/**
 * Put copies of all values of another tree, as the pn_data_put_...() functions would put them, with the last
 * one as the current.
 *
 * @param data  the tree to put them into
 * @param src   the tree to copy, which stays as it is
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_append(pn_data_t *data, pn_data_t *src);

/**
 * Put copies of the first values of another tree, each with its children. Otherwise as pn_data_append().
 *
 * @param data   the tree to put them into
 * @param src    the tree to copy, which stays as it is
 * @param limit  how many of its outermost values at most; negative for all
 * @return 0 or a negative code
 */
PN_EXTERN int pn_data_appendn(pn_data_t *data, pn_data_t *src, int limit);

/**
 * Take the present parent and the values before the place out of sight, so that pn_data_rewind() comes back
 * here.
 *
 * The code that is handed the tree can then move about in it as if the rest did not exist. Undone by
 * pn_data_widen().
 */
PN_EXTERN void pn_data_narrow(pn_data_t *data);

/**
 * Make the whole tree visible again, after pn_data_narrow().
 */
PN_EXTERN void pn_data_widen(pn_data_t *data);

/**
 * Remember the place.
 *
 * @return for pn_data_restore()
 */
PN_EXTERN pn_handle_t pn_data_point(pn_data_t *data);

/**
 * Go back to a place that pn_data_point() remembered.
 *
 * @param data   the tree
 * @param point  the place
 * @return false, and nothing moves, when the tree was changed so that the place no longer exists
 */
PN_EXTERN bool pn_data_restore(pn_data_t *data, pn_handle_t point);

/**
 * Print a tree to the standard output the way it lies in memory, with its place, to find out why something
 * moves oddly.
 */
PN_EXTERN void pn_data_dump(pn_data_t *data);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_CODEC_H */
