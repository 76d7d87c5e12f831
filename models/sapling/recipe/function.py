"""A C function with its comment, as the families hand it on."""

from dataclasses import dataclass, field


@dataclass
class Function:
    family: str            # which generator wrote it, for the held-out rule and the card
    idea: str              # what it computes: one key for all wordings and bodies
    ret: str
    name: str
    params: list           # C declarations, in order
    sentences: list        # the comment's sentences
    body: str              # indented lines between the braces
    examples: list = field(default_factory=list)
    call: object = None    # for pairs: how a caller uses it

    def signature(self):
        space = "" if self.ret.endswith("*") else " "
        return f"{self.ret}{space}{self.name}({', '.join(self.params) or 'void'})"
