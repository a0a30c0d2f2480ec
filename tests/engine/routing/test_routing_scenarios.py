"""Every scenario about routing."""

from __future__ import annotations

import pytest

from tests.engine.routing.telling import Story, play, stories

ALL = list(stories())


def test_titles_are_unique() -> None:
    titles = [story.title for story in ALL]
    assert sorted(set(titles)) == sorted(titles)


@pytest.mark.parametrize("story", ALL, ids=[f"{s.file}: {s.title}" for s in ALL])
def test_routing(story: Story) -> None:
    wrong = play(story)
    assert not wrong, "\n".join([story.title, *wrong])
