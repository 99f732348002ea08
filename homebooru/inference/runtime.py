"""What the installed onnxruntime is, and on which devices it can run models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CPU = "cpu"
PROVIDERS: Mapping[str, str] = {
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    CPU: "CPUExecutionProvider",
}


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
    offered = onnxruntime.get_available_providers()
    devices = tuple(name for name, provider in PROVIDERS.items() if provider in offered)
    return Runtime(onnxruntime.__version__, devices)
