"""Colour profiles for tests."""

from PIL import ImageCms


def swapped_profile():
    """Return a profile in which red means blue, and blue red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for tag in range(int.from_bytes(profile[128:132], "big")):
        place = 132 + tag * 12
        name = bytes(profile[place : place + 4])
        profile[place : place + 4] = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}.get(name, name)
    return bytes(profile)
