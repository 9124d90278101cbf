/*
 * Numbers of the Supervisor Binary Interface, as both sides use them: the hypervisor serves
 * these to guests, and calls the same ones in the firmware below it.
 * Source: RISC-V SBI Specification 2.0; chapters named beside each extension.
 */
#ifndef ABI_SBI_H
#define ABI_SBI_H

/* Chapter 3: errors, in a0. */
#define SBI_SUCCESS               0
#define SBI_ERR_FAILED            (-1)
#define SBI_ERR_NOT_SUPPORTED     (-2)
#define SBI_ERR_INVALID_PARAM     (-3)
#define SBI_ERR_DENIED            (-4)
#define SBI_ERR_INVALID_ADDRESS   (-5)
#define SBI_ERR_ALREADY_AVAILABLE (-6)
#define SBI_ERR_ALREADY_STARTED   (-7)
#define SBI_ERR_ALREADY_STOPPED   (-8)
#define SBI_ERR_NO_SHMEM          (-9)

/* Chapter 4: Base. */
#define SBI_EXT_BASE              0x10
#define SBI_BASE_GET_SPEC_VERSION 0
#define SBI_BASE_GET_IMPL_ID      1
#define SBI_BASE_GET_IMPL_VERSION 2
#define SBI_BASE_PROBE_EXTENSION  3
#define SBI_BASE_GET_MVENDORID    4
#define SBI_BASE_GET_MARCHID      5
#define SBI_BASE_GET_MIMPID       6

/* Chapter 5: legacy extensions; the EID alone names the call, the result is a0 alone. */
#define SBI_LEGACY_SET_TIMER              0
#define SBI_LEGACY_CONSOLE_PUTCHAR        1
#define SBI_LEGACY_CONSOLE_GETCHAR        2
#define SBI_LEGACY_CLEAR_IPI              3
#define SBI_LEGACY_SEND_IPI               4
#define SBI_LEGACY_REMOTE_FENCE_I         5
#define SBI_LEGACY_REMOTE_SFENCE_VMA      6
#define SBI_LEGACY_REMOTE_SFENCE_VMA_ASID 7
#define SBI_LEGACY_SHUTDOWN               8

/* Chapter 6: Timer. */
#define SBI_EXT_TIME       0x54494D45
#define SBI_TIME_SET_TIMER 0

/* Chapter 7: IPI. */
#define SBI_EXT_IPI      0x735049
#define SBI_IPI_SEND_IPI 0

/* Chapter 8: RFENCE. */
#define SBI_EXT_RFENCE              0x52464E43
#define SBI_RFENCE_FENCE_I          0
#define SBI_RFENCE_SFENCE_VMA       1
#define SBI_RFENCE_SFENCE_VMA_ASID  2
#define SBI_RFENCE_HFENCE_GVMA_VMID 3
#define SBI_RFENCE_HFENCE_GVMA      4
#define SBI_RFENCE_HFENCE_VVMA_ASID 5
#define SBI_RFENCE_HFENCE_VVMA      6

/* Chapter 9: Hart State Management. */
#define SBI_EXT_HSM             0x48534D
#define SBI_HSM_HART_START      0
#define SBI_HSM_HART_STOP       1
#define SBI_HSM_HART_GET_STATUS 2
#define SBI_HSM_HART_SUSPEND    3
#define SBI_HSM_STARTED         0
#define SBI_HSM_STOPPED         1
#define SBI_HSM_START_PENDING   2
#define SBI_HSM_STOP_PENDING    3
#define SBI_HSM_SUSPENDED       4
#define SBI_HSM_SUSPEND_PENDING 5
#define SBI_HSM_RESUME_PENDING  6

/* Chapter 10: System Reset. */
#define SBI_EXT_SRST              0x53525354
#define SBI_SRST_RESET            0
#define SBI_SRST_TYPE_SHUTDOWN    0
#define SBI_SRST_TYPE_COLD_REBOOT 1
#define SBI_SRST_TYPE_WARM_REBOOT 2
#define SBI_SRST_REASON_NONE      0
#define SBI_SRST_REASON_FAILURE   1

/* Chapter 12: Debug Console. */
#define SBI_EXT_DBCN        0x4442434E
#define SBI_DBCN_WRITE      0
#define SBI_DBCN_READ       1
#define SBI_DBCN_WRITE_BYTE 2

/* Chapter 16: Steal-time Accounting. */
#define SBI_EXT_STA       0x535441
#define SBI_STA_SET_SHMEM 0

/*
 * Stagecoach's paravirtual extension, in the range that the SBI specification leaves to
 * experiments (chapter 4: 0x08000000 – 0x08FFFFFF).
 */
#define SBI_EXT_PV       0x0857C0DE
#define SBI_PV_FEATURES  0 /* () → version << 32 | PV_FEATURE_… */
#define SBI_PV_EXIT      1 /* (code) ends the VM; does not return */
#define SBI_PV_YIELD     2 /* () gives up the rest of the slice */
#define PV_VERSION       1
#define PV_FEATURE_EXIT  1u
#define PV_FEATURE_YIELD 2u

/* What SBI_BASE_GET_IMPL_ID answers under Stagecoach (not a registered number). */
#define SBI_IMPL_STAGECOACH 0x0857C0DE

#endif
