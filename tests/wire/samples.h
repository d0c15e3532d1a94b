/* samples.h: scalars in every encoding, with their limits, for the tests of reading and of writing. [1.6] */
#ifndef BARYON_TESTS_WIRE_SAMPLES_H
#define BARYON_TESTS_WIRE_SAMPLES_H

#include <limits.h>
#include <proton/codec.h>

/* Which of the encodings of its value a sample is. */
enum sample_kind { SMALLEST, LARGER };

struct sample {
  const char *encoded; /* as octets_of() reads it */
  pn_atom_t atom;
  enum sample_kind kind;
};

#define TEXT(text)                                                                                           \
  { sizeof(text) - 1, (text) }
#define SIXTEEN "0123456789abcdef"
#define SIXTEEN_CHARS                                                                                        \
  { '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f' }

static const struct sample samples[] = {
    {"40", {PN_NULL}, SMALLEST},

    {"41", {PN_BOOL, {.as_bool = true}}, SMALLEST},
    {"42", {PN_BOOL, {.as_bool = false}}, SMALLEST},
    {"56 01", {PN_BOOL, {.as_bool = true}}, LARGER},
    {"56 00", {PN_BOOL, {.as_bool = false}}, LARGER},

    {"50 00", {PN_UBYTE, {.as_ubyte = 0}}, SMALLEST},
    {"50 80", {PN_UBYTE, {.as_ubyte = 128}}, SMALLEST},
    {"50 ff", {PN_UBYTE, {.as_ubyte = UINT8_MAX}}, SMALLEST},
    {"51 00", {PN_BYTE, {.as_byte = 0}}, SMALLEST},
    {"51 7f", {PN_BYTE, {.as_byte = INT8_MAX}}, SMALLEST},
    {"51 ff", {PN_BYTE, {.as_byte = -1}}, SMALLEST},
    {"51 80", {PN_BYTE, {.as_byte = INT8_MIN}}, SMALLEST},

    {"60 0000", {PN_USHORT, {.as_ushort = 0}}, SMALLEST},
    {"60 0102", {PN_USHORT, {.as_ushort = 0x102}}, SMALLEST},
    {"60 ffff", {PN_USHORT, {.as_ushort = UINT16_MAX}}, SMALLEST},
    {"61 0000", {PN_SHORT, {.as_short = 0}}, SMALLEST},
    {"61 7fff", {PN_SHORT, {.as_short = INT16_MAX}}, SMALLEST},
    {"61 ffff", {PN_SHORT, {.as_short = -1}}, SMALLEST},
    {"61 8000", {PN_SHORT, {.as_short = INT16_MIN}}, SMALLEST},

    {"43", {PN_UINT, {.as_uint = 0}}, SMALLEST},
    {"52 00", {PN_UINT, {.as_uint = 0}}, LARGER},
    {"70 00000000", {PN_UINT, {.as_uint = 0}}, LARGER},
    {"52 01", {PN_UINT, {.as_uint = 1}}, SMALLEST},
    {"52 ff", {PN_UINT, {.as_uint = 255}}, SMALLEST},
    {"70 000000ff", {PN_UINT, {.as_uint = 255}}, LARGER},
    {"70 00000100", {PN_UINT, {.as_uint = 256}}, SMALLEST},
    {"70 01020304", {PN_UINT, {.as_uint = 0x1020304}}, SMALLEST},
    {"70 ffffffff", {PN_UINT, {.as_uint = UINT32_MAX}}, SMALLEST},

    {"54 00", {PN_INT, {.as_int = 0}}, SMALLEST},
    {"71 00000000", {PN_INT, {.as_int = 0}}, LARGER},
    {"54 7f", {PN_INT, {.as_int = 127}}, SMALLEST},
    {"71 00000080", {PN_INT, {.as_int = 128}}, SMALLEST},
    {"54 80", {PN_INT, {.as_int = -128}}, SMALLEST},
    {"71 ffffff80", {PN_INT, {.as_int = -128}}, LARGER},
    {"71 ffffff7f", {PN_INT, {.as_int = -129}}, SMALLEST},
    {"71 7fffffff", {PN_INT, {.as_int = INT32_MAX}}, SMALLEST},
    {"71 80000000", {PN_INT, {.as_int = INT32_MIN}}, SMALLEST},

    {"44", {PN_ULONG, {.as_ulong = 0}}, SMALLEST},
    {"53 00", {PN_ULONG, {.as_ulong = 0}}, LARGER},
    {"80 0000000000000000", {PN_ULONG, {.as_ulong = 0}}, LARGER},
    {"53 01", {PN_ULONG, {.as_ulong = 1}}, SMALLEST},
    {"53 ff", {PN_ULONG, {.as_ulong = 255}}, SMALLEST},
    {"80 00000000000000ff", {PN_ULONG, {.as_ulong = 255}}, LARGER},
    {"80 0000000000000100", {PN_ULONG, {.as_ulong = 256}}, SMALLEST},
    {"80 0102030405060708", {PN_ULONG, {.as_ulong = 0x102030405060708}}, SMALLEST},
    {"80 ffffffffffffffff", {PN_ULONG, {.as_ulong = UINT64_MAX}}, SMALLEST},

    {"55 00", {PN_LONG, {.as_long = 0}}, SMALLEST},
    {"81 0000000000000000", {PN_LONG, {.as_long = 0}}, LARGER},
    {"55 7f", {PN_LONG, {.as_long = 127}}, SMALLEST},
    {"81 0000000000000080", {PN_LONG, {.as_long = 128}}, SMALLEST},
    {"55 80", {PN_LONG, {.as_long = -128}}, SMALLEST},
    {"81 ffffffffffffff80", {PN_LONG, {.as_long = -128}}, LARGER},
    {"81 ffffffffffffff7f", {PN_LONG, {.as_long = -129}}, SMALLEST},
    {"81 7fffffffffffffff", {PN_LONG, {.as_long = INT64_MAX}}, SMALLEST},
    {"81 8000000000000000", {PN_LONG, {.as_long = INT64_MIN}}, SMALLEST},

    {"72 3fc00000", {PN_FLOAT, {.as_float = 1.5f}}, SMALLEST},
    {"72 80000000", {PN_FLOAT, {.as_float = -0.0f}}, SMALLEST},
    {"72 ff800000", {PN_FLOAT, {.as_uint = 0xff800000}}, SMALLEST}, /* -infinity */
    {"72 7fa00001", {PN_FLOAT, {.as_uint = 0x7fa00001}}, SMALLEST}, /* a signalling NaN stays as it is */
    {"82 c004000000000000", {PN_DOUBLE, {.as_double = -2.5}}, SMALLEST},
    {"82 7ff0000000000001", {PN_DOUBLE, {.as_ulong = 0x7ff0000000000001}}, SMALLEST},
    {"83 0000000000000000", {PN_TIMESTAMP, {.as_timestamp = 0}}, SMALLEST},
    {"83 ffffffffffffffff", {PN_TIMESTAMP, {.as_timestamp = -1}}, SMALLEST},
    {"83 8000000000000000", {PN_TIMESTAMP, {.as_timestamp = INT64_MIN}}, SMALLEST},
    {"73 00000061", {PN_CHAR, {.as_char = 'a'}}, SMALLEST},
    {"73 0010ffff", {PN_CHAR, {.as_char = 0x10ffff}}, SMALLEST},
    {"74 22500001", {PN_DECIMAL32, {.as_decimal32 = 0x22500001}}, SMALLEST},
    {"84 2238000000000001", {PN_DECIMAL64, {.as_decimal64 = 0x2238000000000001}}, SMALLEST},
    {"94 '" SIXTEEN "'", {PN_DECIMAL128, {.as_decimal128 = {SIXTEEN_CHARS}}}, SMALLEST},
    {"98 '" SIXTEEN "'", {PN_UUID, {.as_uuid = {SIXTEEN_CHARS}}}, SMALLEST},

    {"a0 00", {PN_BINARY, {.as_bytes = TEXT("")}}, SMALLEST},
    {"b0 00000000", {PN_BINARY, {.as_bytes = TEXT("")}}, LARGER},
    {"a0 02 00ff", {PN_BINARY, {.as_bytes = TEXT("\0\xff")}}, SMALLEST},
    {"b0 00000002 00ff", {PN_BINARY, {.as_bytes = TEXT("\0\xff")}}, LARGER},
    {"a1 00", {PN_STRING, {.as_bytes = TEXT("")}}, SMALLEST},
    {"b1 00000000", {PN_STRING, {.as_bytes = TEXT("")}}, LARGER},
    {"a1 05 'hello'", {PN_STRING, {.as_bytes = TEXT("hello")}}, SMALLEST},
    {"a1 04 'a' 00 c3a9", {PN_STRING, {.as_bytes = TEXT("a\0\xc3\xa9")}}, SMALLEST},
    {"b1 00000005 'hello'", {PN_STRING, {.as_bytes = TEXT("hello")}}, LARGER},
    {"a3 00", {PN_SYMBOL, {.as_bytes = TEXT("")}}, SMALLEST},
    {"b3 00000000", {PN_SYMBOL, {.as_bytes = TEXT("")}}, LARGER},
    {"a3 06 'x-opt-'", {PN_SYMBOL, {.as_bytes = TEXT("x-opt-")}}, SMALLEST},
    {"b3 00000006 'x-opt-'", {PN_SYMBOL, {.as_bytes = TEXT("x-opt-")}}, LARGER},
};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

#endif
