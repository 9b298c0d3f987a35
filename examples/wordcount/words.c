#define _GNU_SOURCE
#include "words.h"

#include <errno.h>
#include <fts.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* An example may end here; a program that must not would hand the failure up. */
static void *not_null(void *memory)
{
    if (memory == NULL) {
        fputs("wordcount: out of memory\n", stderr);
        abort();
    }
    return memory;
}

char *format_text(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return not_null(text);
}

char *join_path(const char *folder, const char *name)
{
    return format_text("%s/%s", folder, name);
}

static char *cannot_read(const char *path, int error)
{
    return format_text("cannot read %s: %s", path, strerror(error));
}

/* ---- Files ------------------------------------------------------------------------------------- */

static void add_name(struct file_list *list, const char *name)
{
    list->names = not_null(realloc(list->names, (list->count + 1) * sizeof *list->names));
    list->names[list->count++] = not_null(strdup(name));
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static char *walk_folder(struct file_list *list)
{
    char *roots[] = { list->folder, NULL };
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (walk == NULL)
        return cannot_read(list->folder, errno);

    char *problem = NULL;
    FTSENT *entry;
    while (problem == NULL && (entry = fts_read(walk)) != NULL) {
        if (entry->fts_info == FTS_F) {
            const char *name = entry->fts_path + strlen(list->folder);
            add_name(list, name + strspn(name, "/"));
        } else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS || entry->fts_info == FTS_ERR) {
            problem = cannot_read(entry->fts_path, entry->fts_errno);
        }
    }
    fts_close(walk);
    return problem;
}

char *list_files(const char *path, struct file_list *list)
{
    *list = (struct file_list){ .folder = not_null(strdup(path)) };
    struct stat status;
    if (stat(path, &status) != 0)
        return cannot_read(path, errno);
    if (S_ISREG(status.st_mode)) {
        char *slash = strrchr(list->folder, '/');
        add_name(list, slash + 1);
        *slash = '\0';
        return NULL;
    }
    char *problem = walk_folder(list);
    if (list->count > 0)
        qsort(list->names, list->count, sizeof *list->names, compare_names);
    return problem;
}

void free_file_list(struct file_list *list)
{
    for (size_t index = 0; index < list->count; index++)
        free(list->names[index]);
    free(list->names);
    free(list->folder);
}

/* ---- Bytes ------------------------------------------------------------------------------------- */

uint32_t crc32_of(uint32_t checksum, const char *bytes, size_t length)
{
    checksum = ~checksum;
    for (size_t index = 0; index < length; index++) {
        checksum ^= (unsigned char)bytes[index];
        for (int bit = 0; bit < 8; bit++)
            checksum = (checksum >> 1) ^ (0xEDB88320u & (0u - (checksum & 1u)));
    }
    return ~checksum;
}

char *measure_file(const char *path, int64_t *length, uint32_t *checksum)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return cannot_read(path, errno);

    char block[1 << 16];
    size_t got;
    *length = 0;
    *checksum = 0;
    while ((got = fread(block, 1, sizeof block, file)) > 0) {
        *length += (int64_t)got;
        *checksum = crc32_of(*checksum, block, got);
    }
    char *problem = ferror(file) ? cannot_read(path, errno) : NULL;
    fclose(file);
    return problem;
}

/* Not isalpha: that one asks the locale. */
static int is_letter(int byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

char *read_part(const char *path, int64_t offset, size_t size, char **part, size_t *length)
{
    *part = NULL;
    *length = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return cannot_read(path, errno);

    size_t room = size + 1;
    char *bytes = not_null(malloc(room));
    size_t count = fseeko(file, offset, SEEK_SET) == 0 ? fread(bytes, 1, size, file) : 0;
    int byte;
    while (count > 0 && is_letter(bytes[count - 1]) && is_letter(byte = getc(file))) {
        if (count + 1 == room)
            bytes = not_null(realloc(bytes, room *= 2));
        bytes[count++] = (char)byte;
    }
    char *problem = ferror(file) ? cannot_read(path, errno) : NULL;
    fclose(file);
    *part = bytes;
    *length = count;
    return problem;
}

/* ---- Words ------------------------------------------------------------------------------------- */

const char *next_word(char **cursor, char *end)
{
    char *word = *cursor;
    while (word < end && !is_letter(*word))
        word++;
    if (word == end)
        return NULL;

    char *after = word;
    for (; after < end && is_letter(*after); after++)
        *after |= 0x20; /* ASCII: the bit between 'A' and 'a' */
    *after = '\0';
    *cursor = after < end ? after + 1 : end;
    return word;
}
