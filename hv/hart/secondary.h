/* The harts beside the boot hart: where the firmware's entry leads. */
#ifndef HV_HART_SECONDARY_H
#define HV_HART_SECONDARY_H

/* A hart that the firmware has started, on its own stack, translation off. From
 * metal/secondary.S, which is where it begins. */
_Noreturn void secondary_main(void);
extern char secondary_entry[];

#endif
