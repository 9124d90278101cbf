/* Mutants of C: libclang's syntax tree says where something can be changed, changes.c to what. */
#include "syntax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Macro uses of the file being read: what comes out of a macro's body stands at its name. */
#define MAX_EXPANSIONS 8192

static struct {
    CXFile file;
    struct span span;
} expansions[MAX_EXPANSIONS];
static size_t expansion_count;

/* The span of a cursor in its file; false when it lies in no file of the hypervisor. */
static bool span_of(CXCursor cursor, CXFile *file, struct span *span)
{
    CXSourceRange range = clang_getCursorExtent(cursor);
    CXFile end_file;
    unsigned from, to;

    clang_getFileLocation(clang_getRangeStart(range), file, NULL, NULL, &from);
    clang_getFileLocation(clang_getRangeEnd(range), &end_file, NULL, NULL, &to);
    *span = (struct span){from, to};
    return *file && clang_File_isEqual(*file, end_file) && from < to;
}

static enum CXChildVisitResult note_expansion(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent, (void)data;
    if (clang_getCursorKind(cursor) == CXCursor_MacroExpansion &&
        expansion_count < MAX_EXPANSIONS &&
        span_of(cursor, &expansions[expansion_count].file, &expansions[expansion_count].span))
        expansion_count++;
    return CXChildVisit_Continue;
}

enum origin origin_of(CXFile file, struct span span)
{
    for (size_t i = 0; i < expansion_count; i++) {
        const struct span *macro = &expansions[i].span;
        if (macro->from != span.from || !clang_File_isEqual(expansions[i].file, file))
            continue;
        if (macro->to == span.to)
            return WHOLE_MACRO;
        return span.to < macro->to ? INSIDE_MACRO : PLAIN;
    }
    return PLAIN;
}

bool piece_of(CXCursor cursor, struct piece *piece)
{
    CXFile file;

    piece->cursor = cursor;
    piece->kind = clang_getCursorKind(cursor);
    if (!span_of(cursor, &file, &piece->span))
        return false;
    piece->origin = origin_of(file, piece->span);
    return true;
}

static enum CXChildVisitResult collect(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct children *children = data;

    (void)parent;
    if (children->count == MAX_CHILDREN)
        return CXChildVisit_Break;
    if (piece_of(cursor, &children->list[children->count]))
        children->count++;
    return CXChildVisit_Continue;
}

void children_of(const struct piece *piece, struct children *children)
{
    children->count = 0;
    clang_visitChildren(piece->cursor, collect, children);
}

/* The header's or source's own path from the project's root, if it is the hypervisor's. */
static const struct source *own_source(CXFile file)
{
    CXString name = clang_getFileName(file);
    const char *text = clang_getCString(name);
    const struct source *source = NULL;

    if (text && strncmp(text, "./", 2) == 0)
        text += 2;
    if (text && strncmp(text, "hv/", 3) == 0)
        source = source_read(text);
    clang_disposeString(name);
    return source;
}

static enum CXChildVisitResult top(CXCursor cursor, CXCursor parent, CXClientData data)
{
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    struct scope scope = {0};
    CXFile file;

    (void)parent, (void)data;
    if (kind != CXCursor_FunctionDecl && kind != CXCursor_VarDecl)
        return CXChildVisit_Continue;
    if (kind == CXCursor_FunctionDecl && !clang_isCursorDefinition(cursor))
        return CXChildVisit_Continue;
    if (!piece_of(cursor, &scope.declaration) || !span_of(cursor, &file, &scope.around))
        return CXChildVisit_Continue;
    scope.source = own_source(file);
    if (!scope.source)
        return CXChildVisit_Continue;
    CXString name = clang_getCursorSpelling(cursor);
    scope.function = kind == CXCursor_FunctionDecl ? clang_getCString(name) : "-";
    scope.result = clang_getCanonicalType(clang_getCursorResultType(cursor)).kind;
    walk(&scope, &scope.declaration);
    clang_disposeString(name);
    return CXChildVisit_Continue;
}

static bool is_read(const char *path, CXTranslationUnit unit)
{
    for (unsigned i = 0; unit && i < clang_getNumDiagnostics(unit); i++) {
        CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
        bool bad = clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
        CXString text = clang_formatDiagnostic(diagnostic, clang_defaultDiagnosticDisplayOptions());
        if (bad)
            fprintf(stderr, "mutation: %s\n", clang_getCString(text));
        clang_disposeString(text);
        clang_disposeDiagnostic(diagnostic);
        if (bad)
            return false;
    }
    if (!unit)
        fprintf(stderr, "mutation: %s: libclang does not read it\n", path);
    return unit != NULL;
}

bool syntax_add(const char *path, const char *const *flags, int flag_count)
{
    static CXIndex index;

    if (!index)
        index = clang_createIndex(0, 0);
    CXTranslationUnit unit = clang_parseTranslationUnit(
        index, path, flags, flag_count, NULL, 0, CXTranslationUnit_DetailedPreprocessingRecord);
    if (!is_read(path, unit))
        return false;
    CXCursor root = clang_getTranslationUnitCursor(unit);
    expansion_count = 0;
    clang_visitChildren(root, note_expansion, NULL);
    clang_visitChildren(root, top, NULL);
    clang_disposeTranslationUnit(unit);
    return true;
}
