"""What the installed onnxruntime is, and on which devices it can run models."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from homebooru.errors import ModelUnusable
from homebooru.phrases import phrase

CPU, AUTO = "cpu", "auto"
PROVIDERS: Mapping[str, str] = {
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    CPU: "CPUExecutionProvider",
}
BY_ITSELF = ("cuda", "migraphx", "rocm", CPU)  # what "auto" takes, the first that is offered


@dataclass(frozen=True, slots=True)
class Runtime:
    """A version, and the devices that it offers by the names of our settings."""

    version: str
    devices: tuple[str, ...]


def find_runtime() -> Runtime | None:
    """Return what is installed, None where it cannot be loaded."""
    try:
        import onnxruntime  # noqa: PLC0415 (large, and only a model's process and doctor need it)
    except ImportError:
        return None
    return Runtime(onnxruntime.__version__, devices_of(onnxruntime.get_available_providers()))


def devices_of(offered: Collection[str]) -> tuple[str, ...]:
    """Return by our names what a runtime's providers run models on."""
    return tuple(name for name, provider in PROVIDERS.items() if provider in offered)


def choose_device(wish: str, offered: Collection[str]) -> str:
    """Return what a model runs on, of what is offered; raises ModelUnusable where that lacks it."""
    devices = devices_of(offered)
    if wish == AUTO:
        return next(name for name in BY_ITSELF if name in devices)
    if wish not in devices:
        raise ModelUnusable(no_such_device(wish))
    return wish


def no_such_device(wish: str) -> str:
    return phrase(
        "The onnxruntime that is installed here cannot use {device} "
        "(HOMEBOORU_TAGGER_DEVICE). models/README.md says how to get one that can.",
        device=wish,
    )
