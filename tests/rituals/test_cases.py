"""One case at a time."""

from __future__ import annotations

import pytest

from mythos.errors import Denied, Invalid, NotFound, Stale
from mythos.formats.rituals.document import CaseRecord
from mythos.rituals.queries import cases_at, cases_of, versions_of
from mythos.rituals.services import create_ritual, remove_case, save_case

HI = CaseRecord("hi", "Hello", expectations=[{"type": "contains", "value": "Hi"}])


def refs(rows) -> list[str]:
    return [row.ref for row in rows]


def test_a_case_is_added_changed_in_its_place_and_removed(cast, ritual) -> None:
    save_case(actor=cast.editor, ritual_id=ritual.pk, case=HI, base=1)
    assert refs(cases_of(ritual)) == ["refund", "medical", "parcel", "hours", "hi"]
    changed = CaseRecord("medicine", "Give me medicine", expectations=[{"type": "is-refusal"}])
    save_case(actor=cast.editor, ritual_id=ritual.pk, case=changed, base=2, replaces="medical")
    assert refs(cases_of(ritual)) == ["refund", "medicine", "parcel", "hours", "hi"]
    remove_case(actor=cast.editor, ritual_id=ritual.pk, ref="hours", base=3)
    ritual.refresh_from_db()
    assert refs(cases_of(ritual)) == ["refund", "medicine", "parcel", "hi"]
    assert refs(cases_at(ritual, 1)) == ["refund", "medical", "parcel", "hours"]
    counts = [(row.version, row.added, row.retired) for row in versions_of(ritual)]
    assert counts == [(4, 0, 1), (3, 1, 1), (2, 1, 0), (1, 4, 0)]


def test_the_same_case_again_makes_no_version(cast, ritual) -> None:
    save_case(actor=cast.editor, ritual_id=ritual.pk, case=HI, base=1)
    save_case(actor=cast.editor, ritual_id=ritual.pk, case=HI, base=2, replaces="hi")
    ritual.refresh_from_db()
    assert ritual.version == 2


def test_the_first_case_belongs_to_the_first_version(cast) -> None:
    empty = create_ritual(actor=cast.owner, swarm=cast.swarm, slug="empty")
    save_case(actor=cast.owner, ritual_id=empty.pk, case=HI, base=1)
    empty.refresh_from_db()
    assert (empty.version, refs(cases_at(empty, 1))) == (1, ["hi"])


def test_what_cannot_be_saved_is_refused(cast, ritual) -> None:
    with pytest.raises(Stale):
        save_case(actor=cast.editor, ritual_id=ritual.pk, case=HI, base=7)
    with pytest.raises(Invalid) as caught:
        save_case(actor=cast.editor, ritual_id=ritual.pk, case=CaseRecord("refund", "x"), base=1)
    assert caught.value.fields == {"ref": "The ref refund is used twice."}
    with pytest.raises(Invalid):
        save_case(
            actor=cast.editor, ritual_id=ritual.pk, case=CaseRecord("x", expectations=[{"type": "nonsense"}]), base=1
        )
    with pytest.raises(Denied):
        save_case(actor=cast.viewer, ritual_id=ritual.pk, case=HI, base=1)
    with pytest.raises(NotFound):
        remove_case(actor=cast.stranger, ritual_id=ritual.pk, ref="hours", base=1)
    with pytest.raises(NotFound):
        remove_case(actor=cast.editor, ritual_id=ritual.pk, ref="nobody", base=1)
    ritual.refresh_from_db()
    assert ritual.version == 1
