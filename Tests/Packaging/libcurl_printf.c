/* Compares scripts/lib/libcurl-printf.c with glibc's printf; ends with 0 where they agree. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dynbuf {
    char text[20000];
    size_t length;
};

int Curl_dyn_addn(struct dynbuf *buffer, const void *bytes, size_t count) {
    memcpy(buffer->text + buffer->length, bytes, count);
    buffer->length += count;
    buffer->text[buffer->length] = '\0';
    return 0;
}

void Curl_dyn_free(struct dynbuf *buffer) { buffer->length = 0; }

int Curl_dyn_vprintf(struct dynbuf *buffer, const char *format, va_list arguments);
char *curl_maprintf(const char *format, ...);
int curl_msnprintf(char *buffer, size_t size, const char *format, ...);

static int append(struct dynbuf *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int failed = Curl_dyn_vprintf(buffer, format, arguments);
    va_end(arguments);
    return failed;
}

static void compare(const char *function, const char *format, const char *text, const char *expected) {
    if (strcmp(text, expected) == 0) return;
    printf("%s(\"%s\"): \"%s\" instead of \"%s\"\n", function, format, text, expected);
    exit(1);
}

#define CHECK(format, ...)                                                                                              \
    do {                                                                                                                \
        static char expected[20000];                                                                                    \
        static struct dynbuf buffer;                                                                                    \
        snprintf(expected, sizeof expected, format __VA_OPT__(, ) __VA_ARGS__);                                         \
        char *text = curl_maprintf(format __VA_OPT__(, ) __VA_ARGS__);                                                  \
        compare("curl_maprintf", format, text, expected);                                                               \
        free(text);                                                                                                     \
        buffer.length = 0;                                                                                              \
        buffer.text[0] = '\0';                                                                                          \
        if (append(&buffer, format __VA_OPT__(, ) __VA_ARGS__) != 0) exit(1);                                           \
        compare("Curl_dyn_vprintf", format, buffer.text, expected);                                                     \
        for (size_t size = 1; size < 50; size++) {                                                                      \
            char part[51], cut[50];                                                                                     \
            part[size] = '!';                                                                                           \
            int stored = curl_msnprintf(part, size, format __VA_OPT__(, ) __VA_ARGS__);                                 \
            snprintf(cut, size, format __VA_OPT__(, ) __VA_ARGS__);                                                     \
            compare("curl_msnprintf", format, part, cut);                                                               \
            if ((size_t)stored != strlen(cut) || part[size] != '!') exit(1);                                            \
        }                                                                                                               \
    } while (0)

int main(void) {
    static char kilobytes[5000];
    memset(kilobytes, 'a', sizeof kilobytes - 1);
    CHECK("plain");
    CHECK("%s", "");
    CHECK("a%sb%s", "x", kilobytes);
    CHECK("%s%s%s", "a", "", "c");
    CHECK("%d %d %d %d", 0, -1, INT_MIN, INT_MAX);
    CHECK("%u %ld %ld %lu", UINT_MAX, LONG_MIN, LONG_MAX, ULONG_MAX);
    CHECK("%s:%ld%%%s", "host", 443L, "tail");
    CHECK("%d%s%u%ld%lu%s", 1, "b", 2U, -3L, 4UL, "end");
    /* What glibc is asked for, before and after plain conversions. */
    CHECK("%02x %s", 10, "z");
    CHECK("%s %5d|%-4s|", "z", 7, "q");
    CHECK("%d %s %c", 5, kilobytes, 'x');
    CHECK("%zu %lld %.*s %.2f", (size_t)5, -5LL, 3, "abcdef", 1.5);
    return 0;
}
