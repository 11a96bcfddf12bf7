/*
 * libcurl's printf family (curl/mprintf.h and Curl_dyn_vprintf of lib/dynbuf.c) by that of glibc.
 *
 * libcurl's own, made for systems without a printf to rely on, hands on each byte by a call of its own: 60 instructions for
 * each byte of a request's header, a seventh of all that a function spends on an event of one instance. glibc's copies a
 * `%s` whole. scripts/lib/static-libraries puts this in the place of mprintf.o.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* As in libcurl's lib/dynbuf.h: the longest text that is allocated. */
#define MAXIMUM_LENGTH 8000000

struct dynbuf;
int Curl_dyn_addn(struct dynbuf *buffer, const void *bytes, size_t count);
void Curl_dyn_free(struct dynbuf *buffer);

/* Appends the text; returns 0, or 1 where that fails, after which the buffer is empty. */
int Curl_dyn_vprintf(struct dynbuf *buffer, const char *format, va_list arguments) {
    char text[2048];
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(text, sizeof text, format, arguments);
    int failed = length < 0;
    if (!failed && (size_t)length < sizeof text) {
        /* The buffer frees itself where it cannot grow. */
        failed = length > 0 && Curl_dyn_addn(buffer, text, (size_t)length) != 0;
    } else if (!failed) {
        char *longer = NULL;
        length = vasprintf(&longer, format, again);
        failed = length < 0 || Curl_dyn_addn(buffer, longer, (size_t)length) != 0;
        if (length >= 0) free(longer);
    }
    va_end(again);
    if (failed) Curl_dyn_free(buffer);
    return failed;
}

char *curl_mvaprintf(const char *format, va_list arguments) {
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    if (length < 0) return NULL;
    if (length <= MAXIMUM_LENGTH) return text;
    free(text);
    return NULL;
}

/* Unlike vsnprintf, returns how many characters are stored. */
int curl_mvsnprintf(char *buffer, size_t size, const char *format, va_list arguments) {
    if (size == 0) return 0;
    int length = vsnprintf(buffer, size, format, arguments);
    return length >= 0 && (size_t)length >= size ? (int)size - 1 : length;
}

int curl_mvsprintf(char *buffer, const char *format, va_list arguments) { return vsprintf(buffer, format, arguments); }

int curl_mvprintf(const char *format, va_list arguments) { return vprintf(format, arguments); }

int curl_mvfprintf(FILE *file, const char *format, va_list arguments) { return vfprintf(file, format, arguments); }

#define WITH_ARGUMENTS(type, result, call)                                                                              \
    va_list arguments;                                                                                                  \
    va_start(arguments, format);                                                                                        \
    type result = call;                                                                                                 \
    va_end(arguments);                                                                                                  \
    return result

char *curl_maprintf(const char *format, ...) { WITH_ARGUMENTS(char *, text, curl_mvaprintf(format, arguments)); }

int curl_msnprintf(char *buffer, size_t size, const char *format, ...) {
    WITH_ARGUMENTS(int, length, curl_mvsnprintf(buffer, size, format, arguments));
}

int curl_msprintf(char *buffer, const char *format, ...) {
    WITH_ARGUMENTS(int, length, curl_mvsprintf(buffer, format, arguments));
}

int curl_mprintf(const char *format, ...) { WITH_ARGUMENTS(int, length, curl_mvprintf(format, arguments)); }

int curl_mfprintf(FILE *file, const char *format, ...) {
    WITH_ARGUMENTS(int, length, curl_mvfprintf(file, format, arguments));
}
