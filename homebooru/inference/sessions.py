"""Opens networks with onnxruntime; only processes of models import this."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

from homebooru.errors import ModelUnusable
from homebooru.inference.asking import Options
from homebooru.inference.pins import check_digest
from homebooru.inference.runtime import (
    AUTO,
    CPU,
    PROVIDERS,
    choose_device,
    devices_of,
    no_such_device,
)
from homebooru.phrases import phrase


def open_network(file: Path, options: Options) -> tuple[onnxruntime.InferenceSession, str]:
    """Open a network on the device that is wished for; return it with the device that it got.

    Raises ModelUnusable where it is not what its owner's list says, broken, or the device is not there.
    """
    check_digest(file)
    device = choose_device(options.device, onnxruntime.get_available_providers())
    if device == "cuda" and hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()  # CUDA's libraries may have come as Python packages
    wanted = [PROVIDERS[device], *([PROVIDERS[CPU]] if device != CPU else [])]
    try:
        session = onnxruntime.InferenceSession(
            str(file), session_options(options.threads), providers=wanted
        )
    except Exception as error:
        raise ModelUnusable(
            phrase(
                "{network} cannot be loaded: {reason}. If it was broken off while it was "
                "downloaded, download it again.",
                network=file,
                reason=str(error).strip().splitlines()[-1],
            )
        ) from error
    got = session.get_providers()[0]
    if got != wanted[0] and options.device != AUTO:
        raise ModelUnusable(no_such_device(options.device))
    return session, devices_of([got])[0]


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Return how models are run here; the bench runs its bare model alike."""
    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.log_severity_level = 3
    # Threads that spin while they wait would take time from those that decode.
    chosen.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return chosen
