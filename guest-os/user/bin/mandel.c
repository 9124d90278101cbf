/* mandel [LINES]: draws the Mandelbrot set, in double precision floating point. */
#include "user/lib/user.h"

#define COLUMNS 78
#define DEPTH   64

/* How many steps of z → z² + c it takes to leave the circle of radius 2; DEPTH: it stays. */
static int escape(double re, double im)
{
    double x = 0, y = 0;
    for (int step = 0; step < DEPTH; step++) {
        double square_x = x * x, square_y = y * y;
        if (square_x + square_y > 4)
            return step;
        y = 2 * x * y + im;
        x = square_x - square_y + re;
    }
    return DEPTH;
}

int main(int count, char **arguments)
{
    static const char shades[] = " .:-=+*%@#";
    long lines = 24;
    if (count > 2 || (count == 2 && (!parse_number(arguments[1], &lines) || lines < 2))) {
        print_to(2, "usage: mandel [LINES]\n");
        return 2;
    }
    for (long line = 0; line < lines; line++) {
        char text[COLUMNS + 1];
        double im = 1.2 - 2.4 * (double)line / (double)(lines - 1);
        for (int column = 0; column < COLUMNS; column++) {
            double re = -2.1 + 2.9 * column / (COLUMNS - 1);
            text[column] = shades[escape(re, im) * 9 / DEPTH];
        }
        text[COLUMNS] = 0;
        printf("%s\n", text);
    }
    return 0;
}
