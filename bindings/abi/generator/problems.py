"""Mistakes in the sources, collected so that one run of the generator shows them all."""


class Problem(Exception):
    """Something the generator does not understand or does not accept: where, what, and what to do."""

    def __init__(self, *messages: str):
        super().__init__("\n".join(messages))
        self.messages = messages


def raise_all(messages: list) -> None:
    if messages:
        raise Problem(*messages)
