/* Exits with 0 when the effective user is root. The test makes it belong to root, with the setuid bit. */
#include <unistd.h>

int main(void) { return geteuid() == 0 ? 0 : 1; }
