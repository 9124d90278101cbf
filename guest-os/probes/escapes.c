/*
 * States nothing: it writes to the console what a terminal would obey, in every form, and text in
 * UTF-8 that it should show. Who reads the console finds no control character but newlines, unless
 * this VM has the focus.
 */
#include "probe.h"

const char probe_name[] = "escapes";

void probe_main(void)
{
    say("escape \033[2J\033[1;1H here\n");
    say("overwritten\rother| a line of another's\n");
    say("C1 \x9b\x32\x4a and \xc2\x9b\x32\x4a\n");
    say("title \033]0;other\a end\n");
    say("turned \xe2\x80\xae round\n");
    say("back\b\b\b\b\x7f\n");
    say("shown \xc3\xa9 \xe2\x82\xac\n");
}
