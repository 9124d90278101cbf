/* The archive that the build made, as a part of the image. */
    .section .rider.archive, "a"
    .incbin "archive.cpio"
    .balign 8
