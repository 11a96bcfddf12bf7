/*
 * libcurl's printf family (curl/mprintf.h and Curl_dyn_vprintf of lib/dynbuf.c) by that of glibc.
 *
 * libcurl's own, made for systems without a printf to rely on, hands on each byte by a call of its own: 60 instructions for
 * each byte of a request's header, a seventh of all that a function spends on an event of one instance. Here a `%s` is
 * copied whole, and what is not plain is left to glibc. scripts/lib/static-libraries puts this in the place of mprintf.o.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As in libcurl's lib/dynbuf.h: the longest text that is allocated. */
#define MAXIMUM_LENGTH 8000000

struct dynbuf;
int Curl_dyn_addn(struct dynbuf *buffer, const void *bytes, size_t count);
void Curl_dyn_free(struct dynbuf *buffer);

/* What a conversion specification (`%s`, `%d`, `%lu`, …) stands for, as a text. */
struct conversion {
    const char *text;
    size_t length;
    char digits[24];
};

/*
 * Reads the specification after `%` and takes its argument. Returns what follows it, or NULL where it is none of the plain ones
 * that nearly every text of libcurl is made with: those need no printf.
 */
static const char *convert(const char *specification, va_list *arguments, struct conversion *result) {
    unsigned long number;
    int isNegative = 0;
    switch (*specification) {
    case 's':
        result->text = va_arg(*arguments, const char *);
        if (result->text == NULL) result->text = "(nil)";
        result->length = strlen(result->text);
        return specification + 1;
    case 'd': {
        int value = va_arg(*arguments, int);
        isNegative = value < 0;
        number = isNegative ? -(unsigned long)value : (unsigned long)value;
        break;
    }
    case 'u': number = va_arg(*arguments, unsigned int); break;
    case 'l':
        specification++;
        if (*specification == 'd') {
            long value = va_arg(*arguments, long);
            isNegative = value < 0;
            number = isNegative ? -(unsigned long)value : (unsigned long)value;
        } else if (*specification == 'u') {
            number = va_arg(*arguments, unsigned long);
        } else {
            return NULL;
        }
        break;
    default: return NULL;
    }
    char *digit = result->digits + sizeof result->digits;
    do *--digit = (char)('0' + number % 10);
    while (number /= 10);
    if (isNegative) *--digit = '-';
    result->text = digit;
    result->length = (size_t)(result->digits + sizeof result->digits - digit);
    return specification + 1;
}

/* Stores what fits of a piece of text that begins at `end`; returns where it ends. */
static size_t store(char *buffer, size_t size, size_t end, const char *text, size_t length) {
    if (end < size) memcpy(buffer + end, text, length < size - end ? length : size - end);
    return end + length;
}

/* As vsnprintf: stores what fits, ended by a zero, and returns the length of the whole. */
static int format_text(char *buffer, size_t size, const char *format, va_list arguments) {
    size_t end = 0;
    va_list again;
    va_copy(again, arguments);
    for (const char *rest = format; rest != NULL;) {
        size_t literal = strcspn(rest, "%");
        end = store(buffer, size, end, rest, literal);
        rest += literal;
        if (*rest == '\0') {
            va_end(again);
            if (size > 0) buffer[end < size ? end : size - 1] = '\0';
            return end <= MAXIMUM_LENGTH ? (int)end : -1;
        }
        struct conversion part;
        rest = convert(rest + 1, &again, &part);
        if (rest != NULL) end = store(buffer, size, end, part.text, part.length);
    }
    va_end(again);
    return vsnprintf(buffer, size, format, arguments);
}

/* A text of any form in new memory, with its length; NULL where there is none or it would be too long. */
static char *allocate_text(const char *format, va_list arguments, int *length) {
    char text[1024];
    va_list again;
    va_copy(again, arguments);
    char *result = NULL;
    *length = format_text(text, sizeof text, format, arguments);
    if (*length >= 0 && *length <= MAXIMUM_LENGTH) result = malloc((size_t)*length + 1);
    if (result && (size_t)*length < sizeof text) {
        memcpy(result, text, (size_t)*length + 1);
    } else if (result) {
        format_text(result, (size_t)*length + 1, format, again);
    }
    va_end(again);
    return result;
}

/* Appends the text; returns 0, or 1 where that fails, after which the buffer is empty. */
int Curl_dyn_vprintf(struct dynbuf *buffer, const char *format, va_list arguments) {
    /* Most of a request's header is `%s`, often one of a kilobyte. */
    const char *percent = format;
    while ((percent = strchr(percent, '%')) && percent[1] == 's') percent += 2;
    if (percent) {
        int length;
        char *text = allocate_text(format, arguments, &length);
        int failed = text == NULL || (length > 0 && Curl_dyn_addn(buffer, text, (size_t)length) != 0);
        /* The buffer frees itself where it cannot grow. */
        if (text == NULL) Curl_dyn_free(buffer);
        free(text);
        return failed;
    }
    for (;;) {
        size_t literal = strcspn(format, "%");
        if (literal > 0 && Curl_dyn_addn(buffer, format, literal) != 0) return 1;
        if (format[literal] == '\0') return 0;
        format += literal + 2;
        const char *text = va_arg(arguments, const char *);
        if (text == NULL) text = "(nil)";
        size_t length = strlen(text);
        if (length > 0 && Curl_dyn_addn(buffer, text, length) != 0) return 1;
    }
}

char *curl_mvaprintf(const char *format, va_list arguments) {
    int length;
    return allocate_text(format, arguments, &length);
}

/* Unlike vsnprintf, returns how many characters are stored. */
int curl_mvsnprintf(char *buffer, size_t size, const char *format, va_list arguments) {
    if (size == 0) return 0;
    int length = format_text(buffer, size, format, arguments);
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
