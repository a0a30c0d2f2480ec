"""Where a search of HubSpot for changes goes on."""

from __future__ import annotations

from datetime import UTC, datetime

from leadpact.sources.hubspot.places import Place

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def found(changed: str, updated: str) -> dict[str, object]:
    return {"id": "7", "updatedAt": updated, "properties": {"hs_lastmodifieddate": changed}}


def test_it_goes_on_at_the_instant_that_is_searched_by_though_another_is_told_that_is_later() -> (
    None
):
    last = found("2026-03-02T09:10:00.000Z", "2026-03-02T11:00:00.000Z")
    following = Place(MONDAY).following("deals", [last], more=True)
    assert Place.parse(following) == Place(MONDAY.replace(minute=10))


def test_a_whole_page_of_one_instant_is_followed_by_number_and_then_by_the_next_instant() -> None:
    last = found("2026-03-02T09:00:00.000Z", "2026-03-02T09:00:00.000Z")
    by_number = Place.parse(Place(MONDAY).following("deals", [last], more=True))
    assert by_number == Place(MONDAY, "0")
    assert Place.parse(by_number.following("deals", [last], more=True)) == Place(MONDAY, "7")
    ended = Place.parse(by_number.following("deals", [last], more=False))
    assert ended == Place(MONDAY.replace(microsecond=1000))
    assert Place(MONDAY).following("deals", [last], more=False) == ""
