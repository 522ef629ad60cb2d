"""Long work of this app, registered at start-up (apps.py) in the site and in the worker alike."""

from collections.abc import Generator
from typing import Any

from huiqi.core import clock
from huiqi.core.jobs import Progress, job_kind
from huiqi.surveys.commands.frames import DRAW, PREPARE, draw_frame, prepare_wave
from huiqi.surveys.commands.sending import SEND, send_run
from huiqi.surveys.commands.waves import CLOSE, settle_wave
from huiqi.surveys.models import Frame, FrameState, SendRun, Wave
from huiqi.surveys.moments import Moment

Steps = Generator[Progress, None, dict[str, Any]]


@job_kind(DRAW)
def draw_sample(arguments: dict[str, Any]) -> Steps:
    """Draw the firms of a frame."""
    frames = Frame.objects.select_related("survey", "made_by__unit")
    frame = frames.get(public_id=arguments["frame"])
    if frame.state == FrameState.DRAWING:
        yield from draw_frame(frame, today=clock.today(), at=clock.now())
    return {}


@job_kind(PREPARE)
def prepare_next_wave(arguments: dict[str, Any]) -> Steps:
    """Make the invitations of a wave from the firms drawn."""
    wave = Wave.objects.select_related("survey__frame").get(public_id=arguments["wave"])
    yield from prepare_wave(wave)
    return {}


@job_kind(SEND)
def send_messages(arguments: dict[str, Any]) -> Steps:
    """Queue the messages of a round."""
    run = SendRun.objects.get(public_id=arguments["run"])
    yield from send_run(run, moment=Moment(clock.now(), clock.wall_now()))
    return {}


@job_kind(CLOSE)
def settle_closed_wave(arguments: dict[str, Any]) -> Steps:
    """Note what became of who did not answer."""
    wave = Wave.objects.select_related("survey").get(public_id=arguments["wave"])
    yield from settle_wave(wave, today=clock.today(), now=clock.now())
    return {}
