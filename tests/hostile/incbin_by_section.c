/* The same, past any search for asm: the section's name is copied into the assembly as it is. */
__attribute__((section(".data\n\t.incbin \"/etc/passwd\"\n\t.section .rodata"))) const char host[] = "x";
int answer(int n) { return n + 41; }
const char *word(void) { return "tree"; }
