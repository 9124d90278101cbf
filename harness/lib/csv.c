/* Reads and writes tables of comma-separated values; see csv.h. */
#include "lib/csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/file.h"
#include "lib/text.h"

#define CSV_MOST (16u << 20)

static char choose_separator(const char *text)
{
    static const char separators[] = ",;\t";
    size_t counts[3] = {0}, best = 0;
    for (const char *at = text; *at != '\0' && *at != '\n'; at++) {
        for (size_t i = 0; i < 3; i++) {
            counts[i] += *at == separators[i];
        }
    }
    for (size_t i = 1; i < 3; i++) {
        best = counts[i] > counts[best] ? i : best;
    }
    return separators[best];
}

static void add_field(struct csv_row *row, struct buffer *field)
{
    row->fields = reallocate(row->fields, (row->count + 1) * sizeof(*row->fields));
    row->fields[row->count++] = copy_string(buffer_string(field));
    buffer_free(field);
}

/* Reads the field at *at, whose end *at is left behind. false: a quote is not closed. */
static bool read_field(const char **at, char separator, struct buffer *field, size_t *lines)
{
    const char *text = *at;
    bool quoted = *text == '"';
    text += quoted;
    while (*text != '\0') {
        if (quoted && text[0] == '"' && text[1] == '"') {
            text++;
        } else if (quoted && *text == '"') {
            quoted = false;
            text++;
            continue;
        } else if (!quoted && (*text == separator || *text == '\n')) {
            break;
        }
        *lines += *text == '\n';
        if (quoted || text[0] != '\r' || text[1] != '\n') {
            buffer_add(field, text, 1);
        }
        text++;
    }
    *at = text;
    return !quoted;
}

static bool is_empty(const struct csv_row *row)
{
    return row->count == 0 || (row->count == 1 && row->fields[0][0] == '\0');
}

static void free_row(struct csv_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        free(row->fields[i]);
    }
    free(row->fields);
}

static int read_rows(struct csv *csv, const char *path, const char *at, struct error *error)
{
    for (size_t line = 1; *at != '\0';) {
        struct csv_row row = {.line = line};
        bool is_comment = *at == '#'; /* and not "#" in quotes */
        for (bool more = true; more;) {
            struct buffer field = {0};
            if (!read_field(&at, csv->separator, &field, &line)) {
                buffer_free(&field);
                free_row(&row);
                return error_set(error, "%s:%zu: a field in quotes does not end", path, row.line);
            }
            add_field(&row, &field);
            more = *at == csv->separator && *at != '\0';
            at += more;
        }
        line += *at == '\n';
        at += *at == '\n';
        if (is_empty(&row) || is_comment) {
            free_row(&row);
            continue;
        }
        csv->rows = reallocate(csv->rows, (csv->count + 1) * sizeof(*csv->rows));
        csv->rows[csv->count++] = row;
    }
    return 0;
}

int csv_read(struct csv *csv, const char *path, struct error *error)
{
    struct buffer text = {0};
    *csv = (struct csv){0};
    if (file_read_bounded(path, CSV_MOST, &text, error) != 0 ||
        text_check(&text, path, error) != 0) {
        buffer_free(&text);
        return -1;
    }
    const char *at = buffer_string(&text);
    at += strncmp(at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    csv->separator = choose_separator(at);
    int status = read_rows(csv, path, at, error);
    buffer_free(&text);
    if (status != 0) {
        csv_free(csv);
    }
    return status;
}

void csv_free(struct csv *csv)
{
    for (size_t i = 0; i < csv->count; i++) {
        free_row(&csv->rows[i]);
    }
    free(csv->rows);
    *csv = (struct csv){0};
}

const char *csv_field(const struct csv_row *row, size_t column)
{
    return column < row->count ? row->fields[column] : "";
}

void csv_set(struct csv_row *row, size_t column, const char *text)
{
    while (row->count <= column) {
        struct buffer empty = {0};
        add_field(row, &empty);
    }
    free(row->fields[column]);
    row->fields[column] = copy_string(text);
}

size_t csv_column(const struct csv *csv, const char *heading)
{
    for (size_t i = 0; csv->count > 0 && i < csv->rows[0].count; i++) {
        if (strcasecmp(csv->rows[0].fields[i], heading) == 0) {
            return i;
        }
    }
    return CSV_NONE;
}

void csv_add(struct buffer *to, const char *text, char separator)
{
    const char needs[] = {separator, '"', '\r', '\n', '#', '\0'};
    if (strpbrk(text, needs) == NULL) {
        buffer_text(to, text);
        return;
    }
    buffer_text(to, "\"");
    for (; *text != '\0'; text++) {
        buffer_text(to, *text == '"' ? "\"" : "");
        buffer_add(to, text, 1);
    }
    buffer_text(to, "\"");
}

void csv_add_text(struct buffer *to, const char *text)
{
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    buffer_text(to, formula ? "\"'" : "\"");
    char piece[TEXT_PIECE];
    while (text_next(&text, piece)) {
        buffer_text(to, piece[0] == '"' ? "\"\"" : piece);
    }
    buffer_text(to, "\"");
}

void csv_write(const struct csv *csv, struct buffer *to)
{
    for (size_t i = 0; i < csv->count; i++) {
        for (size_t k = 0; k < csv->rows[i].count; k++) {
            buffer_text(to, k > 0 ? (char[]){csv->separator, '\0'} : "");
            csv_add(to, csv->rows[i].fields[k], csv->separator);
        }
        buffer_text(to, "\r\n");
    }
}
