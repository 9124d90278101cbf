/*
 * LLVM FileCheck as the oracle of our CHECK directives: random checks over random events, decided
 * by both, must get the same answer. Events are written as lines; only what both languages have
 * is drawn (CHECK, NEXT, DAG, NOT, COUNT, bindings with + and -).
 */
#include <glob.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_fixture.h"
#include "lib/file.h"

#define CASES  400
#define EVENTS 12

/* Whichever version the distribution has: Debian's llvm-14-tools and the like. To free(). */
static char *oracle(void)
{
    glob_t found = {0};
    char *program = NULL;
    if (glob("/usr/lib/llvm-*/bin/FileCheck", 0, NULL, &found) == 0)
        program = copy_string(found.gl_pathv[0]);
    globfree(&found);
    return program;
}

static uint64_t state = 1;

static unsigned draw(unsigned below)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(state >> 33) % below;
}

static const char *const events[] = {"kvm_exit", "kvm_entry"};

/* A pattern in both languages: ours and FileCheck's. */
static void draw_pattern(struct buffer *ours, struct buffer *theirs, bool bind, bool *bound)
{
    unsigned which = draw(2);
    buffer_printf(ours, " %s", events[which]);
    buffer_printf(theirs, " {{^}}%s vcpu=", events[which]);
    if (draw(3)) {
        unsigned vcpu = draw(2);
        buffer_printf(ours, " vcpu=%u", vcpu);
        buffer_printf(theirs, "%u", vcpu);
    } else {
        buffer_text(theirs, "{{[0-9]+}}");
    }
    unsigned form = draw(4);
    if (form == 0 && bind) {
        *bound = true;
        buffer_text(ours, " sepc=[[X:]]\n");
        buffer_text(theirs, " sepc=[[#X:]]{{$}}\n");
    } else if (form == 1 && *bound) {
        unsigned plus = draw(2);
        buffer_printf(ours, " sepc=[[X]]+%u\n", plus);
        buffer_printf(theirs, " sepc=[[#X+%u]]{{$}}\n", plus);
    } else if (form == 2) {
        buffer_text(ours, "\n");
        buffer_text(theirs, " sepc={{[0-9]+$}}\n");
    } else {
        unsigned sepc = draw(3);
        buffer_printf(ours, " sepc=%u\n", sepc);
        buffer_printf(theirs, " sepc=%u{{$}}\n", sepc);
    }
}

static void draw_check(struct buffer *ours, struct buffer *theirs)
{
    static const char *const kinds[] = {"CHECK", "CHECK-DAG", "CHECK-NEXT", "CHECK-NOT",
                                        "CHECK-COUNT-2"};
    bool bound = false;
    buffer_text(ours, "item i: t\n");
    unsigned lines = 1 + draw(5);
    for (unsigned i = 0; i < lines; i++) {
        unsigned kind = i ? draw(5) : draw(2);
        /* FileCheck refuses CHECK-NEXT behind CHECK-NOT alone: what must be is a CHECK before. */
        bool before = strstr(buffer_string(theirs), "CHECK:") != NULL;
        if (kind == 2 && !before)
            kind = 0;
        buffer_printf(ours, "%s:", kinds[kind]);
        buffer_printf(theirs, "%s:", kinds[kind]);
        draw_pattern(ours, theirs, kind != 3, &bound);
    }
}

static void draw_events(struct buffer *text)
{
    for (unsigned i = 0; i < EVENTS; i++)
        buffer_printf(text, "%s vcpu=%u sepc=%u\n", events[draw(2)], draw(2), draw(4));
}

/* FileCheck's exit status: 0 holds, 1 does not, 2 it refuses the check. */
static int ask_oracle(const char *program, const char *folder, const struct buffer *check,
                      const struct buffer *input)
{
    char check_file[300], input_file[300], command[1000];
    struct error error;
    snprintf(check_file, sizeof check_file, "%s/check", folder);
    snprintf(input_file, sizeof input_file, "%s/input", folder);
    CU_ASSERT_EQUAL_FATAL(file_write(check_file, check->data, check->length, &error), 0);
    CU_ASSERT_EQUAL_FATAL(file_write(input_file, input->data, input->length, &error), 0);
    snprintf(command, sizeof command, "%s --input-file=%s %s >/dev/null 2>%s/complaint", program,
             input_file, check_file, folder);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void our_matcher_agrees_with_filecheck(void)
{
    char *program = oracle();
    CU_ASSERT_PTR_NOT_NULL_FATAL(program);
    struct error error;
    char *folder = folder_temporary(&error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    unsigned held = 0, compared = 0;
    for (unsigned i = 0; i < CASES; i++) {
        struct buffer ours = {0}, theirs = {0}, text = {0};
        draw_check(&ours, &theirs);
        draw_events(&text);
        int status = ask_oracle(program, folder, &theirs, &text);
        if (status <= 1) {
            bool holds = passes(buffer_string(&ours), buffer_string(&text));
            if (holds != (status == 0))
                printf("\n--- ours says %s\n%s--- events\n%s", holds ? "pass" : "fail",
                       buffer_string(&ours), buffer_string(&text));
            CU_ASSERT_EQUAL(holds, status == 0);
            held += holds;
            compared++;
        }
        buffer_free(&ours);
        buffer_free(&theirs);
        buffer_free(&text);
    }
    folder_remove(folder);
    free(folder);
    free(program);
    CU_ASSERT_TRUE(compared > CASES * 9 / 10);
    CU_ASSERT_TRUE(held > CASES / 10); /* both answers were put to the test */
    CU_ASSERT_TRUE(compared - held > CASES / 10);
}

TEST_SUITE(check_filecheck,
           {"our matcher agrees with LLVM FileCheck", our_matcher_agrees_with_filecheck});
