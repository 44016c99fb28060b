import pickle

from surefoot.promql.error import PromqlError


def test_error_tells_its_place_in_words_too():
    error = PromqlError("one is too many", 3, 5)
    assert isinstance(error, ValueError)
    assert str(error) == "one is too many (characters 3-5)"


def test_error_survives_the_way_between_processes():
    copy = pickle.loads(pickle.dumps(PromqlError("one is too many", 3, 5)))  # noqa: S301  # our own bytes
    assert (copy.message, copy.start, copy.end) == ("one is too many", 3, 5)
