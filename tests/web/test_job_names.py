"""Whoever looks at a background job reads what it does, not its code."""

from __future__ import annotations

from django.utils.module_loading import autodiscover_modules

from mythos.web.job_names import JOBS
from mythos.work import registry


def test_every_kind_of_job_has_a_name_and_no_name_is_left_over():
    autodiscover_modules("tasks")
    ours = {kind for kind, work in registry._tasks.items() if work.__module__.startswith("mythos.")}
    assert ours == set(JOBS)
