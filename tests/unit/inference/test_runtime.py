"""What models run on, by what an onnxruntime offers; no such runtime nor card is needed for it."""

import pytest

from homebooru.errors import ModelUnusable
from homebooru.inference.runtime import choose_device, devices_of

PLAIN = ["AzureExecutionProvider", "CPUExecutionProvider"]
NVIDIA = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
AMD = ["MIGraphXExecutionProvider", "ROCMExecutionProvider", "CPUExecutionProvider"]
INTEL = ["OpenVINOExecutionProvider", "CPUExecutionProvider"]


@pytest.mark.parametrize(
    ("offered", "by_itself", "devices"),
    [
        (PLAIN, "cpu", {"cpu"}),
        (NVIDIA, "cuda", {"cuda", "tensorrt", "cpu"}),
        (AMD, "migraphx", {"migraphx", "rocm", "cpu"}),
        (INTEL, "cpu", {"openvino", "cpu"}),
    ],
)
def test_a_graphics_card_is_taken_by_itself_where_the_runtime_offers_it(
    offered, by_itself, devices
):
    assert choose_device("auto", offered) == by_itself
    assert set(devices_of(offered)) == devices
    for device in devices:
        assert choose_device(device, offered) == device


def test_a_device_that_is_not_offered_is_refused_with_where_to_get_it():
    with pytest.raises(ModelUnusable, match=r"tensorrt.*models/README.md"):
        choose_device("tensorrt", PLAIN)
