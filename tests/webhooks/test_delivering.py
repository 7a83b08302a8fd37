"""Messages arrive signed, in order and once, however the receiver behaves meanwhile."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from mythos.prompts.services import create_prompt, move_label, revise_prompt
from mythos.webhooks import signing
from mythos.webhooks.models import WebhookDelivery, WebhookEndpoint
from mythos.webhooks.services import (
    add_endpoint,
    deliver_next,
    delivering,
    remove_endpoint,
    replay_delivery,
    rotate_secret,
    send_ping,
    set_enabled,
    tidy,
)
from mythos.webhooks.signing import headers_of
from mythos.work.models import Job
from mythos.work.services import run_due

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
State = WebhookDelivery.State


def said(receiver):
    """Type and version of each message that arrived, in order."""
    bodies = [json.loads(body) for _, body in receiver.got]
    return [(body["type"], body["data"].get("version", body["data"].get("to_version"))) for body in bodies]


def write(cast, slug, texts):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug=slug, text=texts[0])
    for version, text in enumerate(texts[1:], start=1):
        revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text=text, base=version, source="web")
    return made


def test_a_message_is_signed_so_that_the_third_party_library_takes_it(cast, receiver, hook):
    library = pytest.importorskip("standardwebhooks", reason="the library standardwebhooks is not installed")
    write(cast, "desk", ["Grüße."])
    run_due()
    ((headers, body),) = receiver.got
    told = library.Webhook(hook.secret).verify(body, headers)
    assert (told["type"], told["data"]["prompt"], told["data"]["version"]) == ("prompt.created", "desk", 1)
    with pytest.raises(library.WebhookVerificationError):
        library.Webhook(hook.secret).verify(body + b" ", headers)


def test_the_signature_is_the_example_of_the_specification(monkeypatch):
    monkeypatch.setattr(signing, "_key", lambda salt: base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    headers = headers_of(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}', ["any"]
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_that_is_down_for_an_hour_gets_everything_once_and_in_order(cast, receiver, hook, clock):
    receiver.status = 503
    write(cast, "desk", ["One.", "Two.", "Three."])
    write(cast, "other", ["Alone."])
    clock.go(hours=1)
    assert receiver.got == []
    assert receiver.tried < 20
    receiver.status = 200
    clock.go(hours=3)
    desk = [one for one in said(receiver) if one[1] is not None]
    assert len(receiver.got) == 4
    bodies = [json.loads(body)["data"] for _, body in receiver.got]
    assert [data["version"] for data in bodies if data["prompt"] == "desk"] == [1, 2, 3]
    assert len(desk) == 4
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {State.DELIVERED}
    assert WebhookEndpoint.objects.get().failing_since is None
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert len(set(ids)) == 4


def test_one_message_that_is_refused_does_not_hold_up_other_things(cast, receiver, hook, clock):
    receiver.status = 500
    write(cast, "desk", ["One.", "Two."])
    run_due()
    receiver.status = 200
    write(cast, "other", ["Alone."])
    run_due()
    assert json.loads(receiver.got[0][1])["data"]["prompt"] == "other"
    # The endpoint is well again, so what waited is tried at once.
    assert [data["prompt"] for data in (json.loads(body)["data"] for _, body in receiver.got)] == [
        "other",
        "desk",
        "desk",
    ]


def test_a_message_is_given_up_after_three_days_and_the_next_one_follows(cast, receiver, hook, clock):
    receiver.status = 500
    write(cast, "desk", ["One.", "Two."])
    clock.go(days=4)
    first, second = WebhookDelivery.objects.order_by("id")
    assert (first.state, len(first.attempts), second.state) == (State.GIVEN_UP, 10, State.PENDING)
    times = [datetime.fromisoformat(one["at"]) for one in first.attempts]
    assert timedelta(days=3) < times[-1] - times[0] < timedelta(days=3.6)
    assert first.last["status"] == 500
    receiver.status = 200
    clock.go(hours=20)
    assert said(receiver) == [("prompt.revised", 2)]


def test_an_endpoint_that_fails_for_five_days_is_switched_off_and_goes_on_where_it_was(cast, receiver, hook, clock):
    receiver.status = 500
    write(cast, "desk", ["One.", "Two.", "Three."])
    clock.go(days=8)
    row = WebhookEndpoint.objects.get()
    assert not row.is_enabled
    assert row.disabled_reason.startswith("It has failed for 5 days. Last: It answered 500.")
    tried = receiver.tried
    write(cast, "unheard", ["Nobody is told."])
    clock.go(days=1)
    assert receiver.tried == tried
    receiver.status = 200
    set_enabled(actor=cast.owner, endpoint_id=row.pk, is_enabled=True)
    clock.go(minutes=2)
    waited = [version for kind, version in said(receiver)]
    assert waited == sorted(waited)
    assert waited
    assert not WebhookDelivery.objects.filter(state=State.PENDING).exists()


def test_an_endpoint_that_answers_410_wants_no_more(cast, receiver, hook):
    receiver.status = 410
    write(cast, "desk", ["One."])
    run_due()
    row = WebhookEndpoint.objects.get()
    assert (row.is_enabled, row.disabled_reason) == (False, "It answered 410: it wants no more messages.")
    assert WebhookDelivery.objects.get().state == State.GIVEN_UP


def test_who_does_not_answer_is_not_asked_about_everything_that_waits(cast, receiver, hook, clock, monkeypatch):
    asked = []

    def nobody(url, body, headers):
        asked.append(url)
        return delivering.Answer(None, "", "Nobody there.", 1)

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "post", nobody)
        for number in range(30):
            write(cast, f"p{number}", ["One."])
        clock.go(hours=1)
    assert len(asked) < 8
    clock.go(hours=20)
    assert len(receiver.got) == 30


def test_a_pause_that_the_receiver_asks_for_is_kept(cast, receiver, hook, clock):
    receiver.status, receiver.headers = 429, {"Retry-After": "900"}
    write(cast, "desk", ["One."])
    run_due()
    clock.go(minutes=14)
    assert receiver.tried == 1
    clock.go(minutes=2)
    assert receiver.tried == 2


def test_two_workers_do_not_send_the_same_message(cast, receiver, hook, monkeypatch):
    write(cast, "desk", ["One."])
    lane = WebhookDelivery.objects.get().lane
    real = delivering.post

    def meanwhile(*args):
        assert deliver_next(endpoint_id=hook.endpoint.pk, lane=lane) is None
        return real(*args)

    monkeypatch.setattr(delivering, "post", meanwhile)
    run_due(limit=1)
    monkeypatch.setattr(delivering, "post", real)
    run_due()
    assert receiver.tried == 1


def test_a_worker_that_dies_before_it_has_written_sends_again_under_the_same_id(cast, receiver, hook, clock):
    write(cast, "desk", ["One."])
    row = WebhookDelivery.objects.get()

    class Died(Exception):
        pass

    def land():
        raise Died

    with pytest.raises(Died):
        deliver_next(endpoint_id=hook.endpoint.pk, lane=row.lane, land=land)
    clock.go(minutes=3)
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [row.message_id] * 2
    assert WebhookDelivery.objects.get().state == State.DELIVERED


def test_only_what_was_asked_for_is_sent_and_only_of_the_own_swarm(cast, receiver):
    add_endpoint(actor=cast.owner, swarm=cast.swarm, url=receiver.url, events=["label.moved"])
    made = write(cast, "desk", ["One."])
    create_prompt(actor=cast.stranger, swarm=cast.other_swarm, slug="theirs", text="Not for you.")
    move_label(actor=cast.owner, prompt_id=made.prompt_id, label="best", version=1, reason="It is good.")
    run_due()
    ((_, body),) = receiver.got
    told = json.loads(body)
    assert told["type"] == "label.moved"
    assert told["data"] == {
        "prompt": "desk",
        "prompt_id": made.prompt_id,
        "label": "best",
        "from_version": None,
        "to_version": 1,
        "sha256": made.sha256,
        "other_version": None,
        "share": 0,
        "reason": "It is good.",
        "actor": "Ines",
    }


def test_what_is_undone_is_not_announced(cast, receiver, hook):
    with transaction.atomic():
        write(cast, "desk", ["One."])
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()


def test_a_ping_arrives_and_a_finished_message_can_be_sent_again(cast, receiver, hook):
    send_ping(actor=cast.owner, endpoint_id=hook.endpoint.pk)
    run_due()
    row = WebhookDelivery.objects.get()
    assert (row.state, row.response, row.last["status"]) == (State.DELIVERED, "ok", 200)
    again = replay_delivery(actor=cast.owner, delivery_id=row.pk)
    run_due()
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [row.message_id] * 2
    again.refresh_from_db()
    assert (again.state, again.replay_of) == (State.DELIVERED, row)


def test_after_a_rotation_both_secrets_verify_for_a_day(cast, receiver, hook, clock):
    newer = rotate_secret(actor=cast.owner, endpoint_id=hook.endpoint.pk)
    assert newer.secret != hook.secret

    def signatures():
        send_ping(actor=cast.owner, endpoint_id=hook.endpoint.pk)
        clock.go(seconds=30)
        return receiver.got[-1][0]["webhook-signature"].split()

    assert len(signatures()) == 2
    clock.go(days=1)
    assert len(signatures()) == 1


def test_of_an_answer_one_kilobyte_is_kept_and_no_redirect_is_followed(cast, receiver, hook):
    receiver.status, receiver.headers = 302, {"Location": receiver.url}
    receiver.body = b"x" * 5_000 + b"\x00"
    send_ping(actor=cast.owner, endpoint_id=hook.endpoint.pk)
    run_due()
    row = WebhookDelivery.objects.get()
    assert (receiver.tried, len(row.response), row.last["error"]) == (1, 1024, "It answered 302.")


def test_an_endpoint_that_is_removed_while_a_message_is_under_way(cast, receiver, hook, monkeypatch):
    write(cast, "desk", ["One."])
    real = delivering.post

    def removed(*args):
        remove_endpoint(actor=cast.owner, endpoint_id=hook.endpoint.pk)
        return real(*args)

    monkeypatch.setattr(delivering, "post", removed)
    run_due()
    assert not WebhookDelivery.objects.exists()
    assert not Job.objects.filter(kind="webhooks.deliver").exclude(state=Job.State.DONE).exists()


def test_the_log_is_kept_for_a_month(cast, receiver, hook, clock):
    send_ping(actor=cast.owner, endpoint_id=hook.endpoint.pk)
    clock.go(seconds=30)
    clock.now = clock.now.replace(year=clock.now.year + 1)
    send_ping(actor=cast.owner, endpoint_id=hook.endpoint.pk)
    assert tidy() == 1
    assert WebhookDelivery.objects.get().state == State.PENDING
