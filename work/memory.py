"""What the garbage collector of a long-lived process need not do again and again."""

import gc

YOUNG, ROUNDS, OVER_ALL = 1_000, 10, 1


def settle() -> None:
    """Call it once all is loaded: what is there by now stays, and is left out of the collector's rounds.

    Django, its libraries and the hub are half a million objects. Looking through them took a tenth of a second in the middle of
    a request, and a fifth of the time of moving in, which makes millions of objects but hardly any cycle. Rounds are short and
    frequent, those over all else, too: one over what twenty requests left behind held up the next by as long again.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # of nothing: the next round over all waits until a quarter of what this one finds has been added
    gc.set_threshold(YOUNG, ROUNDS, OVER_ALL)
