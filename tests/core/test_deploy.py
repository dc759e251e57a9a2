"""The files that describe an office installation are consistent with the code, as far as no engine shows."""

from __future__ import annotations

import configparser
import re

import pytest
import yaml
from django.conf import settings

from minewatch import celery

ROOT = settings.BASE_DIR
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_compose_has_the_six_services_and_everything_they_name():
    services = SERVICES["services"]
    assert set(services) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    for name, service in services.items():
        assert {"image", "build"} & set(service), name
        assert set(service.get("depends_on", {})) <= set(services)
        assert set(service.get("secrets", [])) <= set(SERVICES["secrets"])
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in SERVICES["volumes"]
        for dependency, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[dependency]
    assert services["migrate"]["restart"] == "no" and "migrate" not in services["migrate"]["depends_on"]
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        needed = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY_FILE", "INFORMANT_KEY_FILE"}
        assert needed <= set(services[name]["environment"])
    assert all(port.startswith("127.0.0.1:") for port in services["web"]["ports"])


def test_compose_holds_no_secret():
    text = (ROOT / "docker-compose.yml").read_text()
    assert not re.search(r"(PASSWORD|SECRET_KEY|INFORMANT_KEY):\s*\S", text)


def test_image_copies_every_app():
    text = (ROOT / "Dockerfile").read_text()
    ours = {name.split(".")[0] for name in settings.INSTALLED_APPS if (ROOT / name.split(".")[0]).is_dir()}
    for folder in ours | {"templates", "static"}:
        assert f"COPY {folder} {folder}" in text


@pytest.mark.parametrize("name", ["web", "worker", "beat", "backup"])
def test_units(name):
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string((ROOT / f"docs/systemd/minewatch-{name}.service").read_text())
    assert unit["Service"]["User"] == "minewatch" and unit["Service"]["ProtectSystem"] == "strict"


def test_worker_commands_take_every_queue():
    queues = {queue.name for queue in celery.app.conf.task_queues}
    unit = (ROOT / "docs/systemd/minewatch-worker.service").read_text()
    for text in (" ".join(SERVICES["services"]["worker"]["command"]), unit):
        assert set(re.search(r"-Q (\S+)", text)[1].split(",")) == queues


def test_queues_do_not_share_an_exchange():
    found = {(queue.exchange.name, queue.routing_key) for queue in celery.app.conf.task_queues}
    assert len(found) == len(celery.app.conf.task_queues)


def test_every_tick_is_a_task_and_short_work():
    celery.app.loader.import_default_modules()
    for name, entry in celery.app.conf.beat_schedule.items():
        assert entry["task"] in celery.app.tasks, name
        assert entry["options"]["queue"] == "notice" and entry["options"]["expires"] >= 10


def test_job_limits_are_in_order():
    assert celery.app.conf.task_time_limit < settings.JOB_VISIBILITY_SECONDS
    assert celery.app.conf.task_acks_late and celery.app.conf.task_reject_on_worker_lost
    assert celery.app.conf.worker_prefetch_multiplier == 1 and celery.app.conf.accept_content == ["json"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_are_hashed_and_name_no_registry(name):
    text = (ROOT / name).read_text()
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    pins = re.findall(r"^[A-Za-z0-9_.-]+==", text, re.M)
    assert pins and text.count("--hash=sha256:") >= len(pins)
